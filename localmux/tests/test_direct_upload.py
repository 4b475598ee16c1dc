"""The upload host, by plain HTTP: one PUT, chunks, questions, and clients that break the rules."""

import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running, eventually

CHUNK = 256 << 10
type NewUpload = Callable[..., Document]
type Settled = Callable[..., Document]


def put(url: str, body: bytes = b"", span: str | None = None, **headers: str) -> httpx.Response:
    if span:
        headers["Content-Range"] = f"bytes {span}"
    return httpx.put(url, content=body, headers=headers, timeout=20)


def stored(url: str) -> str | None:
    """The Range of a status query's answer; None when nothing is stored."""
    answer = put(url, span="*/*")
    assert answer.status_code == 308
    return answer.headers.get("range")


def status(api: httpx.Client, upload: Document) -> str:
    return api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["status"]


def test_one_put_becomes_a_ready_asset(
    api: httpx.Client, new_upload: NewUpload, settled: Settled, video: Path
) -> None:
    upload = new_upload()
    assert put(upload["url"], video.read_bytes()).status_code == 200
    after = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]
    assert after["status"] == "asset_created"
    assert "url" not in after
    asset = settled(after["asset_id"])
    assert asset["status"] == "ready"
    assert asset["upload_id"] == upload["id"]
    assert asset["ingest_type"] == "on_demand_direct_upload"
    assert asset["progress"] == {"state": "completed", "progress": 100}
    assert asset["duration"] == pytest.approx(2, abs=0.2)
    assert asset["aspect_ratio"] == "16:9"
    assert {track["type"] for track in asset["tracks"]} == {"video", "audio"}


def test_chunks_are_answered_308_with_the_range_that_is_stored(
    api: httpx.Client, new_upload: NewUpload
) -> None:
    upload = new_upload()
    total = 2 * CHUNK + 5
    first = put(upload["url"], os.urandom(CHUNK), f"0-{CHUNK - 1}/{total}")
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{CHUNK - 1}")
    second = put(upload["url"], os.urandom(CHUNK), f"{CHUNK}-{2 * CHUNK - 1}/{total}")
    assert (second.status_code, second.headers["range"]) == (308, f"bytes=0-{2 * CHUNK - 1}")
    assert status(api, upload) == "waiting"
    last = put(upload["url"], b"12345", f"{2 * CHUNK}-{total - 1}/{total}")
    assert last.status_code == 200
    assert status(api, upload) in ("asset_created", "errored")


def test_the_total_may_stay_unknown_until_the_last_chunk(
    api: httpx.Client, new_upload: NewUpload
) -> None:
    upload = new_upload()
    assert put(upload["url"], bytes(CHUNK), f"0-{CHUNK - 1}/*").status_code == 308
    assert put(upload["url"], b"end", f"{CHUNK}-{CHUNK + 2}/{CHUNK + 3}").status_code == 200
    assert status(api, upload) != "waiting"


def test_a_status_query_has_no_range_while_nothing_is_stored(new_upload: NewUpload) -> None:
    answer = put(new_upload()["url"], span="*/1000")
    assert answer.status_code == 308
    assert "range" not in answer.headers


def test_a_status_query_tells_what_is_stored_and_200_when_complete(new_upload: NewUpload) -> None:
    upload = new_upload()
    put(upload["url"], bytes(CHUNK), f"0-{CHUNK - 1}/{CHUNK + 1}")
    assert stored(upload["url"]) == f"bytes=0-{CHUNK - 1}"
    put(upload["url"], b"!", f"{CHUNK}-{CHUNK}/{CHUNK + 1}")
    assert put(upload["url"], span="*/*").status_code == 200
    assert put(upload["url"], span=f"*/{CHUNK + 1}").status_code == 200


def test_a_last_chunk_whose_answer_was_lost_may_be_sent_again(new_upload: NewUpload) -> None:
    upload = new_upload()
    assert put(upload["url"], b"abc", "0-2/3").status_code == 200
    assert put(upload["url"], b"abc", "0-2/3").status_code == 200


