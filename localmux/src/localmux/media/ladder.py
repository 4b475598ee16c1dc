"""The renditions of an asset: sizes, bit rates and how a master playlist names their codecs."""

from dataclasses import dataclass
from fractions import Fraction

from .media_info import VideoTrack

SHORT_SIDES = (2160, 1440, 1080, 720, 540, 360, 270)  # pixels
TIERS = {"1080p": 1080, "1440p": 1440, "2160p": 2160}  # max_resolution_tier
DISTINCT = Fraction(9, 10)  # a rung this near to the one above it would show no difference

AUDIO_BIT_RATE = 128_000
AUDIO_CODEC = "mp4a.40.2"
BURST = Fraction(5, 4)  # the fullest segment over `maxrate`: its encoder's buffer, one second
AUDIO_BANDWIDTH = AUDIO_BIT_RATE * 5 // 4  # in MPEG-TS, each AAC frame with its headers
PACKAGING = Fraction(103, 100)  # headers of MPEG-TS packets
FRAME_PACKAGING = 2 * 188 * 8  # bits: a frame's own headers, and stuffing of its last packet

# Name, macroblocks per second and per frame (H.264 table A-1).
LEVELS = (
    ("1.3", 11_880, 396),
    ("2.1", 19_800, 792),
    ("3.0", 40_500, 1_620),
    ("3.1", 108_000, 3_600),
    ("3.2", 216_000, 5_120),
    ("4.0", 245_760, 8_192),
    ("4.2", 522_240, 8_704),
    ("5.1", 983_040, 36_864),
    ("5.2", 2_073_600, 36_864),
)


@dataclass(frozen=True, slots=True)
class Rendition:
    """One quality of the picture. Bit rates in bits per second, without the sound."""

    short_side: int
    width: int
    height: int
    bit_rate: int
    peak_bit_rate: int
    codec: str
    level: str = ""
    target: int = 0  # bits per second that the encoder may take
    copied: bool = False

    @property
    def name(self) -> str:
        return f"{self.short_side}p"


def short_sides(video: VideoTrack, limit: int) -> list[int]:
    """The rungs, highest first: what the source has, and the usual ones below it."""
    top = min(limit, _even(min(video.width, video.height)))
    return [top, *(side for side in SHORT_SIDES if side < top * DISTINCT)]


def encoded_rendition(video: VideoTrack, short_side: int, frame_rate: Fraction) -> Rendition:
    """A rung that ffmpeg makes; the short side is scaled, so that portrait works alike."""
    scale = Fraction(short_side, min(video.width, video.height))
    size = [_even(round(side * scale)) for side in (video.width, video.height)]
    size[size.index(min(size))] = short_side
    level = _level(size[0], size[1], frame_rate)
    average = round(5_000_000 * (short_side / 1080) ** 1.5)
    return Rendition(
        short_side=short_side,
        width=size[0],
        height=size[1],
        bit_rate=_packaged(average, frame_rate),
        peak_bit_rate=_packaged(average * BURST, frame_rate),
        # `ultrafast` writes the Constrained Baseline profile.
        codec=f"avc1.42c0{round(float(level) * 10):02x}",
        level=level,
        target=average,
    )


def copied_rendition(video: VideoTrack, *, bit_rate: int, peak_bit_rate: int) -> Rendition:
    """The top rung when it is the source itself."""
    return Rendition(
        short_side=min(video.width, video.height),
        width=video.width,
        height=video.height,
        bit_rate=_packaged(bit_rate, video.frame_rate),
        peak_bit_rate=_packaged(peak_bit_rate, video.frame_rate),
        codec=video.codec_string,
        copied=True,
    )


def _packaged(bit_rate: Fraction | int, frame_rate: Fraction) -> int:
    return round(bit_rate * PACKAGING + FRAME_PACKAGING * frame_rate)


def _even(pixels: int) -> int:
    return max(2, pixels // 2 * 2)


def _level(width: int, height: int, frame_rate: Fraction) -> str:
    blocks = -(-width // 16) * -(-height // 16)
    for name, per_second, per_frame in LEVELS:
        if blocks <= per_frame and blocks * frame_rate <= per_second:
            return name
    return LEVELS[-1][0]
