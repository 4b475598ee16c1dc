"""Webhooks as an endpoint sees them: signed, in order, again until accepted."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running, eventually
from localmux.webhooks import pause_after, signature


class Inbox(Protocol):
    """The webhook endpoint of conftest."""

    url: str
    refuse: int
    before_answer: Callable[[], None]
    received: list[tuple[dict[str, str], bytes]]

    def events(self, object_id: str | None = None) -> list[Document]: ...
    def types(self, *object_ids: str) -> list[str]: ...
    def wait(self, kind: str, object_id: str) -> Document: ...


type NewUpload = Callable[..., Document]
type Start = Callable[..., Running]
type Connect = Callable[[Running], httpx.Client]


def test_the_signature_is_that_of_the_published_vector() -> None:
    """From test/mux/webhooks_test.exs of https://github.com/muxinc/mux-elixir"""
    given = signature("SuperSecret123", b'{"test":"body"}', 1565125718)
    digest = "854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7"
    assert given == f"t=1565125718,v1={digest}"


def test_pauses_grow_to_an_hour_within_24_hours_and_30_attempts() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 30)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600
    assert sum(pauses) < 24 * 3600


def send(upload: Document, content: bytes) -> None:
    assert httpx.put(upload["url"], content=content).status_code == 200


def test_an_upload_tells_its_way_to_ready_in_order(
    api: httpx.Client, shared_inbox: Inbox, new_upload: NewUpload, video: Path
) -> None:
    upload = new_upload(new_asset_settings={"playback_policies": ["public"], "passthrough": "p"})
    send(upload, video.read_bytes())
    created = shared_inbox.wait("video.upload.asset_created", upload["id"])
    asset_id = created["data"]["asset_id"]
    ready = shared_inbox.wait("video.asset.ready", asset_id)
    assert shared_inbox.types(upload["id"], asset_id) == [
        "video.upload.created",
        "video.upload.asset_created",
        "video.asset.created",
        "video.asset.ready",
    ]
    assert "url" not in created["data"]
    assert created["object"] == {"type": "upload", "id": upload["id"]}
    preparing = shared_inbox.events(asset_id)[0]["data"]
    assert (preparing["status"], preparing["upload_id"]) == ("preparing", upload["id"])
    assert preparing["playback_ids"]
    assert preparing["passthrough"] == "p"
    assert ready["object"] == {"type": "asset", "id": asset_id}
    shown = api.get(f"/video/v1/assets/{asset_id}").json()["data"]
    assert ready["data"] == shown | {"created_at": int(shown["created_at"])}


def test_a_file_that_is_not_standard_input_is_told_before_ready(
    shared_inbox: Inbox, new_upload: NewUpload, old_video: Path
) -> None:
    upload = new_upload()
    send(upload, old_video.read_bytes())
    created = shared_inbox.wait("video.upload.asset_created", upload["id"])
    asset_id = created["data"]["asset_id"]
    shared_inbox.wait("video.asset.ready", asset_id)
    assert shared_inbox.types(asset_id)[1:] == [
        "video.asset.non_standard_input_detected",
        "video.asset.ready",
    ]
    told = shared_inbox.events(asset_id)[1]["data"]
    assert told["non_standard_input_reasons"]["video_codec"]
    assert told["status"] == "preparing"


def test_a_bad_file_tells_that_asset_and_upload_errored(
    shared_inbox: Inbox, new_upload: NewUpload
) -> None:
    upload = new_upload()
    send(upload, b"This is a text, not a video.")
    errored = shared_inbox.wait("video.upload.errored", upload["id"])
    assert errored["data"]["error"]["message"]
    asset_id = errored["data"]["asset_id"]
    assert shared_inbox.types(asset_id) == ["video.asset.created", "video.asset.errored"]


def test_changes_and_deletion_are_told(
    api: httpx.Client, shared_inbox: Inbox, new_upload: NewUpload
) -> None:
    upload = new_upload()
    api.put(f"/video/v1/uploads/{upload['id']}/cancel")
    shared_inbox.wait("video.upload.cancelled", upload["id"])
    body = {"inputs": [{"url": "http://127.0.0.1:9/x.mp4"}]}
    asset = api.post("/video/v1/assets", json=body).json()["data"]
    shared_inbox.wait("video.asset.errored", asset["id"])
    path = f"/video/v1/assets/{asset['id']}"
    api.patch(path, json={"passthrough": "new"})
    updated = shared_inbox.wait("video.asset.updated", asset["id"])
    assert updated["data"]["passthrough"] == "new"
    api.delete(path)
    shared_inbox.wait("video.asset.deleted", asset["id"])


def test_the_envelope_is_that_of_mux_and_its_signature_fits(
    shared_inbox: Inbox, new_upload: NewUpload
) -> None:
    event = shared_inbox.wait("video.upload.created", new_upload()["id"])
    assert set(event) == {
        *("type", "id", "created_at", "object", "environment", "data", "attempts"),
        *("request_id", "accessor", "accessor_source"),
    }
    assert event["created_at"].endswith("Z")
    headers, body = next(one for one in shared_inbox.received if json.loads(one[1]) == event)
    time_part, _, digest = headers["mux-signature"].partition(",v1=")
    message = time_part.removeprefix("t=").encode() + b"." + body
    assert digest == hmac.new(b"webhook-secret", message, hashlib.sha256).hexdigest()


def deliveries(api: httpx.Client) -> list[Document]:
    return api.get("/_localmux/deliveries").json()["data"]


