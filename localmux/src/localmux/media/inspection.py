"""The process that examines one source: `python -m localmux.media.inspection FILE` prints JSON.

It is the only code of localmux that loads libav into Python, through PyAV.
https://pyav.org/docs/stable/
"""

import contextlib
import itertools
import json
import signal
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.rational import AVRational
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from . import refusal
from .ffmpeg import FORMATS, PROTOCOLS, source_address
from .keyframes import Index, longest_gop, read_index, whole_frames
from .media_info import AudioTrack, Keyframe, MediaInfo, VideoTrack
from .refusal import InvalidInput

LONGEST_SIDE = 8192  # pixels
LATE_PICTURE = 0.5  # seconds of sound before the first picture that are simply left out
UNINDEXED = {"mpegts", "mpeg", "flv", "aac", "mp3"}
STANDARD_RATES = [
    Fraction(rate)
    for rate in [
        "12",
        "15",
        "24000/1001",
        "24",
        "25",
        "30000/1001",
        "30",
        "48",
        "50",
        "60000/1001",
        "60",
    ]
]
SLOWEST_RATE = Fraction(5)  # frames per second made of slide shows
FIRST_PACKETS = 500  # within which something must decode


def inspect(path: Path) -> MediaInfo:
    """Examine the file. Raises InvalidInput when it cannot become an asset."""
    if not path.stat().st_size:
        raise InvalidInput(refusal.EMPTY)
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
        self.video = _picture_stream(container)
        self.audio = _sound_stream(container)

    def result(self) -> MediaInfo:
        if not self.video and not self.audio:
            raise InvalidInput(refusal.NOTHING_TO_PLAY)
        frame = self._first_frame()
        if not frame and not self.audio:
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
        packets = itertools.islice(self.container.demux(self.video), FIRST_PACKETS)
        for packet in packets:
            with contextlib.suppress(av.FFmpegError):
                for frame in packet.decode():
                    if isinstance(frame, VideoFrame):
                        return frame
        return None

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
        width, height = _displayed_size(stream, frame)
        rate, index = self._rate_and_index(stream)
        constant = index.constant(rate) if index else _looks_constant(stream)
        start = (frame.time or 0.0) - self.begin - origin
        return VideoTrack(
            index=stream.index,
            codec=stream.codec_context.codec.canonical_name,
            codec_string=_codec_string(stream),
            pixel_format=frame.format.name,
            width=width,
            height=height,
            rotation=frame.rotation % 360,
            square_pixels=stream.sample_aspect_ratio in {None, 0, 1},
            interlaced=bool(frame.interlaced_frame),
            frame_rate=rate,
            constant_rate=constant,
            bit_rate=index.bit_rate(rate) if index else stream.codec_context.bit_rate or 0,
            start=start,
            end=max(ends.get(stream.index, 0.0) - origin, start + float(1 / rate)),
            longest_gop=longest_gop(index, rate) if index else 0.0,
            keyframes=self._cuts(index, rate) if index and constant and not start else (),
        )

    def _rate_and_index(self, stream: VideoStream) -> tuple[Fraction, Index | None]:
        indexed = "mp4" in self.container.format.name and self._seekable()
        return _frame_rate(stream), read_index(stream) if indexed else None

    def _cuts(self, index: Index, rate: Fraction) -> tuple[Keyframe, ...]:
        if not self.video or self.video.codec_context.name != "h264" or not index.clean:
            return ()
        return index.keyframes if index.closed(self.container, self.video, rate) else ()

    def _audio_track(self, ends: dict[int, float], origin: float) -> AudioTrack | None:
        stream = self.audio
        if not stream:
            return None
        context = stream.codec_context
        start = float((stream.start_time or 0) * (stream.time_base or 0)) - self.begin
        return AudioTrack(
            index=stream.index,
            codec=context.codec.canonical_name,
            channels=context.channels or 2,
            layout=context.layout.name,
            sample_rate=context.sample_rate,
            start=max(0.0, start - origin),
            end=max(0.0, ends.get(stream.index, 0.0) - origin),
        )


def _picture_stream(container: InputContainer) -> VideoStream | None:
    for stream in container.streams.video:
        cover = stream.disposition & Disposition.attached_pic
        if not cover and stream.codec_context:
            if max(stream.width, stream.height) > LONGEST_SIDE:
                raise InvalidInput(refusal.TOO_LARGE)
            return stream
    return None


def _sound_stream(container: InputContainer) -> AudioStream | None:
    usable = [stream for stream in container.streams.audio if stream.codec_context]
    preferred = [stream for stream in usable if stream.disposition & Disposition.default]
    return next(iter(preferred or usable), None)


def _frame_rate(stream: VideoStream) -> Fraction:
    """The rate of the renditions: the source's own, or the next usual one above a varying rate."""
    average = _fraction(stream.average_rate or stream.guessed_rate) or Fraction(30)
    base = _fraction(stream.base_rate) or average
    if average < SLOWEST_RATE:
        return SLOWEST_RATE
    nearest = min(STANDARD_RATES, key=lambda rate: abs(rate - average))
    if abs(nearest - average) / average < Fraction(1, 500):
        return nearest
    if base in STANDARD_RATES and average < base <= 2 * average:
        return base
    if base != average or average > STANDARD_RATES[-1]:
        return next((rate for rate in STANDARD_RATES if rate >= average), STANDARD_RATES[-1])
    return average.limit_denominator(1001)


def _fraction(ratio: AVRational | Fraction | None) -> Fraction:
    """PyAV's own kind of fraction as Python's; 0 for none."""
    return Fraction(ratio.numerator, ratio.denominator or 1) if ratio else Fraction(0)


def _looks_constant(stream: VideoStream) -> bool:
    return stream.average_rate == stream.base_rate


def _displayed_size(stream: VideoStream, frame: VideoFrame) -> tuple[int, int]:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    size = (max(1, round(frame.width * aspect)), frame.height)
    return size if frame.rotation % 180 == 0 else (size[1], size[0])


def _codec_string(stream: VideoStream) -> str:
    """`avc1.` and profile, constraints, level from the decoder configuration (ISO 14496-15)."""
    extradata = stream.codec_context.extradata or b""
    known = stream.codec_context.name == "h264" and extradata[:1] == b"\x01"
    return f"avc1.{extradata[1:4].hex()}" if known else ""


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