def test_bytes_that_are_stored_already_are_skipped(
    new_upload: NewUpload, settled: Settled, api: httpx.Client, video: Path
) -> None:
    upload = new_upload()
    content = video.read_bytes() + bytes(3 * CHUNK)  # an mp4 may end in anything
    total = len(content)
    put(upload["url"], content[:CHUNK], f"0-{CHUNK - 1}/{total}")
    again = put(upload["url"], content[: 2 * CHUNK], f"0-{2 * CHUNK - 1}/{total}")
    assert again.headers["range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert put(upload["url"], content[CHUNK:], f"{CHUNK}-{total - 1}/{total}").status_code == 200
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    assert settled(asset_id)["status"] == "ready"


def test_a_gap_in_an_upload_is_refused(new_upload: NewUpload) -> None:
    upload = new_upload()
    put(upload["url"], bytes(CHUNK), f"0-{CHUNK - 1}/{4 * CHUNK}")
    answer = put(upload["url"], bytes(CHUNK), f"{2 * CHUNK}-{3 * CHUNK - 1}/{4 * CHUNK}")
    assert answer.status_code == 400
    assert answer.headers["range"] == f"bytes=0-{CHUNK - 1}"
    assert f"go on from {CHUNK}" in answer.text
    assert stored(upload["url"]) == f"bytes=0-{CHUNK - 1}"


def test_a_middle_chunk_must_be_a_multiple_of_256_kib(new_upload: NewUpload) -> None:
    upload = new_upload()
    answer = put(upload["url"], bytes(1000), "0-999/5000")
    assert answer.status_code == 400
    assert "262144" in answer.text
    assert stored(upload["url"]) is None


@pytest.mark.parametrize(
    "span", ["5-2/10", "0-10/10", "nonsense", "0-1", "-1-2/3", "1-2/3,4-5/6", f"0-1/{10**20}"]
)
def test_a_range_that_makes_no_sense_is_refused(new_upload: NewUpload, span: str) -> None:
    assert put(new_upload()["url"], b"12", span).status_code == 400


def test_a_length_that_contradicts_the_range_is_refused(new_upload: NewUpload) -> None:
    upload = new_upload()
    assert put(upload["url"], b"1234", "0-9/10").status_code == 400
    assert stored(upload["url"]) is None


def test_a_second_whole_put_starts_over(new_upload: NewUpload) -> None:
    upload = new_upload()
    put(upload["url"], bytes(CHUNK), f"0-{CHUNK - 1}/{4 * CHUNK}")
    assert put(upload["url"], b"the whole file").status_code == 200


def test_a_client_that_vanishes_leaves_what_it_sent(new_upload: NewUpload) -> None:
    upload = new_upload()
    address = urlsplit(upload["url"])
    with socket.create_connection((address.hostname or "", address.port or 80)) as connection:
        head = f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n"
        head += f"Content-Range: bytes 0-{4 * CHUNK - 1}/{8 * CHUNK}\r\n"
        connection.sendall(f"{head}Content-Length: {4 * CHUNK}\r\n\r\n".encode() + bytes(CHUNK))
    eventually(lambda: stored(upload["url"]))
    kept = int((stored(upload["url"]) or "").rpartition("-")[2]) + 1
    total = kept + 10
    assert put(upload["url"], bytes(10), f"{kept}-{total - 1}/{total}").status_code == 200


def test_a_silent_sender_gives_way_to_one_that_resumes(new_upload: NewUpload) -> None:
    upload = new_upload()
    address = urlsplit(upload["url"])
    with socket.create_connection((address.hostname or "", address.port or 80)) as silent:
        head = f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n"
        silent.sendall(
            f"{head}Content-Range: bytes 0-99/100\r\nContent-Length: 100\r\n\r\n".encode()
        )
        assert put(upload["url"], bytes(100), "0-99/100").status_code == 200
        assert silent.recv(1000).startswith(b"HTTP/1.1 409")


def test_a_question_never_completes_what_is_still_being_sent(
    api: httpx.Client, new_upload: NewUpload
) -> None:
    upload = new_upload()
    address = urlsplit(upload["url"])
    with socket.create_connection((address.hostname or "", address.port or 80)) as sender:
        head = f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n"
        sender.sendall(f"{head}Content-Length: {8 << 20}\r\n\r\n".encode() + bytes(6 << 20))
        held = eventually(lambda: stored(upload["url"]))
        size = int((held or "").rpartition("-")[2]) + 1
        assert put(upload["url"], span=f"*/{size}").status_code == 308
        sender.sendall(bytes(2 << 20))
        assert sender.recv(1000).startswith(b"HTTP/1.1 200")
    assert status(api, upload) != "waiting"


def test_a_wrong_token_is_refused_and_an_unknown_upload_not_found(new_upload: NewUpload) -> None:
    upload = new_upload()
    plain = upload["url"].partition("?")[0]
    assert put(plain, b"x").status_code == 403
    assert put(f"{plain}?token=wrong%C3%A9", b"x").status_code == 403
    assert put(upload["url"].replace(upload["id"], "unknown"), b"x").status_code == 404


def test_a_cancelled_upload_takes_no_more_bytes(api: httpx.Client, new_upload: NewUpload) -> None:
    upload = new_upload()
    put(upload["url"], bytes(CHUNK), f"0-{CHUNK - 1}/{4 * CHUNK}")
    assert api.put(f"/video/v1/uploads/{upload['id']}/cancel").status_code == 200
    answer = put(upload["url"], b"x")
    assert answer.status_code == 410
    assert "cancelled" in answer.text


def test_a_timed_out_upload_takes_no_more_bytes(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    new_upload: NewUpload,
) -> None:
    client = connect(start())
    upload = new_upload(client, timeout=60)
    client.put("/_localmux/time", json={"advance": 61})
    assert put(upload["url"], b"x").status_code == 410
    after = client.get(f"/video/v1/uploads/{upload['id']}").json()["data"]
    assert after["status"] == "timed_out"
    assert "url" not in after
    answer = put(upload["url"], b"x")
    assert answer.status_code == 410
    assert "expired" in answer.text


def test_an_empty_file_becomes_an_errored_upload(
    api: httpx.Client, new_upload: NewUpload, settled: Settled
) -> None:
    upload = new_upload()
    assert put(upload["url"]).status_code == 200
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    asset = settled(asset_id)
    assert asset["status"] == "errored"
    assert asset["errors"]["type"] == "invalid_input"
    after = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]
    assert after["status"] == "errored"
    assert after["error"]["message"] == asset["errors"]["messages"][0]


