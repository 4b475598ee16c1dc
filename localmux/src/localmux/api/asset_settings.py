"""What a client may say about an asset to be: in create-asset and in new_asset_settings.

Both spellings are read, the plural ones are kept, as Mux echoes them.
Source: https://www.mux.com/docs/api-reference/video/assets/create-asset
"""

from collections.abc import Sequence

from localmux.answers import Document, invalid, present
from localmux.api.fields import Fields
from localmux.api.inputs import read_inputs
from localmux.new_assets import ENCODING_TIERS
from localmux.rendition_files import HEIGHTS, MP4_SUPPORT, RESOLUTIONS

POLICIES = ("public", "signed", "drm")
TIERS = ("1080p", "1440p", "2160p")
PASSTHROUGH = 255  # characters
LONGEST_URL = 4096  # characters
MASTER_ACCESS = ("none", "temporary")


def read_settings(fields: Fields) -> Document:
    """The settings in Mux's plural spelling. Raises MuxError 400."""
    tier = fields.choice("encoding_tier", ENCODING_TIERS.values())
    quality = fields.choice("video_quality", ENCODING_TIERS)
    by_tier = {old: new for new, old in ENCODING_TIERS.items()}
    return present(
        {
            "inputs": read_inputs(fields),
            "playback_policies": read_policies(fields),
            "passthrough": fields.text("passthrough", PASSTHROUGH),
            "meta": read_meta(fields),
            "video_quality": quality or by_tier.get(tier or ""),
            "max_resolution_tier": fields.choice("max_resolution_tier", TIERS),
            "normalize_audio": fields.truth("normalize_audio"),
            "test": fields.truth("test"),
            **read_downloads(fields),
        }
    )


def read_downloads(fields: Fields) -> Document:
    """Which files of the asset are wanted for download. Raises MuxError 400."""
    wanted = {
        "mp4_support": fields.choice("mp4_support", MP4_SUPPORT),
        "static_renditions": read_static_renditions(fields),
        "master_access": fields.choice("master_access", MASTER_ACCESS),
    }
    refuse_both(wanted)
    return wanted


def refuse_both(settings: Document) -> None:
    """Raises MuxError 400 for settings that name both kinds of files."""
    if settings.get("static_renditions") and (settings.get("mp4_support") or "none") != "none":
        raise invalid("static_renditions and mp4_support exclude each other.")


def read_static_renditions(fields: Fields) -> list[Document]:
    """Settings of static renditions; each at most once, `highest` not beside fixed heights."""
    wanted = [read_static_rendition(one) for one in fields.each("static_renditions")]
    refuse_clash([one["resolution"] for one in wanted])
    return wanted


def read_static_rendition(fields: Fields) -> Document:
    resolution = fields.choice("resolution", RESOLUTIONS)
    if resolution is None:
        raise invalid(f"{fields.within}resolution is required.")
    passthrough = fields.text("passthrough", PASSTHROUGH)
    return present({"resolution": resolution, "passthrough": passthrough})


def refuse_clash(resolutions: Sequence[str]) -> None:
    """Raises MuxError 400 for static renditions that an asset cannot have together."""
    for resolution in resolutions:
        if resolutions.count(resolution) > 1:
            raise invalid(f"There is a static rendition {resolution} already.")
    if "highest" in resolutions and set(resolutions) & set(HEIGHTS):
        raise invalid("A static rendition highest excludes those of a fixed resolution.")


def read_meta(fields: Fields) -> Document | None:
    meta = fields.inner("meta")
    if meta is None:
        return None
    return present(
        {
            "title": meta.text("title", 512),
            "creator_id": meta.text("creator_id", 128),
            "external_id": meta.text("external_id", 128),
        }
    )


def read_policies(fields: Fields) -> list[str]:
    """In any of Mux's three spellings; drm is refused."""
    advanced = [
        policy
        for one in fields.each("advanced_playback_policies")
        if (policy := one.choice("policy", POLICIES))
    ]
    name = "playback_policies" if fields.has("playback_policies") else "playback_policy"
    policies = fields.listed(name) or []
    for policy in policies:
        Fields({name: policy}, fields.within).choice(name, POLICIES)
    wanted = [str(policy) for policy in policies] + advanced
    if "drm" in wanted:
        raise invalid(f"{fields.within}{name} drm is not available in localmux.")
    return wanted
