"""The playlists of a recording at every moment of its life (RFC 8216, sections 4.3.3 and 6.2)."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from localmux.live.playlists import Playlists
from localmux.live.published import Picture, Published, Sound
from localmux.live.timeline import FILE, Timeline
from localmux.playlists import Selection

PUBLISHED = Published(Picture("h264", 1280, 720, Fraction(30)), Sound("aac", 2, 48_000))


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return Timeline.create(tmp_path / "asset", "standard")


def number(text: str, tag: str) -> int:
    found = re.search(rf"^#EXT-X-{tag}:(\d+)$", text, re.MULTILINE)
    assert found
    return int(found[1])


def segments(text: str) -> list[tuple[int, int, str]]:
    """Number, discontinuity sequence and address of every segment, as a player counts them."""
    count, breaks, found = number(text, "MEDIA-SEQUENCE"), 0, []
    if "DISCONTINUITY-SEQUENCE" in text:
        breaks = number(text, "DISCONTINUITY-SEQUENCE")
    for line in text.splitlines():
        breaks += line == "#EXT-X-DISCONTINUITY"
        if line and not line.startswith("#"):
            found.append((count, breaks, line))
            count += 1
    return found


def grow(timeline: Timeline) -> list[tuple[str, str]]:
    """Window and whole after each of 90 segments, in parts of different lengths."""
    playlists, seen = Playlists(timeline), []
    for run, count in enumerate((5, 1, 0, 40, 44)):
        timeline.begin_part(run, 1000.0 + 100 * run, PUBLISHED, (720, 360))
        for index in range(count):
            timeline.append(1.0 if index < count - 1 else 0.4)
            seen.append(
                (playlists.media("720p", window=True), playlists.media("720p", window=False))
            )
    return seen


def test_a_segment_keeps_its_number_and_its_discontinuity(timeline: Timeline) -> None:
    known: dict[str, tuple[int, int]] = {}
    before = 0
    for window, _ in grow(timeline):
        assert number(window, "MEDIA-SEQUENCE") >= before
        before = number(window, "MEDIA-SEQUENCE")
        for count, breaks, address in segments(window):
            assert known.setdefault(address, (count, breaks)) == (count, breaks)
    assert before == 90 - 31


def test_the_window_is_half_a_minute_and_has_no_type(timeline: Timeline) -> None:
    for count, (window, _) in enumerate(grow(timeline), start=1):
        length = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", window)))
        assert length >= min(30, count - 3)
        assert length < 31.5
        assert "PLAYLIST-TYPE" not in window
        assert "ENDLIST" not in window


def test_the_whole_only_ever_grows_at_its_end(timeline: Timeline) -> None:
    before = ""
    for _, whole in grow(timeline):
        assert "#EXT-X-PLAYLIST-TYPE:EVENT" in whole
        assert whole.startswith(before)
        before = whole
    assert number(before, "MEDIA-SEQUENCE") == 0
    assert before.count("#EXT-X-DISCONTINUITY\n") == 3


def test_after_the_end_it_is_complete_and_stays_so(timeline: Timeline) -> None:
    _, growing = grow(timeline)[-1]
    timeline.finish()
    for one in (timeline, Timeline.load(timeline.folder)):
        whole = Playlists(one).media("360p", window=False)
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in whole
        assert whole.endswith("#EXT-X-ENDLIST\n")
        assert len(segments(whole)) == len(segments(growing))


def test_no_segment_is_rounded_to_more_than_the_target_duration(timeline: Timeline) -> None:
    window, whole = grow(timeline)[-1]
    for text in (window, whole):
        target = number(text, "TARGETDURATION")
        assert all(round(float(one)) <= target for one in re.findall(r"#EXTINF:([\d.]+)", text))


def test_dates_go_on_within_a_part_and_never_back(timeline: Timeline) -> None:
    window, _ = grow(timeline)[-1]
    dates = re.findall(r"PROGRAM-DATE-TIME:(\S+)", window)
    assert dates == sorted(dates)
    assert len(dates) == len(segments(window))


def test_a_rendition_that_is_no_longer_made_is_stood_in_for(timeline: Timeline) -> None:
    timeline.begin_part(0, 0.0, PUBLISHED, (720, 360))
    timeline.append(1.0)
    timeline.begin_part(0, 1.0, PUBLISHED, (360,))
    timeline.append(1.0)
    master = Playlists(timeline).master("x/", Selection())
    assert master.count("#EXT-X-STREAM-INF") == 2
    assert timeline.path("720p", 0).parent.name == "720p"
    assert timeline.path("720p", 1).parent.name == "360p"


def test_what_a_crash_cut_off_is_left_out(timeline: Timeline) -> None:
    grow(timeline)
    file = timeline.folder / FILE
    file.write_text(file.read_text() + '{"duration": 1.')
    assert len(Timeline.load(timeline.folder)) == 90