class TestCors:
    ORIGIN = "http://app.example:8000"

    def ask(self, url: str, origin: str, method: str = "OPTIONS") -> httpx.Response:
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        asked["Access-Control-Request-Headers"] = "content-range"
        return httpx.request(method, url, headers=asked)

    def test_a_page_of_the_cors_origin_may_send(self, new_upload: NewUpload) -> None:
        url = new_upload(cors_origin=self.ORIGIN)["url"]
        answer = self.ask(url, self.ORIGIN)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == self.ORIGIN
        assert "PUT" in answer.headers["access-control-allow-methods"]
        assert "content-range" in answer.headers["access-control-allow-headers"]

    def test_a_page_may_read_the_range(self, new_upload: NewUpload) -> None:
        url = new_upload(cors_origin=self.ORIGIN)["url"]
        answer = put(url, bytes(CHUNK), f"0-{CHUNK - 1}/{2 * CHUNK}", Origin=self.ORIGIN)
        assert answer.headers["access-control-expose-headers"] == "Range"
        assert answer.headers["access-control-allow-origin"] == self.ORIGIN

    @pytest.mark.parametrize("origin", ["http://app.example", "https://app.example:8000", "null"])
    def test_a_page_of_another_origin_may_not(self, new_upload: NewUpload, origin: str) -> None:
        url = new_upload(cors_origin=self.ORIGIN)["url"]
        for answer in (self.ask(url, origin), put(url, span="*/*", Origin=origin)):
            assert "access-control-allow-origin" not in answer.headers

    def test_a_refusal_can_be_read_by_the_page(self, new_upload: NewUpload) -> None:
        url = new_upload(cors_origin=self.ORIGIN)["url"]
        answer = put(url, b"12", "nonsense", Origin=self.ORIGIN)
        assert answer.status_code == 400
        assert answer.headers["access-control-allow-origin"] == self.ORIGIN


def test_chunks_sent_at_the_same_time_are_taken_one_after_the_other(new_upload: NewUpload) -> None:
    upload = new_upload()
    content = os.urandom(8 * CHUNK)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: put(upload["url"], content, f"0-{len(content) - 1}/{2 * len(content)}"),
                range(8),
            )
        )
    assert {answer.status_code for answer in answers} == {308}
    assert stored(upload["url"]) == f"bytes=0-{len(content) - 1}"
