"""Text tracks: subtitles fetched from an address, kept as WebVTT beside the asset's media.

https://www.mux.com/docs/guides/add-subtitles-to-your-videos
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from localmux.answers import Document, present
from localmux.download import DownloadFailed, download
from localmux.media.segments import TIMESTAMP_OFFSET
from localmux.resources import Resource, new_id
from localmux.subtitles import Subtitles, UnreadableSubtitles, read_subtitles

if TYPE_CHECKING:
    from localmux.environment import Environment

FOLDER = "text"
LARGEST = 20 << 20  # bytes of a subtitle file
CLOCK = 90_000  # of MPEG-TS, per second
FIRST_TIMESTAMP = TIMESTAMP_OFFSET * CLOCK  # of an asset's zero in its segments


def new_track(settings: Document) -> Document:
    """The text track that Mux answers at creation."""
    language = settings["language_code"]
    return present(
        {
            "id": new_id(),
            "type": "text",
            "text_type": "subtitles",
            "text_source": "uploaded",
            "language_code": language,
            "name": settings.get("name", language),
            "closed_captions": settings.get("closed_captions", False),
            "passthrough": settings.get("passthrough"),
            "status": "preparing",
        }
    )


def tracks_of_inputs(asset: Resource) -> list[Document]:
    """The text tracks that the inputs after the first ask for; remembers where each comes from."""
    tracks = []
    for asked in (asset.private.get("inputs") or [])[1:]:
        track = new_track(asked)
        remember_address(asset, track, asked["url"])
        tracks.append(track)
    return tracks


def remember_address(asset: Resource, track: Document, url: str) -> None:
    """Beside the asset, as the API never shows it again."""
    asset.private.setdefault("track_urls", {})[track["id"]] = url


def path_of(folder: Path, track_id: str) -> Path:
    """Where the WebVTT of a track lies, in the folder of its asset."""
    return folder / FOLDER / f"{track_id}.vtt"


def ready_tracks(tracks: Sequence[Document]) -> tuple[Document, ...]:
    """Those that players can be offered."""
    return tuple(one for one in tracks if one["type"] == "text" and one["status"] == "ready")


class TextTracks:
    """Fetches and converts what is `preparing`."""

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment

    def wanted(self, asset: Resource) -> list[str]:
        return [
            track["id"]
            for track in asset.document.get("tracks", [])
            if track.get("type") == "text" and track["status"] == "preparing"
        ]

    async def make(self, asset_id: str, thing_id: str) -> None:
        asset = self.environment.store.get("asset", asset_id)
        url = asset.private.get("track_urls", {}).get(thing_id) if asset else None
        target = path_of(self.environment.ingest.folder / asset_id, thing_id)
        try:
            await self._fetch(url or "", target)
        except (DownloadFailed, UnreadableSubtitles) as problem:
            self.fail(asset_id, thing_id, str(problem))
        else:
            self._settle(asset_id, thing_id, {"status": "ready"})

    async def _fetch(self, url: str, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        original = target.with_suffix(".original")
        try:
            await download(url, original)
            if original.stat().st_size > LARGEST:
                raise UnreadableSubtitles(f"The file is larger than {LARGEST >> 20} MiB.")
            subtitles = await asyncio.to_thread(_read, original)
            unfinished = target.with_suffix(".part")
            unfinished.write_text(subtitles.as_webvtt(), encoding="utf-8")
            unfinished.replace(target)
        finally:
            original.unlink(missing_ok=True)

    def fail(self, asset_id: str, thing_id: str, message: str) -> None:
        error = {"type": "invalid_input", "messages": [message]}
        self._settle(asset_id, thing_id, {"status": "errored", "error": error})

    def _settle(self, asset_id: str, track_id: str, changes: Document) -> None:
        """Keep how it ended, unless asset or track were deleted meanwhile."""
        store, events = self.environment.store, self.environment.events
        asset = store.get("asset", asset_id)
        tracks = asset.document.get("tracks", []) if asset else []
        track = next((one for one in tracks if one["id"] == track_id), None)
        if asset is None or track is None:
            return
        track |= changes
        with store.transaction():
            store.save(asset)
            events.record(f"track.{track['status']}", asset, track | {"asset_id": asset.id})


def _read(path: Path) -> Subtitles:
    return read_subtitles(path.read_bytes())
