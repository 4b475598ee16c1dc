"""/video/v1/assets and playback ids by plain HTTP, with inputs fetched from a real host."""

import functools
import http.server
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.resources import Store
from localmux.testing import Running

type Settled = Callable[..., Document]
type Connect = Callable[[Running], httpx.Client]


class Host(http.server.BaseHTTPRequestHandler):
    """Serves one video in many ways, told by the path."""

    video: Path

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/redirect/"):
            left = int(path.rpartition("/")[2])
            self.answer(302, b"", Location=f"/redirect/{left - 1}" if left else "/video.mp4")
        elif path == "/missing.mp4":
            self.answer(404, b"")
        elif path == "/cut.mp4":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"not all")
        elif path == "/elsewhere":
            self.answer(302, b"", Location="file:///etc/passwd")
        else:
            self.answer(200, self.video.read_bytes())

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None: ...


@pytest.fixture(scope="module")
def host(video: Path) -> Generator[str]:
    handler = type("HostOfVideo", (Host,), {"video": video})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=functools.partial(server.serve_forever, 0.05))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def create(api: httpx.Client, url: str, **fields: object) -> Document:
    answer = api.post("/video/v1/assets", json={"inputs": [{"url": url}], **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def test_an_asset_is_fetched_from_a_url(api: httpx.Client, host: str, settled: Settled) -> None:
    asset = create(
        api,
        f"{host}/a video.mp4?x=1",
        playback_policies=["public", "signed"],
        passthrough="mine",
        meta={"title": "Töst"},
    )
    assert asset["status"] == "preparing"
    assert asset["ingest_type"] == "on_demand_url"
    assert asset["created_at"].isdigit()
    assert [one["policy"] for one in asset["playback_ids"]] == ["public", "signed"]
    assert asset["mp4_support"] == asset["master_access"] == "none"
    assert asset["max_resolution_tier"] == "1080p"
    assert asset["video_quality"] == "basic"
    assert asset["progress"] == {"state": "ingesting", "progress": 0}
    ready = settled(asset["id"])
    assert ready["status"] == "ready"
    assert ready["passthrough"] == "mine"
    assert ready["meta"] == {"title": "Töst"}
    assert all(value not in (None, [], {}) for value in ready.values())


@pytest.mark.parametrize("spelling", [{"input": "URL"}, {"input": [{"url": "URL"}]}])
def test_the_deprecated_spelling_of_inputs_is_read(
    api: httpx.Client, host: str, settled: Settled, spelling: Document
) -> None:
    body = json.loads(json.dumps(spelling).replace("URL", f"{host}/redirect/4"))
    answer = api.post("/video/v1/assets", json=body)
    assert settled(answer.json()["data"]["id"])["status"] == "ready"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing.mp4", "answered 404"),
        ("/cut.mp4", "could not be downloaded"),
        ("/redirect/5", "redirected more than 5 times"),
        ("/elsewhere", "http or https"),
    ],
)
def test_a_download_that_fails_makes_the_asset_errored(
    api: httpx.Client, host: str, settled: Settled, path: str, reason: str
) -> None:
    asset = settled(create(api, host + path)["id"])
    assert asset["status"] == "errored"
    assert asset["errors"]["type"] == "download_failed"
    assert reason in asset["errors"]["messages"][0]
    assert asset["progress"] == {"state": "errored", "progress": -1}


def test_a_host_that_does_not_answer_makes_the_asset_errored(
    api: httpx.Client, settled: Settled
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    asset = settled(create(api, f"http://127.0.0.1:{port}/x.mp4")["id"])
    assert asset["errors"]["type"] == "download_failed"


@pytest.mark.parametrize(
    "inputs", [None, [], [{}], [{"url": 5}], [{"url": "ftp://x/y"}], [{"url": "mux://assets/a"}],
               [{"url": "http://x/" + "y" * 4096}]]
)  # fmt: skip
def test_an_input_that_cannot_be_fetched_is_400(api: httpx.Client, inputs: object) -> None:
    answer = api.post("/video/v1/assets", json={"inputs": inputs})
    assert answer.status_code == 400
    assert "url" in answer.json()["error"]["messages"][0]


def test_only_passthrough_and_meta_can_change(api: httpx.Client, host: str) -> None:
    asset = create(api, f"{host}/video.mp4", passthrough="old", meta={"title": "old"})
    path = f"/video/v1/assets/{asset['id']}"
    body = {"passthrough": "", "meta": {"title": "new"}, "status": "errored"}
    changed = api.patch(path, json=body).json()["data"]
    assert changed["meta"] == {"title": "new"}
    assert "passthrough" not in changed
    assert changed["status"] != "errored"
    assert api.patch(path, json={"passthrough": "x" * 256}).status_code == 400


def test_a_deleted_asset_is_gone_with_its_playback_ids(
    api: httpx.Client, host: str, settled: Settled
) -> None:
    asset = create(api, f"{host}/video.mp4", playback_policy="public")
    playback_id = settled(asset["id"])["playback_ids"][0]["id"]
    assert api.get(f"/stream/{playback_id}.m3u8").status_code == 200
    answer = api.delete(f"/video/v1/assets/{asset['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"/video/v1/assets/{asset['id']}").status_code == 404
    assert api.get(f"/video/v1/playback-ids/{playback_id}").status_code == 404
    assert api.get(f"/stream/{playback_id}.m3u8").status_code == 404


def test_a_preparing_asset_can_be_deleted(
    start: Callable[..., Running], connect: Connect, host: str, tmp_path: Path
) -> None:
    api = connect(start("--data-dir", str(tmp_path)))
    api.put("/_localmux/time", json={"ready_after": 3600})
    asset = create(api, f"{host}/video.mp4", playback_policy="public")
    assert api.get(f"/stream/{asset['playback_ids'][0]['id']}.m3u8").status_code == 412
    assert api.delete(f"/video/v1/assets/{asset['id']}").status_code == 204
    assert not list((tmp_path / "assets").iterdir())
    assert api.get("/_localmux/health").json()["preparing"] == 0


def test_playback_ids_come_and_go(api: httpx.Client, host: str) -> None:
    asset = create(api, f"{host}/video.mp4")
    assert "playback_ids" not in asset
    path = f"/video/v1/assets/{asset['id']}"
    answer = api.post(f"{path}/playback-ids", json={"policy": "signed"})
    assert answer.status_code == 201
    playback_id = answer.json()["data"]
    assert api.get(f"{path}/playback-ids/{playback_id['id']}").json()["data"] == playback_id
    owner = api.get(f"/video/v1/playback-ids/{playback_id['id']}").json()["data"]
    assert owner == playback_id | {"object": {"id": asset["id"], "type": "asset"}}
    assert api.delete(f"{path}/playback-ids/{playback_id['id']}").status_code == 204
    assert "playback_ids" not in api.get(path).json()["data"]
    assert api.delete(f"{path}/playback-ids/{playback_id['id']}").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"policy": "open"}, {"policy": "drm"}, {"policy": ["public"]}]
)
def test_a_playback_id_needs_a_policy(api: httpx.Client, host: str, body: Document) -> None:
    asset = create(api, f"{host}/video.mp4")
    answer = api.post(f"/video/v1/assets/{asset['id']}/playback-ids", json=body)
    assert answer.status_code == 400
    assert "policy" in answer.json()["error"]["messages"][0]


