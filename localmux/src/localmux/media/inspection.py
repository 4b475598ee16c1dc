"""The process that examines one source: `python -m localmux.media.inspection FILE` prints JSON.

It is the only code of localmux that loads libav into Python, through PyAV.
https://pyav.org/docs/stable/
"""

import contextlib
import itertools
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from . import refusal
from .ffmpeg import FORMATS, PROTOCOLS, source_address
from .keyframes import Index, longest_gop, read_index, whole_frames
from .media_info import AudioTrack, Keyframe, MediaInfo, VideoTrack
from .refusal import InvalidInput
from .source_streams import (
    codec_string,
    displayed_size,
    frame_rate,
    picture_stream,
    sound_stream,
)

LATE_PICTURE = 0.5  # seconds of sound before the first picture that are simply left out
UNINDEXED = {"mpegts", "mpeg", "flv", "aac", "mp3"}
LAYOUTS = {1: "mono", 2: "stereo"}  # files without a layout say "1 channels"
FIRST_PACKETS = 500  # within which something must decode


def inspect(path: Path) -> MediaInfo:
    """Examine the file. Raises InvalidInput when it cannot become an asset."""
    if not path.stat().st_size:
        raise InvalidInput(refusal.EMPTY)
    refusal.refuse_cut_riff(path)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": PROTOCOLS}
    try:
        with av.open(source_address(path), options=options) as container:
            return _Inspection(container, path).result()
    except (av.FFmpegError, OSError, ValueError):
        raise refusal.unreadable(path) from None


class _Inspection:
    """One look at one open file. Times are seconds since its first time stamp until `result`."""

    def __init__(self, container: InputContainer, path: Path) -> None:
        self.container = container
        self.size = path.stat().st_size
        self.begin = (container.start_time or 0) / av.time_base
        self.promised = (container.duration or 0) / av.time_base
        self.video = picture_stream(container)
        self.audio = sound_stream(container)

    def result(self) -> MediaInfo:
        if not self.video and not self.audio:
            raise InvalidInput(refusal.NOTHING_TO_PLAY)
        frame = self._first_frame()
        if (self.video and not frame) or (not self.video and not self._has_sound()):
            raise InvalidInput(refusal.DAMAGED)
        ends = self._ends()
        first = (frame.time or 0.0) - self.begin if frame else 0.0
        origin = first if 0 < first <= LATE_PICTURE else 0.0
        video = self._video_track(frame, ends, origin) if frame else None
        audio = self._audio_track(ends, origin)
        duration = max(track.end for track in (video, audio) if track)
        return MediaInfo(
            duration=duration,
            container=self.container.format.name,
            origin=origin,
            seekable=self._seekable(),
            video=video,
            audio=audio,
        )

    def _seekable(self) -> bool:
        return self.promised > 0 and self.container.format.name not in UNINDEXED

    def _first_frame(self) -> VideoFrame | None:
        if not self.video:
            return None
        frames = (frame for frame in self._decoded(self.video) if isinstance(frame, VideoFrame))
        return next(frames, None)

    def _has_sound(self) -> bool:
        return self.audio is not None and any(True for _ in self._decoded(self.audio))

    def _decoded(self, stream: Stream) -> Iterator[object]:
        for packet in itertools.islice(self.container.demux(stream), FIRST_PACKETS):
            with contextlib.suppress(av.FFmpegError):
                yield from packet.decode()

    def _ends(self) -> dict[int, float]:
        """Where each stream really ends. Raises InvalidInput when the file is cut off."""
        streams = [stream for stream in (self.video, self.audio) if stream]
        if not self._seekable():
            return {stream.index: self.promised for stream in streams}
        present = self._indexed_ends(streams) or self._measured_ends()
        last = max(present.values(), default=0.0)
        if last < self.promised - max(1.0, self.promised / 20):
            raise refusal.cut_off(last, self.promised)
        return present

    def _indexed_ends(self, streams: Sequence[Stream]) -> dict[int, float]:
        if "mp4" not in self.container.format.name:
            return {}
        whole = {stream.index: whole_frames(stream, self.size) for stream in streams}
        ends = {index: float(end) - self.begin for index, end in whole.items() if end is not None}
        return ends if len(ends) == len(streams) else {}

    def _measured_ends(self) -> dict[int, float]:
        ends = self._read_ends(from_moment=max(0.0, self.promised - 5))
        expected = {stream.index for stream in (self.video, self.audio) if stream}
        return ends if ends.keys() == expected else self._read_ends(from_moment=0.0)

    def _read_ends(self, *, from_moment: float) -> dict[int, float]:
        ends: dict[int, float] = {}
        streams = [stream for stream in (self.video, self.audio) if stream]
        with contextlib.suppress(av.FFmpegError):
            self.container.seek(round((from_moment + self.begin) * av.time_base))
            for packet in self.container.demux(streams):
                stamp = packet.dts if packet.pts is None else packet.pts
                if stamp is not None and packet.time_base is not None:
                    end = float((stamp + (packet.duration or 0)) * packet.time_base) - self.begin
                    index = packet.stream.index
                    ends[index] = max(end, ends.get(index, end))
        return ends

    def _video_track(
        self, frame: VideoFrame, ends: dict[int, float], origin: float
    ) -> VideoTrack | None:
        stream = self.video
        if not stream:
            return None
        width, height = displayed_size(stream, frame)
        rate, index = self._rate_and_index(stream)
        start = (frame.time or 0.0) - self.begin - origin
        return VideoTrack(
            index=stream.index,
            codec=stream.codec_context.codec.canonical_name,
            codec_string=codec_string(stream),
            pixel_format=frame.format.name,
            width=width,
            height=height,
            rotation=frame.rotation % 360,
            square_pixels=stream.sample_aspect_ratio in {None, 0, 1},
            interlaced=bool(frame.interlaced_frame),
            frame_rate=rate,
            bit_rate=index.bit_rate(rate) if index else stream.codec_context.bit_rate or 0,
            end=max(ends.get(stream.index, 0.0) - origin, start + float(1 / rate)),
            longest_gop=longest_gop(index, rate) if index else 0.0,
            keyframes=self._cuts(index, rate) if index and abs(start) < 0.001 else (),
        )

    def _rate_and_index(self, stream: VideoStream) -> tuple[Fraction, Index | None]:
        indexed = "mp4" in self.container.format.name and self._seekable()
        return frame_rate(stream), read_index(stream) if indexed else None

    def _cuts(self, index: Index, rate: Fraction) -> tuple[Keyframe, ...]:
        if not self.video or self.video.codec_context.name != "h264":
            return ()
        if not index.clean or not index.constant(rate):
            return ()
        return index.keyframes if index.closed(self.container, self.video, rate) else ()

    def _audio_track(self, ends: dict[int, float], origin: float) -> AudioTrack | None:
        stream = self.audio
        if not stream:
            return None
        context = stream.codec_context
        return AudioTrack(
            index=stream.index,
            codec=context.codec.canonical_name,
            channels=context.channels or 2,
            layout=LAYOUTS.get(context.channels, context.layout.name),
            end=max(0.0, ends.get(stream.index, 0.0) - origin),
        )


def main() -> None:
    # Should the server die, nobody else would end a process that a hostile file holds up.
    if hasattr(signal, "alarm"):
        signal.alarm(40)
    try:
        document = inspect(Path(sys.argv[1])).to_json()
    except InvalidInput as reason:
        document = {"refused": str(reason)}
    sys.stdout.write(json.dumps(document))


if __name__ == "__main__":
    main()
