"""What a client may say about an asset to be: in create-asset and in new_asset_settings.

Both spellings are read, the plural ones are kept, as Mux echoes them.
Source: https://www.mux.com/docs/api-reference/video/assets/create-asset
"""

from localmux.answers import Document, invalid, present
from localmux.api.fields import Fields
from localmux.new_assets import ENCODING_TIERS

POLICIES = ("public", "signed", "drm")
TIERS = ("1080p", "1440p", "2160p")
PASSTHROUGH = 255  # characters
LONGEST_URL = 4096  # characters
MOST_INPUTS = 20


def read_settings(fields: Fields) -> Document:
    """The settings in Mux's plural spelling. Raises MuxError 400."""
    tier = fields.choice("encoding_tier", ENCODING_TIERS.values())
    quality = fields.choice("video_quality", ENCODING_TIERS)
    by_tier = {old: new for new, old in ENCODING_TIERS.items()}
    return present(
        {
            "inputs": _inputs(fields),
            "playback_policies": read_policies(fields),
            "passthrough": fields.text("passthrough", PASSTHROUGH),
            "meta": read_meta(fields),
            "video_quality": quality or by_tier.get(tier or ""),
            "max_resolution_tier": fields.choice("max_resolution_tier", TIERS),
            "normalize_audio": fields.truth("normalize_audio"),
            "test": fields.truth("test"),
        }
    )


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


def _inputs(fields: Fields) -> list[Document]:
    name = "inputs" if fields.has("inputs") else "input"
    if isinstance(fields.body.get(name), str):
        fields = Fields({name: [{"url": fields.body[name]}]}, fields.within)
    inputs = [
        present({**one.body, "url": one.text("url", LONGEST_URL)}) for one in fields.each(name)
    ]
    if len(inputs) > MOST_INPUTS:
        raise invalid(f"{fields.within}{name} must be a list of at most {MOST_INPUTS}.")
    return inputs


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
