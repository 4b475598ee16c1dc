"""Clips: a part of another asset, by its time, as the source of a new asset.

Nothing is encoded for a clip. It keeps the file it is a part of, under a second name, or the few
segments of a recording that hold it; where it begins and ends is decided to the frame when its
segments are made.
https://www.mux.com/docs/guides/create-clips-from-your-videos
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from localmux.answers import invalid
from localmux.live.images import join
from localmux.live.recording import RUNNING, has_recording
from localmux.live.timeline import Timeline
from localmux.media.asset_media import AssetMedia
from localmux.media.encoders import Encoders
from localmux.media.ffmpeg import reading
from localmux.media.maker import anew
from localmux.media.refusal import InvalidInput

SCHEME = "mux"
LONGEST = 12 * 3600.0  # seconds
GONE = "The asset that the clip is taken from is gone."
COPY_LIMIT = 600.0  # seconds; copying a file as large as a disk takes


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from the beginning; no `end` means all there is."""

    start: float
    end: float | None


def source_of(url: str) -> str:
    """The asset that `mux://assets/{id}` names. Raises MuxError 400."""
    parts = urlsplit(url)
    asset_id = parts.path.removeprefix("/")
    if parts.netloc != "assets" or not asset_id.isalnum():
        raise invalid("inputs[0].url must be mux://assets/ and the id of an asset.")
    return asset_id


def span_of(asked: Mapping[str, object], duration: float) -> Span:
    """What an input asks for. Raises MuxError 400 for no part of those `duration` seconds."""
    start, end = _seconds(asked, "start_time"), _seconds(asked, "end_time")
    if (start or 0.0) >= duration:
        raise invalid(f"inputs[0].start_time must lie within the asset's {duration:g} seconds.")
    if end is not None and end <= (start or 0.0):
        raise invalid("inputs[0].end_time must be after start_time.")
    return Span(start or 0.0, end)


def _seconds(asked: Mapping[str, object], name: str) -> float | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST:
        raise invalid(f"inputs[0].{name} must be a number from 0 to {LONGEST:g}.")
    return float(value)


async def take(origin: Path, span: Span, source: Path, encoders: Encoders) -> Span:
    """Put into `source` what holds the clip; returns where in it the clip is.

    `origin` is the folder of the other asset. Raises InvalidInput when that is gone, and what
    Encoders.run raises.
    """
    try:
        if origin in RUNNING or has_recording(origin):
            return await _take_segments(origin, span, source, encoders)
        found = await asyncio.to_thread(AssetMedia.open, origin)
        await asyncio.to_thread(_share, found.source.path, source)
    except FileNotFoundError:
        raise InvalidInput(GONE) from None
    length = found.info.duration if span.end is None else min(span.end, found.info.duration)
    return Span(found.start + span.start, found.start + length)


def _share(present: Path, wanted: Path) -> None:
    """A second name costs no space, and the file stays while either asset does."""
    wanted.unlink(missing_ok=True)
    os.link(present, wanted)


async def _take_segments(origin: Path, span: Span, source: Path, encoders: Encoders) -> Span:
    running = RUNNING.get(origin)
    timeline = running.timeline if running else await asyncio.to_thread(Timeline.load, origin)
    if not len(timeline):
        raise InvalidInput("Nothing is recorded yet.")
    end = timeline.duration if span.end is None else min(span.end, timeline.duration)
    first, last = timeline.number_at(span.start), timeline.number_at(max(0.0, end - 0.001))
    paths = [timeline.path(timeline.names[0], number) for number in range(first, last + 1)]
    joined, indexed = source.with_name("joined.ts"), source.with_name("joined.mkv")
    try:
        await asyncio.to_thread(join, paths, joined)
        copy = ["-map", "0", "-c", "copy", "-f", "matroska", "-y", str(anew(indexed))]
        await encoders.run([*reading(joined), *copy], time_limit=COPY_LIMIT)
        indexed.replace(source)
    finally:
        joined.unlink(missing_ok=True)
        indexed.unlink(missing_ok=True)
    begin = timeline.segment(first).begin
    return Span(span.start - begin, end - begin)
