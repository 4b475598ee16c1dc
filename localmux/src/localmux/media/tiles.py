"""The process that takes a storyboard's pictures: `python -m localmux.media.tiles SOURCE OUT`.

It jumps from tile to tile, where one ffmpeg command would read the whole file, so that a film of
two hours takes seconds. It reads a TileRequest as JSON from its third argument and writes the
pictures as raw `rgb24`, one after the other.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .ffmpeg import FORMATS, PROTOCOLS, source_address
from .tile_request import TileRequest


def write_tiles(source: Path, request: TileRequest, output: BinaryIO) -> None:
    """Write one picture for every moment; where there is none, the one before is repeated."""
    options = {"format_whitelist": FORMATS, "protocol_whitelist": PROTOCOLS}
    with av.open(source_address(source), options=options) as container:
        stream = container.streams[request.stream]
        if not isinstance(stream, VideoStream):
            return
        stream.thread_type = "AUTO"
        tile = bytes(request.width * request.height * 3)
        for frame in _frames(container, stream, request):
            if frame:
                tile = _packed(frame.reformat(request.width, request.height, "rgb24"))
            output.write(tile)


def _packed(frame: VideoFrame) -> bytes:
    """The picture without what pads its lines."""
    plane, length = frame.planes[0], frame.width * 3
    lines = memoryview(bytes(plane))
    starts = range(0, plane.line_size * frame.height, plane.line_size)
    return b"".join(lines[start : start + length] for start in starts)


def _frames(
    container: InputContainer, stream: VideoStream, request: TileRequest
) -> Iterator[VideoFrame | None]:
    begin = (container.start_time or 0) / av.time_base
    if request.exact:
        yield from _exact_frames(container, stream, [begin + one for one in request.moments])
        return
    for moment in request.moments:
        container.seek(round((begin + moment) * av.time_base))
        yield next(container.decode(stream), None)


def _exact_frames(
    container: InputContainer, stream: VideoStream, moments: list[float]
) -> Iterator[VideoFrame | None]:
    shown: VideoFrame | None = None
    waiting = iter(moments)
    moment = next(waiting, None)
    for frame in container.decode(stream):
        while moment is not None and shown and (frame.time or 0.0) > moment:
            yield shown
            moment = next(waiting, None)
        shown = frame
    while moment is not None:
        yield shown
        moment = next(waiting, None)


def main() -> None:
    source, output, request = sys.argv[1:]
    with Path(output).open("wb") as file:
        write_tiles(Path(source), TileRequest(**json.loads(request)), file)


if __name__ == "__main__":
    main()
