"""Broadcasts through a real ffmpeg: what viewers get while they go on, and what stays."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import av
import pytest

from localmux.live.flv import AUDIO, VIDEO, Tag
from localmux.live.recording import RUNNING, Recording
from localmux.live.studio import SECONDS, Encode, Studio
from localmux.live.testing import AAC, H264, numbered_pictures, numbers, shifted
from localmux.media.testing import tone

type Run = Callable[..., None]

FRAME = 1 / 30
LIVE = "/stream/l/360p.m3u8"
WHOLE = "/stream/a/360p.m3u8"


def only(kind: int, media: Sequence[Tag]) -> list[Tag]:
    return [tag for tag in media if tag.kind == kind]


def lengths(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"#EXTINF:([\d.]+)", text)]


def assert_joined(studio: Studio, name: str, rounds: int = 1) -> None:
    """Every picture is there once, at its time, over all segments and connections."""
    found = numbers(studio.whole(name))
    count = round(SECONDS * 30)
    assert [number for _, number in found] == list(range(count)) * rounds
    assert found[0][0] == pytest.approx(10, abs=0.001)
    for (before, _), (after, _) in pairwise(found):
        assert after - before == pytest.approx(FRAME, abs=0.001)


def test_a_broadcast_of_two_connections_becomes_one_recording(
    studio: Run, broadcast: list[Tag]
) -> None:
    async def work(one: Studio) -> None:
        await one.publish(broadcast)
        assert one.recording.playable.is_set()
        live, whole = await one.text(LIVE), await one.text(WHOLE)
        assert "EVENT" in whole
        assert "ENDLIST" not in live + whole
        await one.publish(shifted(broadcast, 2**32 - 2000))
        assert (await one.text(WHOLE)).startswith(whole)
        assert sum(lengths(await one.text(LIVE))) == pytest.approx(2 * SECONDS, abs=0.1)
        await one.recording.finish()
        final = await one.text(WHOLE)
        assert "VOD" in final
        assert final.count("#EXT-X-DISCONTINUITY\n") == 1
        assert final.endswith("#EXT-X-ENDLIST\n")
        assert_joined(one, "360p", rounds=2)
        assert_joined(one, "180p", rounds=2)

    studio(work)


def test_the_fields_of_the_asset_follow_from_the_media(studio: Run, broadcast: list[Tag]) -> None:
    async def work(one: Studio) -> None:
        assert one.recording.describe() == {}
        await one.publish(broadcast)
        fields = one.recording.describe()
        assert fields["duration"] == pytest.approx(SECONDS, abs=0.1)
        assert fields["aspect_ratio"] == "16:9"
        assert fields["max_stored_frame_rate"] == 30
        facts = one.recording.facts()
        assert facts["renditions"] == ["360p", "180p"]
        assert (facts["video_codec"], facts["audio_codec"]) == ("h264", "aac")
        assert (facts["width"], facts["height"], facts["sample_rate"]) == (640, 360, 44_100)
        assert "stepped_down" not in facts
        await one.recording.finish()
        again = await Recording.recover(one.folder, one.encoders)
        assert again
        assert again.describe() == fields

    studio(work)


def test_every_segment_decodes_alone_and_begins_with_a_keyframe(
    studio: Run, broadcast: list[Tag]
) -> None:
    async def work(one: Studio) -> None:
        await one.publish(broadcast)
        for path in one.segments("360p")[:-1]:
            with av.open(str(path)) as container:
                packets = [packet for packet in container.demux(video=0) if packet.size]
            assert packets[0].is_keyframe
            assert len(packets) == 15
            assert len(numbers(path)) == 15
        assert set(lengths(await one.text(LIVE))) == {0.5}

    studio(work, mode="low")


KINDS = {
    "picture alone": (numbered_pictures(seconds=2), H264, ["360p", "180p"]),
    "sound alone": (tone(seconds=2), AAC, ["audio"]),
    "odd size": (
        [*numbered_pictures(seconds=2, size="427x241", rate="24000/1001"), *tone(seconds=2)],
        ("-vf", "format=yuv444p", *H264[:-2], *AAC),
        ["240p"],
    ),
    "hevc": (
        [*numbered_pictures(seconds=2), *tone(seconds=2)],
        ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:bframes=0"),
        ["360p", "180p"],
    ),
    "portrait of 60 frames": (
        [*numbered_pictures(seconds=2, size="270x480", rate="60"), *tone(seconds=2)],
        (*H264, *AAC),
        ["270p"],
    ),
    "uneven frames": (
        [*numbered_pictures(seconds=2), *tone(seconds=2)],
        ("-vf", "select='gt(random(1),0.15)'", "-fps_mode", "vfr", *H264, *AAC),
        ["360p", "180p"],
    ),
    "B-frames": (
        [*numbered_pictures(seconds=2), *tone(seconds=2)],
        ("-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", *AAC),
        ["360p", "180p"],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_encoders_send_becomes_playable(kind: str, studio: Run, encode: Encode) -> None:
    inputs, options, names = KINDS[kind]
    media = encode(*inputs, *options)

    async def work(one: Studio) -> None:
        await one.publish(media)
        assert one.recording.timeline.names == names
        assert one.recording.duration == pytest.approx(2, abs=0.1)
        with av.open(str(one.whole(names[0]))) as container:
            kinds = {stream.type for stream in container.streams}
            assert sum(1 for _ in container.decode()) > 40
        assert ("video" in kinds) == (names != ["audio"])
        assert ("audio" in kinds) == (kind != "picture alone")

    studio(work)


@pytest.mark.parametrize("frames", [1, 5])
def test_a_very_short_broadcast_is_kept(frames: int, studio: Run, broadcast: list[Tag]) -> None:
    until = only(VIDEO, broadcast)[frames]

    async def work(one: Studio) -> None:
        await one.publish(broadcast[: broadcast.index(until) + 1])
        assert 0 < one.recording.duration < 0.5
        assert numbers(one.segments("360p")[0])

    studio(work)


def test_a_broadcast_without_anything_leaves_nothing(studio: Run) -> None:
    async def work(one: Studio) -> None:
        await one.publish([])
        assert not one.recording.playable.is_set()
        assert one.recording.describe() == {}
        assert await Recording.recover(one.folder, one.encoders) is None

    studio(work)


def test_a_pause_of_the_encoder_shows_its_last_picture(studio: Run, broadcast: list[Tag]) -> None:
    half = len(broadcast) // 2
    rest = [Tag(tag.kind, tag.timestamp + 2000, tag.body) for tag in broadcast[half:]]

    async def work(one: Studio) -> None:
        await one.publish([*broadcast[:half], *rest])
        assert one.recording.duration == pytest.approx(SECONDS + 2, abs=0.1)
        times = [time for time, _ in numbers(one.whole("180p"))]
        assert max(b - a for a, b in pairwise(times)) < 2 * FRAME

    studio(work)


def test_sound_that_stops_does_not_hold_up_the_picture(studio: Run, broadcast: list[Tag]) -> None:
    silent = [tag for tag in broadcast if tag.kind != AUDIO or tag.timestamp < 1000]

    async def work(one: Studio) -> None:
        run = one.recording.begin_run()
        for tag in silent:
            run.tag(tag)
        await one.until(lambda: one.recording.duration > SECONDS - 2)
        await run.end()
        assert one.recording.duration == pytest.approx(SECONDS, abs=0.1)

    studio(work)


def test_images_work_while_it_is_live(studio: Run, broadcast: list[Tag]) -> None:
    async def work(one: Studio) -> None:
        await one.publish(broadcast)
        for query, number in (("time=0", 0), ("time=2.52", 75), ("latest=true", 134), ("", 67)):
            answer = await one.viewer.get(f"/image/a/thumbnail.png?{query}")
            assert answer.headers["cache-control"] == "no-cache"
            path = one.folder / "seen.png"
            path.write_bytes(answer.content)
            assert numbers(path)[0][1] == number
        for path in ("animated.webp?start=0.5&end=3.5", "animated.gif?end=1", "storyboard.jpg"):
            answer = await one.viewer.get(f"/image/l/{path}")
            assert answer.status_code == 200
            assert len(answer.content) > 5000
        board = (await one.viewer.get("/image/a/storyboard.json")).json()
        assert board["duration"] == pytest.approx(SECONDS)
        assert (await one.viewer.get("/image/a/thumbnail.jpg?latest=maybe")).status_code == 400

    studio(work)


def test_only_what_is_there_is_served(studio: Run, broadcast: list[Tag]) -> None:
    async def work(one: Studio) -> None:
        assert (await one.viewer.get("/image/l/thumbnail.jpg")).status_code == 404
        await one.publish(broadcast)
        for path, status in (
            ("/stream/l/360p/0.ts", 200),
            ("/stream/l/360p/5.ts", 404),
            ("/stream/l/720p/0.ts", 404),
            ("/stream/l/360p/x.ts", 400),
            ("/stream/l/720p.m3u8", 404),
        ):
            assert (await one.viewer.get(path)).status_code == status, path
        part = await one.viewer.get("/stream/a/360p/0.ts", headers={"range": "bytes=0-187"})
        assert (part.status_code, len(part.content)) == (206, 188)
        assert one.folder in RUNNING
        await one.recording.finish()
        assert one.folder not in RUNNING

    studio(work)
