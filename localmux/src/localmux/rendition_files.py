"""Static renditions as an asset shows them: MP4 and M4A files of the whole, for download.

https://www.mux.com/docs/guides/enable-static-mp4-renditions
"""

from collections.abc import Sequence
from pathlib import Path

from localmux.answers import Document, present
from localmux.resources import new_id

FOLDER = "static"
AUDIO = "audio.m4a"
STANDARD = {"highest": "highest.mp4", "audio-only": AUDIO}  # resolution and name of the file
HEIGHTS = ("2160p", "1440p", "1080p", "720p", "540p", "480p", "360p", "270p")
RESOLUTIONS = (*STANDARD, *HEIGHTS)
MP4_SUPPORT = ("none", "standard", "capped-1080p", "audio-only", "audio-only,capped-1080p")


def new_rendition(settings: Document) -> Document:
    """The static rendition that Mux answers at creation."""
    resolution = settings["resolution"]
    name = STANDARD.get(resolution, f"{resolution}.mp4")
    return present(
        {
            "id": new_id(),
            "name": name,
            "ext": name.rpartition(".")[2],
            "type": "standard" if resolution in STANDARD else "advanced",
            "resolution": resolution,
            "status": "preparing",
            "passthrough": settings.get("passthrough"),
        }
    )


def files_of(asset: Document) -> list[Document]:
    return asset.get("static_renditions", {}).get("files", [])


def with_files(files: Sequence[Document]) -> Document | None:
    """What an asset says of its static renditions; nothing without one."""
    if not files:
        return None
    statuses = {one["status"] for one in files}
    status = "preparing" if "preparing" in statuses else "ready"
    return {"status": "errored" if statuses == {"errored"} else status, "files": list(files)}


def at_creation(settings: Document) -> Document | None:
    """What an asset to be says of them, by either of Mux's two settings."""
    if settings.get("mp4_support", "none") != "none":
        return {"status": "preparing"}
    return with_files([new_rendition(one) for one in settings.get("static_renditions", [])])


def given_up(asset: Document) -> Document:
    """What changes in an asset that is errored: no file is made of it any more."""
    changes: Document = {}
    if "static_renditions" in asset:
        files = [one | {"status": "errored"} for one in files_of(asset)]
        changes["static_renditions"] = with_files(files) or {"status": "errored"}
    if "master" in asset:
        changes["master"] = {"status": "errored"}
    return changes


def path_of(folder: Path, name: str) -> Path:
    """Where a file lies, in the folder of its asset."""
    return folder / FOLDER / name
