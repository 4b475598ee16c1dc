"""The record switch: which parts of a broadcast stay, and where they are in the recording."""

import pytest

from mux_resources import MuxAsset, RecordedTime
from recordings import kept_parts, media_seconds
from records import PlaybackID


@pytest.mark.parametrize(
    ("marks", "parts"),
    [
        ([], [(0.0, 60.0)]),
        ([0.0], []),
        ([20.0], [(0.0, 20.0)]),
        ([0.0, 20.0], [(20.0, 60.0)]),
        ([10.0, 30.0], [(0.0, 10.0), (30.0, 60.0)]),
        ([0.0, 10.0, 20.0], [(10.0, 20.0)]),
        ([0.0, 0.0], [(0.0, 60.0)]),
        ([70.0], [(0.0, 60.0)]),
        ([70.0, 80.0], [(0.0, 60.0)]),
        ([0.5], []),
        ([30.0, 30.5], [(0.0, 30.0), (30.5, 60.0)]),
    ],
)
def test_the_parts_that_stay_are_those_with_the_switch_on(
    marks: list[float], parts: list[tuple[float, float]]
) -> None:
    assert kept_parts(marks, 60.0) == parts


def recorded(*times: RecordedTime) -> MuxAsset:
    return MuxAsset(
        id="a1",
        status="ready",
        created_at=1000,
        playback_ids=(PlaybackID("p1", "public"),),
        duration=sum(each.duration for each in times),
        aspect_ratio="16:9",
        title="Sea",
        passthrough="",
        error=None,
        recording_times=times,
    )


@pytest.mark.parametrize(
    ("mark", "seconds"),
    [
        (0.0, 0.0),
        (0.5, 0.0),
        (1.0, 0.5),
        (10.0, 9.5),
        (15.0, 10.0),
        (20.0, 10.0),
        (25.0, 15.0),
        (99.0, 30.0),
    ],
)
def test_time_without_an_encoder_is_not_in_the_recording(mark: float, seconds: float) -> None:
    asset = recorded(RecordedTime(1000.5, 10.0), RecordedTime(1020.0, 20.0))
    assert media_seconds(mark, asset) == seconds


def test_a_recording_that_does_not_tell_its_times_is_taken_as_one() -> None:
    assert media_seconds(12.5, recorded()) == 12.5
