"""A disk that takes no more, as a limit on the size of every file: what waits, what is refused."""

import asyncio
import contextlib
import resource
import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.live.published import Published, Sound
from localmux.live.timeline import FILE, Timeline
from localmux.live.transcoder import check_whole
from localmux.publisher import Publisher, PublishFailed
from localmux.resources import Store
from localmux.room import SENTENCE
from localmux.storage import BLOCK, Sink
from localmux.testing import Encoder, Running, eventually, make_footage

type Limit = Callable[[Running, int | None], None]
type NewUpload = Callable[..., Document]
type Settled = Callable[..., Document]

SOUND = Published(None, Sound("aac", 2, 48_000))


@pytest.fixture
def process(start: Callable[..., Running], tmp_path: Path) -> Running:
    return start("--data-dir", str(tmp_path / "data"))


@pytest.fixture
def api(process: Running, connect: Callable[[Running], httpx.Client]) -> httpx.Client:
    return connect(process)


def test_uploads_and_assets_wait_for_room_and_nothing_half_made_is_served(
    process: Running,
    api: httpx.Client,
    limit: Limit,
    new_upload: NewUpload,
    settled: Settled,
    video: Path,
) -> None:
    upload, content = new_upload(api), video.read_bytes()
    limit(process, 0)
    for answer in (
        httpx.put(upload["url"], content=content),
        api.post("/video/v1/uploads", json={}),
        api.post("/video/v1/live-streams", json={}),
    ):
        assert (answer.status_code, SENTENCE in answer.text) in ((503, True), (507, True))
    assert api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["status"] == "waiting"

    limit(process, None)
    late = {"stage": "transcode", "action": "delay", "seconds": 1.5, "times": 1}
    api.post("/_localmux/faults", json=late)
    assert httpx.put(upload["url"], content=content).status_code == 200
    limit(process, 0)
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    with pytest.raises(AssertionError, match="Still False"):
        eventually(lambda: _status(api, asset_id) != "preparing", 2.0)
    limit(process, None)
    asset = settled(asset_id, api)
    assert asset["status"] == "ready", asset.get("errors")

    base = f"/stream/{asset['playback_ids'][0]['id']}"
    lines = api.get(f"{base}.m3u8").text.splitlines()
    name = [line for line in lines if line.endswith("p.m3u8")][-1].partition("/")[2]
    segment = f"{base}/{name.removesuffix('.m3u8')}/0.ts"
    limit(process, 1000)
    refused = api.get(segment)
    assert (refused.status_code, SENTENCE in refused.text) == (503, True)
    limit(process, None)
    made = api.get(segment)
    assert (made.status_code, len(made.content) % 188) == (200, 0)


def _status(api: httpx.Client, asset_id: str) -> str:
    return api.get(f"/video/v1/assets/{asset_id}").json()["data"]["status"]


def test_a_broadcast_ends_cleanly_and_is_told_once_there_is_room(
    process: Running, api: httpx.Client, limit: Limit, tmp_path: Path
) -> None:
    public = {"playback_policies": ["public"]}
    body = public | {"new_asset_settings": public, "reconnect_window": 30}
    stream = api.post("/video/v1/live-streams", json=body).json()["data"]
    url = f"{process.urls['rtmp']}/{stream['stream_key']}"
    path = f"/video/v1/live-streams/{stream['id']}"
    encoder = Encoder(make_footage(tmp_path / "footage.flv"), url)
    try:
        eventually(lambda: api.get(path).json()["data"]["status"] == "active")
        limit(process, 0)
        assert encoder.complaint()
        assert api.get(f"/stream/{stream['playback_ids'][0]['id']}.m3u8").status_code == 200
        with pytest.raises(PublishFailed, match="The disk is full"):
            Publisher(url)
    finally:
        encoder.crash()
    limit(process, None)
    asset_id = api.get(path).json()["data"]["active_asset_id"]
    eventually(lambda: _told(api, stream["id"])[0] == "video.live_stream.disconnected")
    api.put(f"{path}/complete")
    assert api.get(path).json()["data"]["status"] == "idle"
    asset = api.get(f"/video/v1/assets/{asset_id}").json()["data"]
    assert (asset["status"], asset["progress"]["state"]) == ("ready", "completed")
    base = f"/stream/{asset['playback_ids'][0]['id']}"
    playlist = api.get(f"{base}/180p.m3u8").text
    assert playlist.endswith("#EXT-X-ENDLIST\n")
    segments = [line for line in playlist.splitlines() if line.endswith(".ts")]
    made = [api.get(f"{base}/{line}").content for line in segments]
    assert made
    assert all(one and len(one) % 188 == 0 for one in made)


def _told(api: httpx.Client, object_id: str) -> list[str]:
    found = api.get("/_localmux/events", params={"object_id": object_id}).json()["data"]
    return [one["type"] for one in found]


@contextlib.contextmanager
def room_for(size: int) -> Generator[None]:
    """This process may write no file beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_follows_a_refused_block_never_takes_its_place(tmp_path: Path) -> None:
    async def receive() -> None:
        sink = Sink(tmp_path / "file")
        with room_for(0):
            await sink.add(b"a" * BLOCK)
            assert sink.writing
            await asyncio.wait([sink.writing])
        with pytest.raises(OSError, match="too large"):
            await sink.add(b"b" * BLOCK)
        await sink.close()

    asyncio.run(receive())
    assert (tmp_path / "file").read_bytes() == b""


def test_a_transaction_that_found_the_disk_full_leaves_the_store_usable(tmp_path: Path) -> None:
    with contextlib.closing(Store(tmp_path / "store.sqlite3")) as store:

        def add_two() -> None:
            with store.transaction():
                store.add("asset", {"id": "small"})
                store.add("asset", {"id": "large", "text": "x" * 100_000})

        [pages] = store.connection.execute("PRAGMA page_count").fetchone()
        store.connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            add_two()
        store.connection.execute("PRAGMA max_page_count = 100000")
        assert store.get("asset", "small") is None
        store.add("asset", {"id": "next"})
    with contextlib.closing(Store(tmp_path / "store.sqlite3")) as store:
        assert store.get("asset", "next")


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    timeline = Timeline.create(tmp_path / "asset", "standard")
    timeline.begin_part(0, 0.0, SOUND, ())
    timeline.append(1.0)
    file = tmp_path / "asset" / FILE
    whole = file.read_bytes()
    with room_for(len(whole) + 5), pytest.raises(OSError, match="No space"):
        timeline.append(9.0)
    assert file.read_bytes() == whole
    timeline.append(2.0)
    assert Timeline.load(tmp_path / "asset").duration == timeline.duration == 3.0


def test_a_segment_that_the_disk_cut_off_is_not_played(tmp_path: Path) -> None:
    segment = tmp_path / "0.ts"
    for size, whole in ((188 * 400, True), (73_728, False), (0, False)):
        segment.write_bytes(bytes(size))
        if whole:
            check_whole(segment)
        else:
            with pytest.raises(OSError, match="No space"):
                check_whole(segment)
