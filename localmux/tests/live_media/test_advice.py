"""What is measured of an encoder, and what its owner is told to change."""

from collections.abc import Iterable

import pytest

from localmux.live.advice import advice
from localmux.live.flv import VIDEO, Tag
from localmux.live.measures import Measures
from localmux.live.unwrapped import UnwrappedTime

GOOD = {
    "video_codec": "h264",
    "audio_codec": "aac",
    "width": 1920,
    "height": 1080,
    "frame_rate": 30.0,
    "measured_frame_rate": 29.9,
    "keyframe_distance": 2.0,
    "bit_rate": 5_000_000,
    "dropped": 0,
}


def measured(
    times: Iterable[int], keyframe_every: int = 60, offsets: tuple[int, ...] = (0,)
) -> Measures:
    """H.264 frames of 1000 bytes at these milliseconds."""
    measures, time = Measures(), UnwrappedTime()
    for number, moment in enumerate(times):
        kind = 0x17 if number % keyframe_every == 0 else 0x27
        offset = offsets[number % len(offsets)].to_bytes(3)
        tag = Tag(VIDEO, moment, bytes([kind, 1]) + offset + bytes(995))
        measures.take(tag, time)
        time.of(moment)
    return measures


def test_an_even_encoder_is_measured_as_it_is() -> None:
    measures = measured(round(frame * 1000 / 30) for frame in range(300))
    assert measures.frame_rate == pytest.approx(30, abs=0.1)
    assert measures.bit_rate == pytest.approx(240_000, rel=0.02)
    assert measures.keyframe_distance == pytest.approx(2, abs=0.01)
    assert not measures.frame_rate_varies
    assert not measures.has_b_frames


def test_uneven_frames_and_b_frames_are_noticed() -> None:
    times = (frame * 40 + (frame % 3) * 30 for frame in range(300))
    assert measured(times).frame_rate_varies
    assert measured((frame * 33 for frame in range(300)), offsets=(0, 66, 33)).has_b_frames


def test_a_keyframe_that_never_comes_again_is_noticed() -> None:
    measures = measured((frame * 40 for frame in range(500)), keyframe_every=10_000)
    assert measures.keyframe_distance == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(
    ("facts", "latency_mode", "word"),
    [
        ({"video_codec": "hevc"}, "standard", "H.264"),
        ({"audio_codec": "mp3"}, "standard", "AAC"),
        ({"keyframe_distance": 8.0}, "standard", "keyframe interval"),
        ({"keyframe_distance": 4.0}, "low", "keyframe interval"),
        ({"has_b_frames": True}, "reduced", "B-frames"),
        ({"measured_frame_rate": 19.0}, "standard", "Only 19 of 30"),
        ({"frame_rate_varies": True}, "standard", "constant frame rate"),
        ({"bit_rate": 20_000_000}, "standard", "20.0 Mbit/s"),
        ({"bit_rate": 6_000_000, "width": 720, "height": 1280}, "standard", "720p"),
        ({"dropped": 12}, "standard", "12 frames"),
    ],
)
def test_each_wrong_setting_is_told_alone(
    facts: dict[str, object], latency_mode: str, word: str
) -> None:
    [sentence] = advice(GOOD | facts, latency_mode)
    assert word in sentence


def test_a_good_encoder_is_told_nothing() -> None:
    for latency_mode in ("low", "reduced", "standard"):
        assert advice(GOOD, latency_mode) == []
    assert advice({}, "standard") == []
    assert advice(GOOD | {"has_b_frames": True, "keyframe_distance": 5.0}, "standard") == []
