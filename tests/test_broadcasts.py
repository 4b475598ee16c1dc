"""Broadcasts from real RTMP publishers, as the app shows them to host and viewers."""

import io
import random
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import av
import httpx
import pytest
from av.video.frame import VideoFrame

from localmux.live.flv import Tag
from localmux.live.testing import PacedPublisher
from localmux.media.testing import make_file
from localmux.receiver import receiving
from localmux.testing import Encoder, eventually
from tests.broadcasting import LIVE, Channel
from tests.harness import Person, Site

type Encode = Callable[..., Encoder]
type MakeVideo = Callable[..., Path]

# What Zoom sends to a custom service: one picture, 720 lines high, at uneven times, and AAC. Its
# connection is set up by https://developers.zoom.us/docs/api/meetings/ ("livestream").
ZOOM = (
    "-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr", "-c:v", "libx264",
    "-profile:v", "main", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "120",
    "-c:a", "aac", "-ar", "44100", "-ac", "1",
)  # fmt: skip
VIEWERS = re.compile(r'id="stream-viewers"[^>]*>([\d,]+) viewer')


def newest_pictures(site: Site, channel: Channel) -> list[tuple[int, int]]:
    """The sizes of the pictures in the newest segment of the best rendition."""
    playlist = f"{site.mux.urls['stream']}/{channel.at_mux()['playback_ids'][0]['id']}.m3u8"
    rows = re.findall(r"RESOLUTION=\d+x(\d+).*\n(\S+)", httpx.get(playlist).text)
    best = httpx.URL(playlist).join(max(rows, key=lambda row: int(row[0]))[1])
    segments = [line for line in httpx.get(best).text.split() if ".ts" in line or ".m4s" in line]
    return pictures(httpx.get(best.join(segments[-1])).content)


def pictures(media: bytes) -> list[tuple[int, int]]:
    """The sizes of all pictures; decoding them shows that they are whole."""
    with av.open(io.BytesIO(media), "r") as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}
        frames = [one for one in container.decode(video=0) if isinstance(one, VideoFrame)]
    return [(frame.width, frame.height) for frame in frames]


def heard(person: Person, events: str, *words: str, within: float = 30) -> None:
    """Wait until an open page is told all of these words at once."""
    deadline = time.monotonic() + within
    with person.stream("GET", events) as answer:
        for line in answer.iter_lines():
            if all(each in line for each in words):
                return
            assert time.monotonic() < deadline, line


def test_obs_goes_live(site: Site, channel: Channel, media: list[Tag]) -> None:
    with PacedPublisher(channel.ingest, media, rounds=10):
        channel.await_live()
        shown = newest_pictures(site, channel)
    assert len(shown) > 20
    assert set(shown) == {(320, 180)}


def test_zoom_goes_live(
    site: Site, channel: Channel, encode: Encode, make_video: MakeVideo, tmp_path: Path
) -> None:
    source = make_video("meeting.mp4", seconds=4, size="1280x720")
    encode(channel, make_file(tmp_path / "zoom.flv", "-i", str(source), *ZOOM))
    channel.await_live()
    shown = newest_pictures(site, channel)
    assert len(shown) > 20
    assert set(shown) == {(1280, 720)}


def test_each_simulcast_target_has_its_own_state_in_the_open_studio(
    channel: Channel, encode: Encode
) -> None:
    with receiving(refused={"bad-key": "Go away."}) as receiver:
        channel.act("targets", name="Good one", url=receiver.url, stream_key="good-key")
        channel.act("targets", name="Bad one", url=receiver.url, stream_key="bad-key")
        encoder = encode(channel)
        expected = ("Good one – forwarding", "Bad one – failed; it is tried again")
        heard(channel.host, f"{channel.path}/studio/events", *expected)
        studio = channel.host.get(f"{channel.path}/studio").text
        assert all(words in studio for words in expected)
        assert "Forwarding to Bad one failed." in studio
        forwarded = receiver.recording("good-key")
        eventually(lambda: len(forwarded.tags) > 100)
        encoder.stop()
        forwarded.ending()
    assert len(pictures(forwarded.flv)) > 30


def test_a_watched_page_becomes_live_although_every_webhook_is_lost(
    site: Site, stranger: Person, channel: Channel, encode: Encode
) -> None:
    fault = {"stage": "webhook", "action": "drop"}
    with stranger.stream("GET", f"{channel.path}/events") as events, site.mux_fault(fault):
        encode(channel)
        eventually(lambda: channel.at_mux()["status"] == "active", within=30)
        begun = time.monotonic()
        assert next(line for line in events.iter_lines() if LIVE in line)
        assert time.monotonic() - begun < 15


def test_ten_viewers_come_and_go_and_the_count_is_right_at_each_step(
    site: Site, stranger: Person, channel: Channel, visit: Callable[[Site], Person]
) -> None:
    chance = random.Random(5)  # noqa: S311 - the same walk each time
    people = [visit(site) for _ in range(10)]
    pages: dict[Person, ExitStack] = {}

    def count() -> int:
        found = VIEWERS.search(stranger.get(channel.path).text)
        return int(found[1]) if found else -1

    for person in people:
        person.get(channel.path)
    for _ in range(40):
        person = chance.choice(people)
        if person in pages:
            pages.pop(person).close()
        else:
            pages[person] = ExitStack()
            pages[person].enter_context(person.stream("GET", f"{channel.path}/events"))
        eventually(lambda: count() == len(pages), within=5)
    for page in pages.values():
        page.close()
    heard(stranger, f"{channel.path}/events", "1 viewer")


def test_without_scripts_a_reload_shows_how_things_stand(
    channel: Channel, stranger: Person, encode: Encode
) -> None:
    assert "Waiting for the host" in stranger.get(channel.path).text
    encoder = encode(channel)
    eventually(lambda: LIVE in stranger.get(channel.path).text, within=30)
    encoder.crash()
    eventually(lambda: "Reconnecting" in stranger.get(channel.path).text)
    channel.act("end")
    assert "The broadcast has ended" in stranger.get(channel.path).text
    eventually(lambda: "Watch the recording" in stranger.get(channel.path).text)


@pytest.mark.parametrize(
    ("action", "studio", "page"),
    [
        ("end", "Start your encoder to go live again", "The broadcast has ended"),
        ("disable", "Switched off", "Switched off"),
        ("reset-key", "Your encoder is gone", "Reconnecting"),
    ],
)
def test_what_the_host_does_in_a_broadcast_is_seen_by_everybody_at_once(
    channel: Channel, stranger: Person, encode: Encode, action: str, studio: str, page: str
) -> None:
    encode(channel)
    channel.await_live()
    channel.act(action)
    eventually(lambda: studio in channel.host.get(f"{channel.path}/studio").text, within=5)
    eventually(lambda: page in stranger.get(channel.path).text, within=5)
