"""Segments made one by one, in any order, are the video: no frame missing, doubled or late."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from localmux.media.asset_media import AssetMedia
from localmux.media.segments import TIMESTAMP_OFFSET
from localmux.media.testing import (
    SHADES,
    counting_frames,
    make_segments,
    packet_times,
    pictures,
    samples,
    tone,
)

type Sample = Callable[..., Path]
type Prepare = Callable[[Path], AssetMedia]

H264 = ("-c:v", "libx264", "-preset", "veryfast")
H265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
SOURCES = {
    "copied.mp4": ("30000/1001", [*H264, "-g", "60"]),
    "long-gop.mp4": ("30000/1001", [*H264, "-g", "250", "-sc_threshold", "0"]),
    "scene-cuts.mp4": ("30", [*H264, "-force_key_frames", "0.5,1.1,4.7,6.1,8.9"]),
    "open-gop.mp4": ("30", [*H264, "-g", "50", "-x264-params", "open-gop=1:bframes=3"]),
    "ten-bit.mov": (
        "25",
        [*H265, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"],
    ),
    "colours.mkv": ("25", [*H264, "-pix_fmt", "yuv444p"]),
    "late-start.ts": ("50", [*H264, "-g", "100", "-output_ts_offset", "7.3"]),
    "browser.webm": ("30", ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "500k"]),
    "old.avi": ("25", ["-c:v", "mpeg4", "-q:v", "2"]),
    "fragmented.mp4": ("30", [*H264, "-g", "45", "-movflags", "frag_keyframe+empty_moov"]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_rendition_shows_every_frame_once_and_on_time(
    name: str, sample: Sample, prepare: Prepare
) -> None:
    rate, options = SOURCES[name]
    picture = counting_frames(seconds=10, rate=rate, size="640x360")
    media = prepare(sample(name, *picture, *options))
    assert [rendition.name for rendition in media.renditions] == ["360p", "270p"]
    for rendition in media.renditions:
        shown = [one for path in make_segments(media, rendition.name) for one in pictures(path)]
        interval = 1 / Fraction(rate)
        expected = [TIMESTAMP_OFFSET + number * interval for number in range(len(shown))]
        late = [abs(time - due) for (time, _), due in zip(shown, expected, strict=True)]
        assert max(late) <= Fraction(1, 90_000)
        assert len(shown) == round(10 * Fraction(rate))
        assert [number for _, number in shown] == [one % SHADES for one in range(len(shown))]


def test_the_top_rendition_is_copied_where_the_input_is_standard(
    sample: Sample, prepare: Prepare
) -> None:
    for name, copied in {
        "copied.mp4": True,
        "fragmented.mp4": True,
        "long-gop.mp4": False,
        "open-gop.mp4": False,
        "colours.mkv": False,
    }.items():
        rate, options = SOURCES[name]
        picture = counting_frames(seconds=10, rate=rate, size="640x360")
        media = prepare(sample(name, *picture, *options))
        assert [rendition.copied for rendition in media.renditions] == [copied, False], name


def test_playlists_promise_what_the_segments_hold(sample: Sample, prepare: Prepare) -> None:
    rate, options = SOURCES["scene-cuts.mp4"]
    picture = counting_frames(seconds=10, rate=rate, size="640x360")
    media = prepare(sample("scene-cuts.mp4", *picture, *options))
    assert media.picture
    for rendition in media.renditions:
        paths = make_segments(media, rendition.name)
        for path, duration in zip(paths, media.picture.durations, strict=True):
            assert len(pictures(path)) == duration * media.picture.frame_rate
            assert path.stat().st_size * 8 / duration <= rendition.peak_bit_rate


@pytest.mark.parametrize("rate", [48_000, 44_100, 8_000])
def test_a_tone_goes_on_over_the_seams(rate: int, sample: Sample, prepare: Prepare) -> None:
    media = prepare(sample(f"tone-{rate}.wav", *tone(seconds=10, rate=rate)))
    paths = make_segments(media, "audio")
    times = [time for path in paths for time in packet_times(path)]
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {Fraction(1024, 48_000)}
    assert times[0] == TIMESTAMP_OFFSET
    assert _loudest_jump(samples(paths)[4000:-4000]) < 80


def test_sound_that_ends_early_goes_on_as_silence(sample: Sample, prepare: Prepare) -> None:
    inputs = [*counting_frames(seconds=9), *tone(seconds=2)]
    media = prepare(sample("short-sound.mp4", *inputs, *H264))
    sound = samples(make_segments(media, "audio"))
    assert len(sound) / 48_000 == pytest.approx(9, abs=0.03)
    assert max(sound[24_000:72_000]) > 1000
    assert max(sound[3 * 48_000 :]) == 0


def test_the_last_frame_is_held_while_the_sound_goes_on(sample: Sample, prepare: Prepare) -> None:
    inputs = [*counting_frames(seconds=3), *tone(seconds=13)]
    media = prepare(sample("long-sound.mp4", *inputs, *H264))
    shown = [one for path in make_segments(media, "180p") for one in pictures(path)]
    assert len(shown) == pytest.approx(13 * 30, abs=1)
    assert {number for _, number in shown[90:]} == {89 % SHADES}


def test_a_varying_frame_rate_becomes_even(sample: Sample, prepare: Prepare) -> None:
    uneven = ["-vf", "select='gt(random(1),0.3)'", "-fps_mode", "vfr"]
    media = prepare(sample("uneven.mp4", *counting_frames(seconds=9), *uneven, *H264))
    paths = make_segments(media, media.renditions[0].name)
    times = [time for path in paths for time, _ in pictures(path)]
    assert {later - earlier for earlier, later in pairwise(times)} == {Fraction(1, 30)}


def test_a_picture_that_starts_after_the_sound_stays_in_step(
    sample: Sample, prepare: Prepare
) -> None:
    inputs = ["-itsoffset", "0.25", *counting_frames(seconds=6), *tone(seconds=6)]
    media = prepare(sample("late-picture.mkv", *inputs, *H264))
    shown = [one for path in make_segments(media, "180p") for one in pictures(path)]
    assert shown[0] == (TIMESTAMP_OFFSET, 0)
    assert [number for _, number in shown] == [one % SHADES for one in range(len(shown))]
    assert media.info.origin == pytest.approx(0.25, abs=0.02)


def test_a_fifth_of_a_second_is_a_video(sample: Sample, prepare: Prepare) -> None:
    media = prepare(sample("blink.mp4", *counting_frames(seconds=0.2), *H264))
    assert media.describe()["duration"] == pytest.approx(0.2)
    assert len(pictures(make_segments(media, "180p")[0])) == 15


def _loudest_jump(sound: list[int]) -> float:
    """How far a sample is from where its neighbours' sine puts it, at most."""
    turn = 1.996683  # 2 cos(2 pi 440 / 48000)
    middles = zip(sound, sound[1:], sound[2:], strict=False)
    return max(abs(after - turn * now + before) for before, now, after in middles)
