"""What of an encoder's tags goes to one ffmpeg, and where the next one begins."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmux.live import amf0, flv
from localmux.live.amf0 import EcmaArray
from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag
from localmux.live.takes import Take, Takes
from localmux.live.testing import shifted

VIDEO_HEADER = Tag(VIDEO, 0, b"\x17\x00\x00\x00\x00\x01\x42\xc0\x1e")
AUDIO_HEADER = Tag(AUDIO, 0, b"\xaf\x00\x12\x08")  # AAC, 44.1 kHz, mono
BOTH = {"width": 640.0, "height": 360.0, "framerate": 25.0, "videocodecid": 7.0}


def frame(time: int, *, key: bool = False) -> Tag:
    return Tag(VIDEO, time, (b"\x17" if key else b"\x27") + b"\x01\x00\x00\x00frame")


def sound(time: int) -> Tag:
    return Tag(AUDIO, time, b"\xaf\x01sound")


def told(**members: float) -> Tag:
    return Tag(SCRIPT, 0, amf0.encode("onMetaData", EcmaArray(members)))


def media(begin: int, end: int, gop: int = 1000) -> list[Tag]:
    """25 frames of picture and of sound per second."""
    times = range(begin, end, 40)
    return [t for at in times for t in (frame(at, key=(at - begin) % gop == 0), sound(at))]


def sort(takes: Takes, sent: list[Tag]) -> tuple[list[Take], list[list[Tag]]]:
    """The takes, and the frames of each; before them those of a take that was running."""
    begun: list[Take] = []
    fed: list[list[Tag]] = [[]]
    for tag in sent:
        for item in takes.sort(tag, 1000.0 + tag.timestamp / 1000):
            if isinstance(item, Take):
                begun.append(item)
                fed.append([])
            else:
                fed[-1] += list(flv.tags(item))
    return begun, fed


def begun_takes() -> Takes:
    takes = Takes()
    sort(takes, [told(**BOTH, audiocodecid=10.0), VIDEO_HEADER, AUDIO_HEADER, *media(0, 400)])
    assert takes.published
    return takes


def test_a_take_begins_at_zero_with_the_first_keyframe() -> None:
    sent = [told(**BOTH, audiocodecid=10.0), AUDIO_HEADER, VIDEO_HEADER, sound(700), frame(720)]
    takes, fed = sort(Takes(), [*sent, *media(760, 1200)])
    assert [(one.kind, one.timestamp) for one in fed[1]][:3] == [
        (VIDEO, 0),
        (AUDIO, 0),
        (VIDEO, 40),
    ]
    assert takes[0].published.picture
    assert takes[0].published.sound
    assert takes[0].published.picture.frame_rate == 25
    assert (takes[0].published.sound.sample_rate, takes[0].published.sound.channels) == (44100, 1)
    assert takes[0].arrived == pytest.approx(1000.76)


@pytest.mark.parametrize("later", [16_777_000, 2**31 - 200, 2**32 - 200])
def test_time_stamps_wrap(later: int) -> None:
    sent = [told(**BOTH, audiocodecid=10.0), VIDEO_HEADER, AUDIO_HEADER, *media(0, 800)]
    takes, fed = sort(Takes(), shifted(sent, later))
    assert len(takes) == 1
    assert [tag.timestamp for tag in fed[1]][-1] == 760


@pytest.mark.parametrize("to", [60_000, 0])
def test_a_jump_of_the_clock_begins_a_new_take_with_the_next_keyframe(to: int) -> None:
    takes = Takes()
    header = [told(**BOTH, audiocodecid=10.0), VIDEO_HEADER, AUDIO_HEADER]
    begun, fed = sort(
        takes, [*header, *media(30_000, 32_000), frame(to), *media(to + 40, to + 400)]
    )
    assert len(begun) == 2
    assert fed[2][0].timestamp == 0


def test_without_metadata_streams_and_rate_are_measured() -> None:
    begun, _ = sort(Takes(), [VIDEO_HEADER, *media(0, 1200)])
    picture = begun[0].published.picture
    assert picture
    assert picture.frame_rate == Fraction(25)
    assert begun[0].published.sound


def test_picture_alone_and_sound_alone_begin_at_once_when_that_is_announced() -> None:
    begun, _ = sort(Takes(), [told(**BOTH), VIDEO_HEADER, frame(0, key=True)])
    assert begun[0].published.picture
    assert not begun[0].published.sound
    begun, _ = sort(Takes(), [told(audiocodecid=10.0), AUDIO_HEADER, sound(0)])
    assert begun[0].published.sound
    assert not begun[0].published.picture


def test_a_picture_that_starts_late_is_waited_for() -> None:
    sent = [told(**BOTH, audiocodecid=10.0), AUDIO_HEADER, *map(sound, range(0, 3000, 40))]
    begun, fed = sort(Takes(), [*sent, VIDEO_HEADER, *media(3000, 3400)])
    assert begun[0].published.picture
    assert fed[1][0] == frame(0, key=True)


def test_a_new_picture_header_begins_a_take_and_a_repeated_one_does_not() -> None:
    takes = begun_takes()
    assert sort(takes, [VIDEO_HEADER, *media(400, 800, gop=10_000)[1:]])[0] == []
    other = Tag(VIDEO, 0, VIDEO_HEADER.body + b"other")
    assert len(sort(takes, [other, *media(800, 1200)])[0]) == 1


def test_a_cut_waits_for_a_keyframe() -> None:
    takes = begun_takes()
    takes.cut()
    begun, _ = sort(takes, [frame(400), sound(400), frame(440), frame(480, key=True)])
    assert len(begun) == 1


def test_missing_sound_is_filled_with_silence() -> None:
    takes = begun_takes()
    fed = [
        tag
        for at in range(400, 3000, 40)
        for one in takes.sort(frame(at), 0.0)
        if isinstance(one, bytes)
        for tag in flv.tags(one)
    ]
    silent = [tag for tag in fed if tag.kind == AUDIO]
    assert silent
    assert max(b.timestamp - a.timestamp for a, b in pairwise(silent)) < 600
    late = list(takes.sort(sound(500), 0.0))
    assert late == []


@given(
    st.lists(
        st.builds(
            Tag,
            kind=st.sampled_from([AUDIO, VIDEO, SCRIPT]),
            timestamp=st.integers(0, 2**32 - 1) | st.integers(0, 3000),
            body=st.binary(max_size=12)
            | st.sampled_from([VIDEO_HEADER.body, AUDIO_HEADER.body, frame(0, key=True).body]),
        ),
        max_size=40,
    )
)
def test_whatever_comes_is_sorted_without_an_error(sent: list[Tag]) -> None:
    begun, fed = sort(Takes(), [told(**BOTH), *sent])
    assert len(fed) == len(begun) + 1
    assert fed[0] == []
    for take in fed:
        for kind in (AUDIO, VIDEO):
            times = [tag.timestamp for tag in take if tag.kind == kind]
            assert times == sorted(times)
