"""What is known of a source after examining it."""

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A place where the source may be cut without decoding it."""

    frame: int  # its number, counted from the first frame of the video
    offset: int  # bytes of video before it


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """The picture. Times in seconds from the asset's zero, sizes in pixels as displayed."""

    index: int
    codec: str
    codec_string: str  # as the CODECS attribute spells it (RFC 6381); empty where unknown
    pixel_format: str
    width: int
    height: int
    rotation: int  # degrees the picture is turned anti-clockwise for display
    square_pixels: bool
    interlaced: bool
    frame_rate: Fraction
    bit_rate: int  # bits per second; 0 where unknown
    end: float
    longest_gop: float  # seconds between keyframes at most; 0 where unknown
    keyframes: tuple[Keyframe, ...]  # empty unless segments can be copied out of the source


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """The sound. Times in seconds from the asset's zero."""

    index: int
    codec: str
    channels: int
    layout: str
    end: float


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A source, counted from the asset's zero: `origin` seconds after its first time stamp."""

    duration: float
    container: str
    origin: float
    seekable: bool  # whether its index leads to any moment without reading all before it
    video: VideoTrack | None
    audio: AudioTrack | None

    def part(self, start: float, end: float | None) -> "MediaInfo":
        """What lies between two times, counted from there: the same source with another zero."""
        length = max(0.0, min(self.duration, self.duration if end is None else end) - start)
        video, audio = self.video, self.audio
        if video:
            shown = min(length, max(0.0, video.end - start))
            video = replace(video, end=shown, keyframes=())
        if audio:
            audio = replace(audio, end=min(length, max(0.0, audio.end - start)))
        return replace(self, origin=self.origin + start, duration=length, video=video, audio=audio)

    def to_json(self) -> dict[str, Any]:
        """What JSON can hold of it, which is all."""
        document = asdict(self)
        if self.video:
            document["video"]["frame_rate"] = str(self.video.frame_rate)
            keyframes = [[keyframe.frame, keyframe.offset] for keyframe in self.video.keyframes]
            document["video"]["keyframes"] = keyframes
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The counterpart of to_json."""
        known: dict[str, Any] = {**document}
        if video := document["video"]:
            known["video"] = _video_from_json(video)
        if audio := document["audio"]:
            known["audio"] = AudioTrack(**audio)
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take pictures and sound from, and what is known of it."""

    path: Path
    info: MediaInfo


@dataclass(frozen=True, slots=True)
class Frames:
    """A run of frames, of pictures or of AAC, counted from the asset's zero."""

    first: int
    count: int


def _video_from_json(document: dict[str, Any]) -> VideoTrack:
    known: dict[str, Any] = {**document}
    known["frame_rate"] = Fraction(document["frame_rate"])
    known["keyframes"] = tuple(Keyframe(*pair) for pair in document["keyframes"])
    return VideoTrack(**known)
