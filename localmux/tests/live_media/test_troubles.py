"""Machines, encoders and connections that fail: what is lost, and what never is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from localmux.live.flv import SCRIPT, VIDEO, Tag
from localmux.live.load import Load
from localmux.live.studio import SECONDS, Encode, Studio
from localmux.live.tag_content import is_header
from localmux.live.testing import H264, numbered_pictures, numbers, shifted
from localmux.media.testing import tone

type Run = Callable[..., None]

WHOLE = "/stream/a/360p.m3u8"


def only(kind: int, media: Sequence[Tag]) -> list[Tag]:
    return [tag for tag in media if tag.kind == kind]


def test_what_cannot_be_decoded_is_said_in_words(studio: Run, broadcast: list[Tag]) -> None:
    frames = [tag for tag in broadcast if tag.kind == VIDEO and not is_header(tag)][:60]
    noise = bytes(range(256))
    bad = [Tag(VIDEO, at * 33, b"\x17\x01\0\0\0" + noise) for at, _ in enumerate(frames)]
    header = Tag(VIDEO, 0, b"\x17\x00\0\0\0" + noise)
    told = only(SCRIPT, broadcast)

    async def work(one: Studio) -> None:
        run = one.recording.begin_run()
        for number in range(3):
            for tag in [*told, header, *shifted(bad, number * 100_000)]:
                run.tag(tag)
        await run.end()
        assert run.failed
        assert "h264" in run.failed

    studio(work)


def test_an_ffmpeg_that_dies_costs_no_more_than_up_to_the_next_keyframe(
    studio: Run, encode: Encode
) -> None:
    media = encode(*numbered_pictures(seconds=SECONDS), *tone(seconds=SECONDS), *H264, "-g", "15")

    async def work(one: Studio) -> None:
        run = one.recording.begin_run()
        for tag in media:
            run.tag(tag)
            if tag.kind == VIDEO and 2000 <= tag.timestamp < 2040:
                await one.until(lambda: one.recording.duration >= 1)
                one.encoders.kill_running()
                await one.until(lambda: not one.encoders.running)
        await run.end()
        assert one.recording.duration > 2.4
        assert (await one.text(WHOLE)).count("#EXT-X-DISCONTINUITY\n") == 1
        seen = [number for _, number in numbers(one.whole("360p"))]
        assert seen == sorted(seen)
        assert seen[-1] == round(SECONDS * 30) - 1

    studio(work)


def test_a_machine_that_is_too_slow_goes_on_with_one_rendition_and_loses_nothing(
    studio: Run, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = encode(*numbered_pictures(seconds=SECONDS), *tone(seconds=SECONDS), *H264, "-g", "30")
    monkeypatch.setattr("localmux.live.run.LOOK_AGAIN", 0.01)
    monkeypatch.setattr(Load, "too_heavy", True)

    async def work(one: Studio) -> None:
        run = one.recording.begin_run()
        for tag in media:
            run.tag(tag)
            if tag.kind == VIDEO and 2000 <= tag.timestamp < 2034:
                await one.until(lambda: "stepped_down" in one.recording.facts())
        await run.end()
        assert one.recording.facts()["renditions"] == ["180p"]
        assert "This machine encoded" in str(one.recording.facts()["stepped_down"])
        assert (await one.text("/stream/l.m3u8")).count("STREAM-INF") == 2
        seen = [number for path in one.segments("360p") for _, number in numbers(path)]
        assert seen == list(range(round(SECONDS * 30)))

    studio(work)


def test_a_queue_that_is_full_drops_up_to_the_next_keyframe(
    studio: Run, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = encode(*numbered_pictures(seconds=SECONDS), *tone(seconds=SECONDS), *H264, "-g", "30")
    monkeypatch.setattr("localmux.live.run.QUEUE", sum(len(tag.body) for tag in media) // 3)

    async def work(one: Studio) -> None:
        run = one.recording.begin_run()
        for tag in media:
            run.tag(tag)  # never lets ffmpeg take anything meanwhile
        await run.end()
        assert one.recording.facts()["dropped"] == run.dropped
        assert run.dropped > 30
        assert 1 < one.recording.duration < SECONDS - 1

    studio(work)


def test_an_ffmpeg_that_hangs_never_holds_up_who_publishes(
    studio: Run, broadcast: list[Tag], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "ffmpeg"
    hanging.write_text("#!/bin/sh\nexec sleep 1000\n")
    hanging.chmod(0o700)
    monkeypatch.setattr("localmux.media.encoders.ffmpeg_executable", lambda: str(hanging))
    monkeypatch.setattr("localmux.live.run.WITHOUT_PROGRESS", 0.1)
    monkeypatch.setattr("localmux.live.transcoder.WITHOUT_PROGRESS", 0.1)

    async def work(one: Studio) -> None:
        await one.publish(broadcast)
        assert one.recording.duration == 0
        assert not one.recording.playable.is_set()

    studio(work)


def test_who_falls_behind_is_told_from_who_sends_too_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(published: float, made: float) -> Load:
        now = 0.0
        monkeypatch.setattr("localmux.live.load.time.monotonic", lambda: now)
        load = Load()
        for now in range(20):
            load.look(published * now, made * now)
        return load

    assert judged(1.0, 0.6).too_heavy
    assert "0.60 seconds of video per second" in judged(1.0, 0.6).reason
    assert not judged(1.0, 0.99).too_heavy
    assert not judged(3.0, 1.5).too_heavy
    assert judged(1.0, 0.0).stands_still
    assert not judged(0.0, 0.0).stands_still
