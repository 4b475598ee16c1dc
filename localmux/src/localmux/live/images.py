"""Images of a recording, also while it grows: taken out of the few segments that show them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from localmux.live.timeline import Timeline
from localmux.media.encoders import Encoders
from localmux.media.ffmpeg import reading
from localmux.media.image_shelf import ImageShelf
from localmux.media.images import (
    ANIMATION_FORMATS,
    STILL_FORMATS,
    Animation,
    Query,
    Thumbnail,
    choice,
    file_name,
)
from localmux.media.media_info import MediaInfo, Source, VideoTrack
from localmux.media.storyboard import COLUMNS, Storyboard

HALF = Fraction(1, 2)  # of a frame, so that no rounding puts a frame into its neighbour's place


class RecordingImages:
    """Raises as ImageShelf does."""

    def __init__(self, shelf: ImageShelf, encoders: Encoders) -> None:
        self._shelf = shelf
        self._encoders = encoders

    async def thumbnail(self, timeline: Timeline, extension: str, query: Query) -> Path:
        """`latest=true` shows the newest frame: https://www.mux.com/docs/api-reference/video."""
        video = _video(timeline, extension, STILL_FORMATS)
        frames = max(1, int(timeline.duration * video.frame_rate))
        image = Thumbnail.of(extension, query, frames, video)
        if choice(query, "latest", ("true", "false")) == "true":
            image = replace(image, frame=frames - 1)
        name = file_name(image)
        number = timeline.number_at(float((image.frame + HALF) / video.frame_rate))
        begin = timeline.segment(number).begin
        source = _source(timeline, number, number)
        inside = round(image.frame - Fraction(begin) * video.frame_rate)
        last = max(0, round(source.info.duration * video.frame_rate) - 1)
        moved = replace(image, frame=max(0, min(inside, last)))

        async def build(path: Path) -> None:
            await self._encoders.run([*moved.arguments(source, _track(source)), str(path)])

        return await self._shelf.keep(timeline.folder, name, build)

    async def animation(self, timeline: Timeline, extension: str, query: Query) -> Path:
        _video(timeline, extension, ANIMATION_FORMATS)
        image = Animation.of(extension, query, timeline.duration)
        first, last = timeline.number_at(image.start), timeline.number_at(image.end - 0.001)
        source = _source(timeline, first, last)
        begin = timeline.segment(first).begin
        moved = replace(image, start=max(0.0, image.start - begin), end=image.end - begin)

        async def build(path: Path) -> None:
            async with _joined(timeline, range(first, last + 1), path) as joined:
                arguments = moved.arguments(replace(source, path=joined), _track(source))
                await self._encoders.run([*arguments, str(path)])

        return await self._shelf.keep(timeline.folder, file_name(image), build)

    async def storyboard(self, timeline: Timeline, extension: str) -> Path:
        """Every tile is the keyframe that its segment begins with."""
        _video(timeline, extension, STILL_FORMATS)
        board = Storyboard.of(info_of(timeline))
        numbers = [timeline.number_at(board.start(tile)) for tile in range(board.tiles)]

        async def build(path: Path) -> None:
            async with _joined(timeline, numbers, path, smallest=True) as joined:
                await self._encoders.run([*_tiles(joined, board, extension), str(path)])

        return await self._shelf.keep(
            timeline.folder, f"storyboard-{len(timeline)}.{extension}", build
        )


def info_of(timeline: Timeline) -> MediaInfo:
    """The recording as far as it goes. Raises LookupError while there is nothing."""
    part = timeline.main_part
    if not part:
        raise LookupError("nothing is recorded yet")
    return part.published.media_info(timeline.duration)


def _video(timeline: Timeline, extension: str, known: Iterable[str]) -> VideoTrack:
    video = info_of(timeline).video
    if extension not in known or not video:
        raise LookupError(extension)
    return video


def _source(timeline: Timeline, first: int, last: int) -> Source:
    """The best rendition of these segments, as if they were all there is."""
    begin, end = timeline.segment(first), timeline.segment(last)
    duration = end.begin + end.duration - begin.begin
    return Source(
        timeline.path(timeline.names[0], first), begin.part.published.media_info(duration)
    )


def _track(source: Source) -> VideoTrack:
    if not source.info.video:
        raise LookupError("this part of the recording has no picture")
    return source.info.video


@contextlib.asynccontextmanager
async def _joined(
    timeline: Timeline, numbers: Iterable[int], beside: Path, *, smallest: bool = False
) -> AsyncGenerator[Path]:
    """These segments as one file, for as long as the context lasts."""
    name = timeline.names[-1 if smallest else 0]
    path = beside.with_name(f"{beside.name}.ts")
    paths = [timeline.path(name, number) for number in numbers]
    try:
        await asyncio.to_thread(join, paths, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def join(paths: Iterable[Path], target: Path) -> None:
    """Segments of MPEG-TS one after the other, which is MPEG-TS again."""
    with target.open("wb") as file:
        for path in paths:
            file.write(path.read_bytes())


def _tiles(joined: Path, board: Storyboard, extension: str) -> list[str]:
    tile = f"{board.tile_width}:{board.tile_height}"
    layout = f"scale={tile},setsar=1,tile={COLUMNS}x{board.tiles // COLUMNS}"
    return [
        *("-skip_frame", "nokey", *reading(joined), "-an", "-vf", f"setpts=N/TB,{layout}"),
        *("-frames:v", "1", "-fps_mode", "passthrough", *STILL_FORMATS[extension], "-y"),
    ]
