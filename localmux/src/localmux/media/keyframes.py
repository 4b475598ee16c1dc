"""Where an H.264 source in an MP4 or MOV may be cut without decoding it, from its index alone."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from .media_info import Keyframe

SAMPLES = 8  # keyframes that are really looked at
PACKETS_AFTER = 24  # packets after a keyframe, among which an open GOP shows
TOLERANCE = 0.25  # of a frame, by which time stamps may differ from the even grid


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a video stream."""

    time_base: Fraction
    stamps: tuple[int, ...]  # decoding time stamps
    keyframes: tuple[Keyframe, ...]
    bytes: int
    clean: bool  # no edit list hides frames

    def constant(self, rate: Fraction) -> bool:
        """Whether every frame is where an even `rate` puts it."""
        step = float(1 / (rate * self.time_base))  # as a Fraction, hours of frames take seconds
        first, allowed = self.stamps[0], max(1, step * TOLERANCE)
        return all(
            abs(stamp - first - number * step) <= allowed
            for number, stamp in enumerate(self.stamps)
        )

    def bit_rate(self, rate: Fraction) -> int:
        return round(self.bytes * 8 * rate / len(self.stamps))

    def closed(self, container: InputContainer, stream: VideoStream, rate: Fraction) -> bool:
        """Whether pictures after a keyframe never belong before it, by looking at a few."""
        every = max(1, len(self.keyframes) // SAMPLES)
        first = _shown_after_seek(container, stream, self.stamps[0])
        if not first:
            return False
        step = 1 / (rate * self.time_base)
        for keyframe in self.keyframes[::every]:
            shown = _shown_after_seek(container, stream, self.stamps[keyframe.frame])
            expected = first[0] + keyframe.frame * step
            if not shown or min(shown) != shown[0] or abs(shown[0] - expected) > step * TOLERANCE:
                return False
        return True


def read_index(stream: VideoStream) -> Index | None:
    """None when the file has no index of this stream."""
    stamps: list[int] = []
    keyframes: list[Keyframe] = []
    offset, clean = 0, True
    for number, entry in enumerate(stream.index_entries):
        stamps.append(entry.timestamp)
        if entry.is_keyframe:
            keyframes.append(Keyframe(number, offset))
        clean = clean and not entry.is_discard
        offset += entry.size
    if not stamps or stream.time_base is None:
        return None
    clean = clean and bool(keyframes) and keyframes[0].frame == 0
    time_base = Fraction(stream.time_base.numerator, stream.time_base.denominator)
    return Index(time_base, tuple(stamps), tuple(keyframes), offset, clean)


def longest_gop(index: Index, rate: Fraction) -> float:
    """The longest time in seconds between keyframes."""
    frames = [keyframe.frame for keyframe in index.keyframes] + [len(index.stamps)]
    return float(max((later - earlier for earlier, later in pairwise(frames)), default=0) / rate)


def whole_frames(stream: Stream, file_size: int) -> Fraction | None:
    """Where the last sample that is wholly in the file ends, in seconds; None without an index."""
    entries = stream.index_entries
    if len(entries) < 2 or stream.time_base is None:
        return None
    last = len(entries) - 1
    while last > 0 and entries[last].pos + entries[last].size > file_size:
        last -= 1
    length = entries[last].timestamp - entries[last - 1].timestamp if last else 0
    shown_later = (stream.start_time or 0) - entries[0].timestamp  # B-frames; sound has none
    begin = shown_later if stream.type == "video" else 0
    return (begin + entries[last].timestamp + length) * stream.time_base


def _shown_after_seek(container: InputContainer, stream: VideoStream, stamp: int) -> list[int]:
    """When the pictures from the keyframe at `stamp` on are shown, in decoding order."""
    try:
        container.seek(stamp, stream=stream)
        shown = []
        for packet in container.demux(stream):
            if packet.dts is not None and packet.dts >= stamp and packet.pts is not None:
                shown.append(packet.pts)
            if len(shown) == PACKETS_AFTER:
                break
    except av.FFmpegError:
        return []
    return shown