def test_a_refused_delivery_is_tried_again_with_its_attempts(
    start: Start, connect: Connect, inbox: Inbox, new_upload: NewUpload
) -> None:
    api = connect(start("--webhook-url", inbox.url, "--webhook-secret", "hush"))
    inbox.refuse = 2
    upload = new_upload(api)
    eventually(lambda: len(inbox.events(upload["id"])) == 3)
    first, second, third = inbox.events(upload["id"])
    assert first["id"] == second["id"] == third["id"]
    assert [len(one["attempts"]) for one in (first, second, third)] == [0, 1, 2]
    attempt = third["attempts"][0]
    assert attempt["response_status_code"] == 500
    assert (attempt["max_attempts"], attempt["address"]) == (30, inbox.url)
    eventually(lambda: deliveries(api)[0]["state"] == "delivered")


def test_what_is_asked_for_again_while_it_is_sent_is_sent_again(
    start: Start, connect: Connect, inbox: Inbox
) -> None:
    api = connect(start("--webhook-url", inbox.url, "--webhook-secret", "s"))

    def ask_once() -> None:
        inbox.before_answer = lambda: None
        [event] = inbox.events()
        api.post(f"/_localmux/deliveries/{event['id']}/redeliver").raise_for_status()

    inbox.before_answer = ask_once
    api.post("/video/v1/live-streams", json={}).raise_for_status()
    eventually(lambda: len(inbox.events()) == 2)
    [told] = api.get("/_localmux/events").json()["data"]
    path = f"/_localmux/deliveries/{told['id']}"
    eventually(lambda: len(api.get(path).json()["data"]["attempts"]) == 2)


def test_one_dead_delivery_does_not_hold_up_the_next(
    start: Start, connect: Connect, inbox: Inbox, new_upload: NewUpload
) -> None:
    api = connect(start("--webhook-url", inbox.url, "--webhook-secret", "hush"))
    inbox.refuse = 1
    first, second = new_upload(api), new_upload(api)
    inbox.wait("video.upload.created", second["id"])
    eventually(lambda: len(inbox.events(first["id"])) == 2)


def test_deliveries_go_on_after_kill_9(
    start: Start, connect: Connect, inbox: Inbox, new_upload: NewUpload, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    options = ("--data-dir", str(tmp_path), "--webhook-secret", "hush")
    first = start(*options, "--webhook-url", closed)
    api = connect(first)
    upload = new_upload(api)
    eventually(lambda: deliveries(api)[0]["attempts"])
    first.kill()
    start(*options, "--webhook-url", inbox.url)
    assert inbox.wait("video.upload.created", upload["id"])["attempts"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://x", "http://", "http://a..b/"])
def test_an_endpoint_that_cannot_be_reached_is_a_failed_attempt(
    start: Start, connect: Connect, new_upload: NewUpload, url: str
) -> None:
    api = connect(start("--webhook-url", url, "--webhook-secret", "hush"))
    new_upload(api)
    attempt = eventually(lambda: deliveries(api)[0]["attempts"])[0]
    assert attempt["response_status_code"] == 0
    assert attempt["response_body"]


def test_without_an_endpoint_events_are_only_kept(
    start: Start, connect: Connect, new_upload: NewUpload
) -> None:
    api = connect(start())
    upload = new_upload(api)
    (event,) = api.get("/_localmux/events").json()["data"]
    assert event["object"]["id"] == upload["id"]
    assert deliveries(api)[0]["state"] == "unwanted"


class TestDisorder:
    """Faults of the stage `webhook`."""

    @pytest.fixture
    def api(self, start: Start, connect: Connect, inbox: Inbox) -> httpx.Client:
        return connect(start("--webhook-url", inbox.url, "--webhook-secret", "hush"))

    def order(self, api: httpx.Client, **fault: object) -> None:
        answer = api.post("/_localmux/faults", json={"stage": "webhook", **fault})
        assert answer.status_code == 201, answer.text

    def test_an_event_can_be_dropped(
        self, api: httpx.Client, inbox: Inbox, new_upload: NewUpload
    ) -> None:
        self.order(api, action="drop", times=1)
        lost, kept = new_upload(api), new_upload(api)
        inbox.wait("video.upload.created", kept["id"])
        assert not inbox.events(lost["id"])
        assert deliveries(api)[1]["state"] == "dropped"

    def test_an_event_can_come_twice(
        self, api: httpx.Client, inbox: Inbox, new_upload: NewUpload
    ) -> None:
        self.order(api, action="double", times=1)
        upload, after = new_upload(api), new_upload(api)
        inbox.wait("video.upload.created", after["id"])
        first, second = inbox.events(upload["id"])
        assert first["id"] == second["id"]

    def test_an_event_can_be_late(
        self, api: httpx.Client, inbox: Inbox, new_upload: NewUpload
    ) -> None:
        self.order(api, action="delay", seconds=0.5, times=1)
        late, early = new_upload(api), new_upload(api)
        inbox.wait("video.upload.created", late["id"])
        assert [one["object"]["id"] for one in inbox.events()] == [early["id"], late["id"]]

    def test_events_can_come_in_any_order(
        self, api: httpx.Client, inbox: Inbox, new_upload: NewUpload
    ) -> None:
        self.order(api, action="shuffle", seconds=0.5)
        made = [new_upload(api)["id"] for _ in range(12)]
        eventually(lambda: len(inbox.received) == 12)
        came = [one["object"]["id"] for one in inbox.events()]
        assert sorted(came) == sorted(made)
        assert came != made
