"""Test broadcasts and the facts about a broadcast, under /_localmux."""

import io
import time
from collections.abc import Callable, Generator
from itertools import pairwise
from pathlib import Path

import av
import httpx
import pytest
from av.video.frame import VideoFrame

from localmux.answers import Document
from localmux.testing import Encoder, eventually

type Create = Callable[..., Document]


class Studio:
    """What /_localmux offers for one live stream."""

    def __init__(self, api: httpx.Client, stream: Document) -> None:
        self.api, self.stream = api, stream
        self.path = f"/_localmux/live-streams/{stream['id']}"

    def facts(self) -> Document:
        return self.api.get(self.path).json()["data"]

    def ask(self, method: str, action: str = "broadcast") -> httpx.Response:
        return self.api.request(method, f"{self.path}/{action}")

    def refusal(self, method: str, action: str = "broadcast") -> tuple[int, str]:
        answer = self.ask(method, action)
        return answer.status_code, answer.json()["error"]["messages"][0]


@pytest.fixture
def studio(api: httpx.Client, new_live_stream: Create) -> Generator[Studio]:
    one = Studio(api, new_live_stream())
    yield one
    one.ask("DELETE")


def test_a_test_broadcast_is_dropped_comes_back_and_ends(
    studio: Studio, events: Callable[..., list[str]], now: Callable[..., Document]
) -> None:
    stream = studio.stream
    assert studio.facts() == {"id": stream["id"], "status": "idle"}
    answer = studio.ask("POST")
    assert answer.status_code == 201
    assert answer.json()["data"]["test_broadcast"] == "running"
    live = eventually(lambda: (seen := studio.facts())["status"] == "active" and seen)
    recording = live["recording"]
    assert (recording["width"], recording["height"], recording["frame_rate"]) == (1280, 720, 30)
    assert (recording["video_codec"], recording["audio_codec"]) == ("h264", "aac")
    assert recording["playable"]
    assert live["encoder"]["bytes"] > 0
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in commands if stream["stream_key"].encode() in line]

    assert studio.ask("POST", "drop").json()["data"]["test_broadcast"] == "dropped"
    eventually(lambda: 20 < studio.facts().get("reconnect_seconds_left", 0) <= 30, within=5.5)
    assert studio.ask("POST", "return").json()["data"]["test_broadcast"] == "running"
    eventually(lambda: events(stream["id"])[-1] == "live_stream.active")
    assert studio.facts()["recording"]["asset_id"] == recording["asset_id"]

    assert studio.ask("DELETE").status_code == 204
    eventually(lambda: events(stream["id"])[-1] == "live_stream.disconnected")
    assert "test_broadcast" not in studio.facts()
    assert now(stream)["status"] == "active"  # the window is open


def moment_in(frame: VideoFrame) -> int:
    """Hundredths of a second since 1970, as far as the boxes of the picture tell them."""
    plane, scale = frame.planes[0], frame.height / 720
    luma, row = bytes(plane), int(580 * scale) * plane.line_size
    columns = [row + int((190 + 60 * place) * scale) for place in range(16)]
    return int("".join("1" if luma[column] > 128 else "0" for column in columns), 2)


def test_programs_can_read_the_time_in_the_picture(studio: Studio) -> None:
    studio.ask("POST")
    eventually(lambda: studio.facts()["status"] == "active")
    base = f"/stream/{studio.stream['playback_ids'][0]['id']}"
    playlist = studio.api.get(f"{base}/360p.m3u8").text
    newest = [line for line in playlist.splitlines() if line and not line.startswith("#")][-1]
    segment = studio.api.get(f"{base}/{newest}").content
    now = round(time.time() * 100)
    with av.open(io.BytesIO(segment), "r") as container:
        frames = [one for one in container.decode(video=0) if isinstance(one, VideoFrame)]
    moments = [moment_in(frame) for frame in frames]
    steps = {(later - earlier) % 65_536 for earlier, later in pairwise(moments)}
    assert steps <= {3, 4}  # thirty pictures a second
    assert 0 < (now - moments[-1]) % 65_536 < 500  # it is at most five seconds old


def test_refusals_say_why(studio: Studio, encode: Callable[[Document], Encoder]) -> None:
    nothing = (404, "There is no test broadcast on this live stream.")
    for method, action in (("DELETE", "broadcast"), ("POST", "drop"), ("POST", "return")):
        assert studio.refusal(method, action) == nothing
    studio.ask("POST")
    assert studio.refusal("POST") == (409, "A test broadcast is on already.")
    assert studio.refusal("POST", "return") == (409, "The encoder is there.")
    studio.ask("POST", "drop")
    assert studio.refusal("POST", "drop") == (409, "The encoder is gone already.")
    studio.ask("DELETE")
    eventually(lambda: "encoder" not in studio.facts())

    encoder = encode(studio.stream)
    eventually(lambda: "encoder" in studio.facts())
    busy = (409, "Another encoder is publishing to this live stream.")
    assert studio.refusal("POST") == busy
    encoder.stop()
    studio.api.put(f"/video/v1/live-streams/{studio.stream['id']}/disable")
    assert studio.refusal("POST") == (409, "The live stream is disabled.")


def test_a_test_broadcast_ends_with_the_live_stream(studio: Studio) -> None:
    studio.ask("POST")
    studio.api.put(f"/video/v1/live-streams/{studio.stream['id']}/disable")
    eventually(lambda: "test_broadcast" not in studio.facts())
    studio.api.delete(f"/video/v1/live-streams/{studio.stream['id']}")
    assert studio.api.get(studio.path).status_code == 404


def test_reset_ends_everything_that_is_live(
    start: Callable[..., object],
    connect: Callable[..., httpx.Client],
    new_live_stream: Create,
) -> None:
    client = connect(start())
    studio = Studio(client, new_live_stream(client))
    studio.ask("POST")
    eventually(lambda: studio.facts()["status"] == "active")
    assert client.post("/_localmux/reset").status_code == 204
    assert client.get("/video/v1/assets").json()["data"] == []
    assert client.get("/_localmux/events").json()["data"] == []
    studio = Studio(client, new_live_stream(client))
    assert studio.ask("POST").status_code == 201
