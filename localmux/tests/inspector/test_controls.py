"""What the inspector asks for, over HTTP: no secret unasked, nothing for other sites' pages."""

from collections.abc import Callable
from typing import Protocol

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running, eventually

HOSTILE = '<img src=x onerror="alert(1)">'


class Inbox(Protocol):
    """The webhook endpoint of conftest."""

    def types(self, *object_ids: str) -> list[str]: ...
    def wait(self, kind: str, object_id: str) -> Document: ...


@pytest.fixture
def live_stream(api: httpx.Client) -> Document:
    body = {"playback_policies": ["public"], "meta": {"title": HOSTILE}}
    return api.post("/video/v1/live-streams", json=body).json()["data"]


def test_the_overview_tells_everything_but_secrets(
    localmux: Running, api: httpx.Client, live_stream: Document, new_upload: Callable[..., Document]
) -> None:
    upload = new_upload(cors_origin="http://app.example")
    answer = api.get("/_localmux/overview")
    told = answer.json()
    assert told["live_streams"][0]["meta"]["title"] == HOSTILE
    assert told["uploads"][0]["id"] == upload["id"]
    assert told["uploads"][0]["received_bytes"] == 0
    assert {"video.live_stream.created", "video.upload.created"} <= {
        one["type"] for one in told["deliveries"]
    }
    for secret in (live_stream["stream_key"], upload["url"].partition("token=")[2]):
        assert secret not in answer.text
    path = f"/_localmux/live-streams/{live_stream['id']}/stream-key"
    assert api.get(path).json()["data"] == {
        "rtmp": localmux.urls["rtmp"],
        "stream_key": live_stream["stream_key"],
    }


def test_a_delivery_is_shown_with_its_answers_and_sent_again(
    api: httpx.Client, live_stream: Document, shared_inbox: Inbox
) -> None:
    created = "video.live_stream.created"
    event_id = shared_inbox.wait(created, live_stream["id"])["id"]
    path = f"/_localmux/deliveries/{event_id}"
    assert api.post(f"{path}/redeliver").status_code == 202
    eventually(lambda: shared_inbox.types(live_stream["id"]) == [created, created])
    eventually(lambda: len(api.get(path).json()["data"]["attempts"]) == 2)
    told = api.get(path).json()["data"]
    assert told["payload"]["data"]["id"] == live_stream["id"]
    assert [one["response_status_code"] for one in told["attempts"]] == [200, 200]
    assert api.get("/_localmux/deliveries/unknown").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:3000"},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"sec-fetch-site": "same-origin", "host": "attacker.example:8010"},
        {"origin": "http://attacker.example:8010", "host": "attacker.example:8010"},
        {"host": "attacker.example:8010"},
    ],
)
def test_pages_of_other_sites_are_refused(api: httpx.Client, headers: dict[str, str]) -> None:
    for method, path in (("POST", "reset"), ("POST", "faults"), ("GET", "overview")):
        answer = api.request(method, f"/_localmux/{path}", headers=headers, json={})
        assert answer.status_code == 403, path
    assert api.get("/_localmux/health").status_code == 200


def test_our_own_page_may_ask_under_every_name_of_this_machine(localmux: Running) -> None:
    port = localmux.urls["api"].rpartition(":")[2]
    for name in ("localhost", "127.0.0.1", "[::1]", "mux.localhost"):
        origin = f"http://{name}:{port}"
        headers = {"sec-fetch-site": "same-origin", "origin": origin, "host": f"{name}:{port}"}
        url = f"{localmux.urls['control']}/overview"
        assert httpx.get(url, headers=headers).status_code == 200, name


def test_programs_may_ask_by_the_name_of_a_container(localmux: Running) -> None:
    url = f"{localmux.urls['control']}/overview"
    assert httpx.get(url, headers={"host": "localmux:8010"}).status_code == 200


def test_the_page_lets_in_nothing_from_elsewhere(localmux: Running) -> None:
    answer = httpx.get(localmux.urls["control"], follow_redirects=True)
    assert str(answer.url) == localmux.urls["inspector"]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in answer.text
