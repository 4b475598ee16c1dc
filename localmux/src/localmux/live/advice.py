"""What to change in an encoder, in plain words.

The limits are those of Mux's table of encoder settings with some room, so that nobody is bothered
about an encoder that merely differs from it:
https://www.mux.com/docs/guides/configure-broadcast-software
"""

from collections.abc import Iterator, Mapping
from typing import Any

STANDARD = "standard"
# Seconds between keyframes, by latency mode: a viewer waits for one to begin.
LONGEST_KEYFRAME_DISTANCE = {STANDARD: 5.5}
LONGEST_AT_LOW_LATENCY = 2.5
# Bits per second that are plenty, by the shorter side of the picture in pixels.
PLENTY = {480: 2_500_000, 720: 5_500_000, 1080: 8_000_000}
TOO_FEW_FRAMES = 0.9  # of the frame rate that the encoder announced


def advice(facts: Mapping[str, Any], latency_mode: str) -> list[str]:
    """Sentences about what a recording's facts tell; none when the encoder is well set."""
    return [*_codecs(facts), *_keyframes(facts, latency_mode), *_frames(facts), *_load(facts)]


def _codecs(facts: Mapping[str, Any]) -> Iterator[str]:
    picture, sound = facts.get("video_codec", "h264"), facts.get("audio_codec", "aac")
    if picture != "h264":
        yield f"The picture is {picture}. Choose H.264 (x264) as the video encoder."
    if sound != "aac":
        yield f"The sound is {sound}. Choose AAC as the audio encoder."


def _keyframes(facts: Mapping[str, Any], latency_mode: str) -> Iterator[str]:
    distance = facts.get("keyframe_distance") or 0
    if distance > LONGEST_KEYFRAME_DISTANCE.get(latency_mode, LONGEST_AT_LOW_LATENCY):
        yield (
            f"Key frames are {distance:.1f} seconds apart, and viewers can only begin at one. "
            "Set the keyframe interval to 2 seconds."
        )
    if facts.get("has_b_frames") and latency_mode != STANDARD:
        yield (
            f"The encoder uses B-frames, which add delay to a stream of {latency_mode} latency. "
            "Set B-frames to 0, or the tune to zerolatency."
        )


def _frames(facts: Mapping[str, Any]) -> Iterator[str]:
    announced, measured = facts.get("frame_rate"), facts.get("measured_frame_rate")
    if announced and measured and measured < TOO_FEW_FRAMES * announced:
        yield (
            f"Only {measured:.0f} of {announced:.0f} frames a second arrive: the encoder or its "
            "connection does not keep up. Lower the resolution, the frame rate or the bit rate."
        )
    elif facts.get("frame_rate_varies"):
        yield "Frames come at uneven times. Set a constant frame rate in the encoder."


def _load(facts: Mapping[str, Any]) -> Iterator[str]:
    short_side = min(facts.get("width", 0), facts.get("height", 0))
    plenty = next((rate for side, rate in PLENTY.items() if short_side <= side), PLENTY[1080])
    bit_rate = facts.get("bit_rate", 0)
    if short_side and bit_rate > plenty:
        yield (
            f"{bit_rate / 1e6:.1f} Mbit/s is more than {short_side}p needs, and a connection that "
            f"dips drops frames. Set at most {plenty / 1e6:.1f} Mbit/s."
        )
    if dropped := facts.get("dropped"):
        yield f"localmux dropped {dropped} frames, because this machine could not keep up."
    if stepped_down := facts.get("stepped_down"):
        yield f"{stepped_down} So there are fewer renditions than usual."
