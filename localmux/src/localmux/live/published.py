"""What an encoder sends, as far as its metadata and headers tell."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from localmux.live.amf0 import Value
from localmux.media.media_info import AudioTrack, MediaInfo, VideoTrack

USUAL_RATES = (
    *(Fraction(rate) for rate in (5, 10, 12, 15)),
    *(Fraction(24_000, 1001), Fraction(24), Fraction(25)),
    *(Fraction(30_000, 1001), Fraction(30)),
    *(Fraction(48), Fraction(50), Fraction(60_000, 1001), Fraction(60)),
)
NEAR = Fraction(1, 1000)  # 29.97 is meant as 30000/1001 and not as 30
DEFAULT_SIZE = (1280, 720)  # where nobody told; the picture is fitted into it
LARGEST_SIDE = 8192  # pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """Sizes in pixels, the rate in frames per second."""

    codec: str
    width: int
    height: int
    frame_rate: Fraction


@dataclass(frozen=True, slots=True)
class Sound:
    codec: str
    channels: int  # 0 where unknown, as the rate in samples per second
    sample_rate: int


@dataclass(frozen=True, slots=True)
class Published:
    """The streams of one take."""

    picture: Picture | None
    sound: Sound | None

    def to_json(self) -> dict[str, Any]:
        document = asdict(self)
        if self.picture:
            document["picture"]["frame_rate"] = str(self.picture.frame_rate)
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Published":
        """The counterpart of to_json."""
        picture, sound = document["picture"], document["sound"]
        if picture:
            picture["frame_rate"] = Fraction(picture["frame_rate"])
        return cls(Picture(**picture) if picture else None, Sound(**sound) if sound else None)

    def video_track(self, duration: float) -> VideoTrack | None:
        """The picture as assets from files have it."""
        if not self.picture:
            return None
        return VideoTrack(
            index=0,
            codec=self.picture.codec,
            codec_string="",
            pixel_format="yuv420p",
            width=self.picture.width,
            height=self.picture.height,
            rotation=0,
            square_pixels=True,
            interlaced=False,
            frame_rate=self.picture.frame_rate,
            bit_rate=0,
            end=duration,
            longest_gop=0.0,
            keyframes=(),
        )

    def media_info(self, duration: float) -> MediaInfo:
        """All of it as assets from files have it."""
        video, audio = self.video_track(duration), self._audio_track(duration)
        return MediaInfo(duration, "mpegts", 0.0, seekable=False, video=video, audio=audio)

    def _audio_track(self, duration: float) -> AudioTrack | None:
        if not self.sound:
            return None
        channels = self.sound.channels or 2
        layout = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
        return AudioTrack(1, self.sound.codec, channels, layout, duration)


def picture_size(metadata: Mapping[str, Value]) -> tuple[int, int]:
    """The size that the metadata tells; the default where it tells none."""
    sides = [metadata.get("width"), metadata.get("height")]
    told = [int(side) for side in sides if isinstance(side, float) and 2 <= side <= LARGEST_SIDE]
    return (told[0], told[1]) if len(told) == 2 else DEFAULT_SIZE


def told_frame_rate(metadata: Mapping[str, Value]) -> Fraction | None:
    """Frames per second that the metadata tells, as a usual rate where it is near to one."""
    told = metadata.get("framerate")
    if not isinstance(told, float) or not 1 <= told <= 240:
        return None
    rate = Fraction(told).limit_denominator(1001)
    nearest = _nearest(rate)
    if abs(nearest - rate) <= rate * NEAR or not USUAL_RATES[0] <= rate <= USUAL_RATES[-1]:
        return nearest
    return rate


def measured_frame_rate(times: Sequence[int]) -> Fraction:
    """The usual rate nearest to these times of frames, in milliseconds."""
    steps = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    return _nearest(Fraction(1000) / Fraction(statistics.mean(steps))) if steps else Fraction(30)


def _nearest(rate: Fraction) -> Fraction:
    return min(USUAL_RATES, key=lambda usual: abs(usual - rate))
