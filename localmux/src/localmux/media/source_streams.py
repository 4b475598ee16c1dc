"""Which streams of a source are played, and what their headers tell."""

from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.rational import AVRational
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from . import refusal
from .refusal import InvalidInput

LONGEST_SIDE = 8192  # pixels
STANDARD_RATES = (
    *(Fraction(rate) for rate in (12, 15)),
    *(Fraction(24_000, 1001), Fraction(24), Fraction(25)),
    *(Fraction(30_000, 1001), Fraction(30)),
    *(Fraction(48), Fraction(50), Fraction(60_000, 1001), Fraction(60)),
)
SLOWEST_RATE = Fraction(5)  # frames per second made of slide shows


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; cover art is none.

    Raises InvalidInput when it is of no use.
    """
    for stream in container.streams.video:
        cover = stream.disposition & Disposition.attached_pic
        if not cover:
            if not stream.codec_context:
                raise InvalidInput(refusal.UNKNOWN_PICTURE)
            if max(stream.width, stream.height) > LONGEST_SIDE:
                raise InvalidInput(refusal.TOO_LARGE)
            return stream
    return None


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The stream that players take by default, else the first."""
    usable = [stream for stream in container.streams.audio if stream.codec_context]
    preferred = [stream for stream in usable if stream.disposition & Disposition.default]
    return next(iter(preferred or usable), None)


def frame_rate(stream: VideoStream) -> Fraction:
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


def displayed_size(stream: VideoStream, frame: VideoFrame) -> tuple[int, int]:
    """Width and height with square pixels, turned upright."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    size = (max(1, round(frame.width * aspect)), frame.height)
    return size if frame.rotation % 180 == 0 else (size[1], size[0])


def codec_string(stream: VideoStream) -> str:
    """`avc1.` and profile, constraints, level from the decoder configuration (ISO 14496-15)."""
    extradata = stream.codec_context.extradata or b""
    known = stream.codec_context.name == "h264" and extradata[:1] == b"\x01"
    return f"avc1.{extradata[1:4].hex()}" if known else ""