def test_a_signed_playback_id_is_refused_without_a_token(
    api: httpx.Client, host: str, settled: Settled
) -> None:
    asset = settled(create(api, f"{host}/video.mp4", playback_policies=["signed"])["id"])
    assert api.get(f"/stream/{asset['playback_ids'][0]['id']}.m3u8").status_code == 403


def test_input_info_tells_the_inputs_tracks(api: httpx.Client, host: str, settled: Settled) -> None:
    asset = settled(create(api, f"{host}/video.mp4")["id"])
    (info,) = api.get(f"/video/v1/assets/{asset['id']}/input-info").json()["data"]
    assert info["settings"]["url"] == f"{host}/video.mp4"
    video = next(track for track in info["file"]["tracks"] if track["type"] == "video")
    assert (video["width"], video["height"]) == (640, 360)


def many_assets(folder: Path, count: int) -> list[str]:
    """Write assets as an earlier process would have left them; returns their ids, newest first."""
    store = Store(folder / "localmux.sqlite3")
    with store.transaction():
        for number in range(count):
            document = {"id": f"asset{number}", "status": "ready", "created_at": "1700000000"}
            if number % 2:
                document["upload_id"] = "odd"
            store.add("asset", document | {"passthrough": "x" * 200, "tracks": [{"id": "x"}] * 3})
    store.close()
    return [f"asset{number}" for number in reversed(range(count))]


def by_cursor(api: httpx.Client, **query: str | int) -> list[str]:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = api.get("/video/v1/assets", params={**query, "cursor": cursor}).json()
        seen += [asset["id"] for asset in answer["data"]]
        cursor = answer["next_cursor"]
    return seen


def test_a_thousand_assets_are_listed_by_cursor_in_two_seconds(
    start: Callable[..., Running], connect: Connect, tmp_path: Path
) -> None:
    made = many_assets(tmp_path, 1000)
    api = connect(start("--data-dir", str(tmp_path)))
    began = time.monotonic()
    assert by_cursor(api, limit=100) == made
    assert time.monotonic() - began < 2
    assert by_cursor(api, limit=100, upload_id="odd") == made[::2]
    assert by_cursor(api, live_stream_id="none") == []
    assert by_cursor(api) == made
    second = api.get("/video/v1/assets", params={"limit": 10, "page": 2}).json()
    assert [asset["id"] for asset in second["data"]] == made[10:20]


@pytest.mark.parametrize(
    "cursor", ["abc", "%FF", "_____", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"]
)
def test_a_cursor_nobody_gave_is_400(api: httpx.Client, cursor: str) -> None:
    assert api.get(f"/video/v1/assets?cursor={cursor}").status_code == 400


def test_the_database_is_sound_after_kill_9_while_writing(
    start: Callable[..., Running], connect: Connect, tmp_path: Path
) -> None:
    process = start("--data-dir", str(tmp_path))
    api = connect(process)

    def write() -> None:
        try:
            while True:
                api.post("/video/v1/uploads", json={})
        except httpx.HTTPError:
            return

    writer = threading.Thread(target=write)
    writer.start()
    made = 0
    while made < 20:
        made = len(httpx.get(process.urls["control"] + "/events").json()["data"])
    process.kill()
    writer.join()
    database = sqlite3.connect(tmp_path / "localmux.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    uploads = database.execute("SELECT count(*) FROM resources").fetchone()
    assert database.execute("SELECT count(*) FROM events").fetchone() == uploads
    assert uploads[0] >= 20
    database.close()
