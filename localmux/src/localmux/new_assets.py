"""What an asset is at its creation, whatever it is made from."""

from localmux.answers import Document, present
from localmux.rendition_files import at_creation
from localmux.resources import new_id

ENCODING_TIERS = {"basic": "baseline", "plus": "smart", "premium": "premium"}


def new_asset(settings: Document, created_at: str, ingest_type: str) -> Document:
    """The asset that Mux answers at creation: preparing, with its playback ids."""
    quality = settings.get("video_quality", "basic")
    policies = settings.get("playback_policies", [])
    access = settings.get("master_access", "none")
    return present(
        {
            "id": new_id(),
            "status": "preparing",
            "created_at": created_at,
            "playback_ids": [{"id": new_id(), "policy": policy} for policy in policies],
            "max_resolution_tier": settings.get("max_resolution_tier", "1080p"),
            "video_quality": quality,
            "encoding_tier": ENCODING_TIERS[quality],
            "ingest_type": ingest_type,
            "mp4_support": settings.get("mp4_support", "none"),
            "static_renditions": at_creation(settings),
            "master_access": access,
            "master": {"status": "preparing"} if access == "temporary" else None,
            "normalize_audio": settings.get("normalize_audio", False),
            "progress": {"state": "ingesting", "progress": 0},
            "passthrough": settings.get("passthrough"),
            "meta": settings.get("meta"),
            "test": settings.get("test") or None,
        }
    )
