"""/_localmux: faults, time, counts, reset."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running, running

CHUNK = 256 << 10
type NewUpload = Callable[..., Document]
type Settled = Callable[..., Document]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("control")


@pytest.fixture(scope="module")
def process(folder: Path) -> Generator[Running]:
    """A localmux for this module alone: faults and resets would disturb others."""
    with running("--data-dir", str(folder)) as process:
        yield process
        assert "Traceback" not in process.log()
        assert "ERROR" not in process.log()


@pytest.fixture
def api(process: Running, connect: Callable[[Running], httpx.Client]) -> httpx.Client:
    client = connect(process)
    assert client.post("/_localmux/reset").status_code == 204
    return client


def order(api: httpx.Client, **fault: object) -> Document:
    answer = api.post("/_localmux/faults", json=fault)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def stored(url: str) -> int:
    answer = httpx.put(url, headers={"Content-Range": "bytes */*"})
    return int(answer.headers.get("range", "-1").rpartition("-")[2]) + 1


class TestFaults:
    def test_a_request_can_be_answered_with_a_status(self, api: httpx.Client) -> None:
        order(api, action="status", status=429, method="POST", path="/video/v1/uploads", times=2)
        answers = [api.post("/video/v1/uploads", json={}).status_code for _ in range(3)]
        assert answers == [429, 429, 201]
        assert api.get("/_localmux/faults").json() == {"data": []}

    def test_a_preflight_does_not_use_up_a_fault(
        self, api: httpx.Client, new_upload: NewUpload
    ) -> None:
        upload = new_upload(api)
        order(api, action="status", path="/upload/*", times=1)
        asked = {"Origin": "http://app.example"}
        assert httpx.options(upload["url"], headers=asked).status_code == 204
        refused = httpx.put(upload["url"], content=b"x", headers=asked)
        assert refused.status_code == 503
        assert refused.headers["access-control-allow-origin"] == "*"
        order(api, action="status", method="OPTIONS")
        assert httpx.options(upload["url"], headers=asked).status_code == 503

    def test_a_request_can_get_a_page_of_html(self, api: httpx.Client) -> None:
        order(api, action="html", status=502, path="/video/*")
        answer = api.get("/video/v1/assets")
        assert answer.status_code == 502
        assert answer.headers["content-type"].startswith("text/html")

    def test_a_refusal_can_say_when_to_come_back(self, api: httpx.Client) -> None:
        order(api, action="status", status=429, retry_after=7, path="/video/*", times=1)
        answer = api.get("/video/v1/assets")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")

    def test_an_answer_can_be_rewritten(self, api: httpx.Client) -> None:
        order(api, action="rewrite", old='"data"', new='"surprise"', path="/video/*", times=1)
        assert "surprise" in api.get("/video/v1/assets").json()

    def test_a_connection_can_be_dropped(self, api: httpx.Client) -> None:
        order(api, action="drop", path="/video/v1/assets", times=1)
        with pytest.raises(httpx.TransportError):
            api.get("/video/v1/assets")
        assert api.get("/video/v1/assets").status_code == 200

    def test_an_answer_can_end_half_way(self, api: httpx.Client) -> None:
        order(api, action="half", path="/video/v1/assets", times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            api.get("/video/v1/assets")

    def test_a_request_can_be_slow(self, api: httpx.Client) -> None:
        order(api, action="delay", seconds=0.3, path="/video/v1/assets", times=1)
        began = time.monotonic()
        assert api.get("/video/v1/assets").status_code == 200
        assert time.monotonic() - began >= 0.3

    def test_an_upload_can_break_off_and_go_on(
        self, api: httpx.Client, new_upload: NewUpload
    ) -> None:
        upload = new_upload(api)
        order(api, action="drop", path="/upload/*", after_bytes=2 * CHUNK, times=1)
        content = bytes(8 * CHUNK)
        with pytest.raises(httpx.TransportError):
            httpx.put(upload["url"], content=content)
        kept = stored(upload["url"])
        assert kept < len(content)
        span = {"Content-Range": f"bytes {kept}-{len(content) - 1}/{len(content)}"}
        assert httpx.put(upload["url"], content=content[kept:], headers=span).status_code == 200

    def test_an_upload_can_be_throttled(self, api: httpx.Client, new_upload: NewUpload) -> None:
        upload = new_upload(api)
        order(api, action="throttle", path="/upload/*", bytes_per_second=2_000_000)
        began = time.monotonic()
        assert httpx.put(upload["url"], content=bytes(1_000_000)).status_code == 200
        assert time.monotonic() - began >= 0.5

    @pytest.mark.parametrize(
        ("stage", "kind"), [("transcode", "internal_error"), ("download", "internal_error")]
    )
    def test_a_stage_can_fail(
        self, api: httpx.Client, settled: Settled, stage: str, kind: str
    ) -> None:
        order(api, stage="download", action="delay", seconds=0.01, times=1)
        order(api, stage=stage, action="error", message="The encoder gave up.")
        url = api.base_url.join("/_localmux/health")
        body = {"inputs": [{"url": str(url)}]}
        for _ in range(2):
            asset = api.post("/video/v1/assets", json=body).json()["data"]
            after = settled(asset["id"], api)
        assert after["errors"] == {"type": kind, "messages": ["The encoder gave up."]}

    def test_a_fault_can_be_a_matter_of_chance(self, api: httpx.Client) -> None:
        order(api, action="status", path="/video/*", probability=0.5)
        seen = {api.get("/video/v1/assets").status_code for _ in range(60)}
        assert seen == {200, 503}

    def test_faults_can_be_listed_and_removed(self, api: httpx.Client) -> None:
        one, two = (order(api, action="drop", path=path) for path in ("/a", "/b"))
        assert api.get("/_localmux/faults").json()["data"] == [one, two]
        assert api.delete(f"/_localmux/faults/{one['id']}").status_code == 204
        assert api.delete(f"/_localmux/faults/{one['id']}").status_code == 404
        assert api.get("/_localmux/faults").json()["data"] == [two]
        assert api.delete("/_localmux/faults").status_code == 204
        assert api.get("/_localmux/faults").json()["data"] == []

    @pytest.mark.parametrize(
        "fault",
        [
            {},
            {"action": "explode"},
            {"action": "error"},
            {"action": "drop", "stage": "transcode"},
            {"action": "error", "stage": "lunch"},
            {"action": "status", "status": 200},
            {"action": "delay", "seconds": -1},
            {"action": "delay", "seconds": "long"},
            {"action": "throttle", "bytes_per_second": 0},
            {"action": "drop", "unknown": 1},
            {"action": "drop", "path": 5},
            {"action": "drop", "times": 0},
            {"action": "drop", "probability": 2},
        ],
    )
    def test_a_fault_that_cannot_work_is_400(self, api: httpx.Client, fault: Document) -> None:
        answer = api.post("/_localmux/faults", json=fault)
        assert answer.status_code == 400
        assert answer.json()["error"]["messages"]


def test_assets_can_take_their_time(
    api: httpx.Client, new_upload: NewUpload, settled: Settled, video: Path
) -> None:
    assert api.put("/_localmux/time", json={"ready_after": 2}).json()["data"]["ready_after"] == 2
    upload = new_upload(api)
    httpx.put(upload["url"], content=video.read_bytes())
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    asset = settled(asset_id, api)
    assert asset["status"] == "ready"
    assert api.get("/_localmux/time").json()["data"]["now"] - int(asset["created_at"]) >= 2


def test_api_requests_are_counted(api: httpx.Client) -> None:
    for _ in range(3):
        api.get("/video/v1/assets")
    api.post("/video/v1/uploads", json={})
    api.get("/stream/unknown.m3u8")
    counted = api.get("/_localmux/requests").json()
    assert counted == {
        "data": [
            {"method": "GET", "path": "/video/v1/assets", "count": 3},
            {"method": "POST", "path": "/video/v1/uploads", "count": 1},
        ],
        "total": 4,
    }
    posts = api.get("/_localmux/requests", params={"method": "POST", "path": "/video/*"}).json()
    assert posts["total"] == 1
    assert api.delete("/_localmux/requests").status_code == 204
    assert api.get("/_localmux/requests").json() == {"data": [], "total": 0}


def test_events_can_be_filtered(api: httpx.Client, new_upload: NewUpload) -> None:
    first, second = new_upload(api), new_upload(api)

    def ids(**query: str) -> list[str]:
        events = api.get("/_localmux/events", params=query).json()["data"]
        return [event["object"]["id"] for event in events]

    assert ids() == [second["id"], first["id"]]
    assert ids(object_id=first["id"]) == [first["id"]]
    assert ids(type="video.asset.*") == []


def test_reset_forgets_everything(
    api: httpx.Client, new_upload: NewUpload, settled: Settled, video: Path, folder: Path
) -> None:
    upload, half = new_upload(api), new_upload(api)
    httpx.put(upload["url"], content=video.read_bytes())
    span = {"Content-Range": f"bytes 0-{CHUNK - 1}/{2 * CHUNK}"}
    httpx.put(half["url"], content=bytes(CHUNK), headers=span)
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    settled(asset_id, api)
    order(api, action="drop", path="/nothing")
    api.put("/_localmux/time", json={"advance": 5, "ready_after": 60})
    assert api.post("/_localmux/reset").status_code == 204
    for path in ("requests", "faults", "events"):
        assert api.get(f"/_localmux/{path}").json()["data"] == []
    assert api.get("/_localmux/time").json()["data"]["offset"] == 0
    assert api.get("/video/v1/assets").json() == {"data": [], "next_cursor": None}
    assert api.get("/video/v1/uploads").json() == {"data": []}
    assert httpx.put(half["url"], content=b"x").status_code == 404
    assert not [*folder.glob("assets/*"), *folder.glob("uploads/*")]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_can_reset_nothing(localmux: Running, site: str) -> None:
    address = localmux.urls["control"] + "/reset"
    assert httpx.post(address, headers={"Sec-Fetch-Site": site}).status_code == 403
