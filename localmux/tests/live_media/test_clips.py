"""Clips of uploads, of recordings, of what is still live; what kill -9 leaves of a recording."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import mux_python
import pytest

from localmux.answers import Document
from localmux.live.flv import Tag
from localmux.live.testing import AAC, H264, PacedPublisher, numbered_pictures, numbers
from localmux.media.testing import make_file, tone
from localmux.testing import Running, eventually

PUBLIC = {"playback_policies": ["public"]}
RATE = 30

type Connect = Callable[[Running], httpx.Client]


class Caller:
    """Asks the API of one localmux."""

    def __init__(self, localmux: Running, api: httpx.Client) -> None:
        self.localmux, self.api = localmux, api

    def get(self, path: str) -> Document:
        return self.api.get(f"/video/v1/{path}").raise_for_status().json()["data"]

    def live_stream(self) -> Document:
        body = {**PUBLIC, "reconnect_window": 0, "new_asset_settings": PUBLIC}
        return self.api.post("/video/v1/live-streams", json=body).json()["data"]

    def ready(self, asset_id: str) -> Document:
        def look() -> Document | None:
            asset = self.get(f"assets/{asset_id}")
            return asset if asset["status"] != "preparing" else None

        asset = eventually(look) or {}
        assert asset["status"] == "ready", asset
        return asset

    def clip(self, asset_id: str, start: float | None, end: float | None) -> httpx.Response:
        source = {"url": f"mux://assets/{asset_id}", "start_time": start, "end_time": end}
        return self.api.post("/video/v1/assets", json={"inputs": [source], **PUBLIC})

    def shown(self, asset: Document, folder: Path) -> list[int]:
        """The numbers of all pictures of an asset, in the order they are played."""
        base = f"{self.localmux.urls['stream']}/{asset['playback_ids'][0]['id']}"
        found: list[int] = []
        for line in httpx.get(f"{base}/360p.m3u8").text.splitlines():
            if line and not line.startswith("#"):
                path = folder / "segment.ts"
                path.write_bytes(
                    httpx.get(f"{base}/{line.partition('/')[0]}/{Path(line).name}").content
                )
                found += [number for _, number in numbers(path)]
        return found


@pytest.fixture
def caller(localmux: Running, api: httpx.Client) -> Caller:
    return Caller(localmux, api)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds, with a keyframe every two."""
    inputs = [*numbered_pictures(seconds=10), *tone(seconds=10)]
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_file(path, *inputs, *H264, "-g", "60", *AAC)


def upload(caller: Caller, film: Path) -> str:
    body = {"cors_origin": "*", "new_asset_settings": PUBLIC}
    made = caller.api.post("/video/v1/uploads", json=body).json()["data"]
    httpx.put(made["url"], content=film.read_bytes()).raise_for_status()
    asset_id = eventually(lambda: caller.get(f"uploads/{made['id']}").get("asset_id"))
    return caller.ready(str(asset_id))["id"]


@pytest.mark.parametrize(
    ("start_time", "end_time", "frames"),
    [(2.5, 7.2, range(75, 216)), (None, 1.0, range(30)), (9.0, None, range(270, 300))],
)
def test_a_clip_of_an_upload_is_exact_to_the_frame(
    start_time: float | None,
    end_time: float | None,
    frames: range,
    caller: Caller,
    film: Path,
    tmp_path: Path,
) -> None:
    origin = upload(caller, film)
    made = caller.clip(origin, start_time, end_time)
    assert made.status_code == 201, made.text
    clip = caller.ready(made.json()["data"]["id"])
    assert clip["ingest_type"] == "on_demand_clip"
    assert clip["source_asset_id"] == origin
    assert clip["duration"] == pytest.approx(len(frames) / RATE, abs=0.05)
    caller.api.delete(f"/video/v1/assets/{origin}").raise_for_status()
    assert caller.shown(clip, tmp_path) == list(frames)


def test_clips_of_clips_and_refusals(caller: Caller, film: Path, tmp_path: Path) -> None:
    origin = upload(caller, film)
    outer = caller.ready(caller.clip(origin, 2.0, 8.0).json()["data"]["id"])
    inner = caller.ready(caller.clip(outer["id"], 1.0, 20.0).json()["data"]["id"])
    assert caller.shown(inner, tmp_path) == list(range(90, 240))
    for asset_id, start, end in (
        ("unknown", 0, 1),
        (origin, 10.5, 11),
        (origin, 3, 3),
        (origin, -1, 3),
        (origin, True, 3),
        ("x/y", 0, 1),
    ):
        assert caller.clip(asset_id, start, end).status_code == 400


def test_a_clip_can_be_made_while_it_is_live_and_after(
    caller: Caller, broadcast: list[Tag], tmp_path: Path
) -> None:
    stream = caller.live_stream()
    url = f"{caller.localmux.urls['rtmp']}/{stream['stream_key']}"
    with PacedPublisher(url, broadcast, rounds=2):
        asset_id = eventually(
            lambda: caller.get(f"live-streams/{stream['id']}").get("active_asset_id")
        )
        eventually(lambda: caller.get(f"assets/{asset_id}").get("duration", 0) > 2)
        live = caller.ready(caller.clip(str(asset_id), 0.5, 1.5).json()["data"]["id"])
        assert caller.shown(live, tmp_path) == list(range(15, 45))
    eventually(lambda: not caller.get(f"assets/{asset_id}").get("is_live"), 5)
    after = caller.ready(caller.clip(str(asset_id), 1.1, 2.1).json()["data"]["id"])
    assert caller.shown(after, tmp_path) == list(range(33, 63))


def test_mux_python_makes_a_clip(caller: Caller, film: Path) -> None:
    origin = upload(caller, film)
    configuration = mux_python.Configuration(host=caller.localmux.urls["api"])
    configuration.username, configuration.password = caller.localmux.token
    source = mux_python.InputSettings(url=f"mux://assets/{origin}", start_time=1.0, end_time=2.0)
    with mux_python.ApiClient(configuration) as client:
        request = mux_python.CreateAssetRequest(inputs=[source], **PUBLIC)
        made = mux_python.AssetsApi(client).create_asset(request).data
        client.rest_client.pool_manager.clear()
    assert made.source_asset_id == origin
    assert caller.ready(made.id)["duration"] == pytest.approx(1.0, abs=0.05)


def test_after_kill_9_the_recording_is_what_was_there(
    start: Callable[..., Running], connect: Connect, broadcast: list[Tag], tmp_path: Path
) -> None:
    data = ("--data-dir", str(tmp_path / "data"), "--rtmp-port", "0")
    first = start(*data)
    caller = Caller(first, connect(first))
    stream = caller.live_stream()
    url = f"{first.urls['rtmp']}/{stream['stream_key']}"
    with PacedPublisher(url, broadcast, rounds=9):
        asset_id = eventually(
            lambda: caller.get(f"live-streams/{stream['id']}").get("active_asset_id")
        )
        eventually(lambda: caller.get(f"assets/{asset_id}").get("duration", 0) >= 2)
        first.kill()
    second = start(*data)
    caller = Caller(second, connect(second))
    asset = caller.ready(str(asset_id))
    assert caller.get(f"live-streams/{stream['id']}")["status"] == "idle"
    shown = caller.shown(asset, tmp_path)
    assert shown == list(range(len(shown)))
    assert len(shown) / RATE == pytest.approx(asset["duration"], abs=0.05)
    playlist = f"{second.urls['stream']}/{asset['playback_ids'][0]['id']}/360p.m3u8"
    assert re.search("VOD.*ENDLIST", httpx.get(playlist).text, re.DOTALL)
