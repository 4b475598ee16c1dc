"""Opens an asset as one file, whether it was made from a file or recorded live."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from localmux.live.images import join
from localmux.live.recording import has_recording
from localmux.live.timeline import Timeline
from localmux.media.asset_media import AssetMedia
from localmux.media.media_info import MediaInfo, Source
from localmux.media.whole import Film


@asynccontextmanager
async def open_film(folder: Path) -> AsyncGenerator[Film]:
    """The asset of that folder, while the context lasts.

    Raises FileNotFoundError when there is nothing to take it from.
    """
    if not has_recording(folder):
        yield Film.of_media(await asyncio.to_thread(AssetMedia.open, folder))
        return
    timeline = await asyncio.to_thread(Timeline.load, folder)
    joined = folder / f"whole-{secrets.token_hex(4)}.ts"
    try:
        name = _top(timeline)
        paths = [timeline.path(name, number) for number in range(len(timeline))]
        await asyncio.to_thread(join, paths, joined)
        yield _recorded(timeline, joined)
    finally:
        joined.unlink(missing_ok=True)


def media_info(folder: Path) -> MediaInfo:
    """What is known of the asset's media. Raises FileNotFoundError."""
    if not has_recording(folder):
        return AssetMedia.open(folder).info
    return _info(Timeline.load(folder))


def _top(timeline: Timeline) -> str:
    if not timeline.names:
        raise FileNotFoundError(f"{timeline.folder} holds no segment")
    return timeline.names[0]


def _recorded(timeline: Timeline, joined: Path) -> Film:
    part = timeline.main_part
    shapes = {
        (tuple(one.renditions[:1]), one.published.sound is None) for one in timeline.played_parts
    }
    alike = len(shapes) == 1  # else an encoder changed its picture in between
    return Film(
        source=Source(joined, _info(timeline)),
        renditions=part.renditions if part else (),
        is_original=alike,
        picture_copied=alike,
        sound_copied=alike,
    )


def _info(timeline: Timeline) -> MediaInfo:
    part = timeline.main_part
    if part is None:
        raise FileNotFoundError(f"{timeline.folder} holds no segment")
    info = part.published.media_info(timeline.duration)
    if info.audio and not info.video:
        return replace(info, audio=replace(info.audio, index=0))
    return info
