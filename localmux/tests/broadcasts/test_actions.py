"""What the host can do while a broadcast is on, and what becomes of encoder and recording."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Encoder, Running, eventually

type Encode = Callable[..., Encoder]
type Now = Callable[..., Document]
type Events = Callable[..., list[str]]
type Becomes = Callable[..., Document]

END = ["live_stream.idle", "asset.live_stream_completed"]


@pytest.fixture
def live(
    new_live_stream: Callable[..., Document], encode: Encode, becomes: Becomes
) -> tuple[Document, Encoder]:
    """An active live stream and its encoder."""
    stream = new_live_stream()
    encoder = encode(stream)
    return becomes(stream, "active"), encoder


@pytest.fixture
def act(api: httpx.Client) -> Callable[..., httpx.Response]:
    def send(
        method: str, stream: Document, action: str = "", json: Document | None = None
    ) -> httpx.Response:
        path = f"/video/v1/live-streams/{stream['id']}{action}"
        return api.request(method, path, json=json)

    return send


type Act = Callable[..., httpx.Response]


def test_complete_ends_the_recording_and_lets_the_encoder_stop_by_itself(
    live: tuple[Document, Encoder], act: Act, now: Now, events: Events
) -> None:
    stream, encoder = live
    asset_id = stream["active_asset_id"]
    answer = act("PUT", stream, "/complete")
    assert (answer.status_code, answer.json()) == (200, {"data": {}})
    asset = now(asset_id)
    assert asset["progress"]["state"] == "completed"
    assert now(stream)["status"] == "idle"
    assert events(stream["id"], asset_id)[-2:] == END
    assert encoder.process.poll() is None
    encoder.stop()
    eventually(lambda: events(stream["id"])[-1] == "live_stream.disconnected")
    assert now(asset_id)["duration"] == asset["duration"]


def test_disable_sends_the_encoder_away_and_keeps_it_away(
    live: tuple[Document, Encoder], act: Act, now: Now, events: Events, encode: Encode
) -> None:
    stream, encoder = live
    asset_id = stream["active_asset_id"]
    assert act("PUT", stream, "/disable").status_code == 200
    assert encoder.complaint()
    assert now(stream)["status"] == "disabled"
    wanted = ["live_stream.disconnected", *END, "live_stream.disabled"]
    assert events(stream["id"], asset_id)[-4:] == wanted
    assert now(asset_id)["progress"]["state"] == "completed"
    assert "The live stream is disabled." in encode(stream).complaint()

    assert act("PUT", stream, "/enable").status_code == 200
    assert now(stream)["status"] == "idle"
    encode(stream)
    eventually(lambda: now(stream).get("active_asset_id", asset_id) != asset_id)


def test_delete_sends_the_encoder_away_and_keeps_the_recording(
    live: tuple[Document, Encoder], act: Act, now: Now, events: Events, encode: Encode
) -> None:
    stream, encoder = live
    asset_id = stream["active_asset_id"]
    assert act("DELETE", stream).status_code == 204
    assert act("GET", stream).status_code == 404
    assert encoder.complaint()
    wanted = ["live_stream.disconnected", *END, "live_stream.deleted"]
    assert events(stream["id"], asset_id)[-4:] == wanted
    assert now(asset_id)["progress"]["state"] == "completed"
    assert "No live stream has this stream key." in encode(stream).complaint()


def test_a_new_key_sends_the_encoder_away_which_may_return_with_it(
    live: tuple[Document, Encoder], act: Act, now: Now, events: Events, encode: Encode
) -> None:
    stream, encoder = live
    answer = act("POST", stream, "/reset-stream-key")
    assert answer.status_code == 201
    renewed = answer.json()["data"]
    assert renewed["stream_key"] != stream["stream_key"]
    assert encoder.complaint()
    assert events(stream["id"])[-2:] == ["live_stream.updated", "live_stream.disconnected"]
    assert "No live stream has this stream key." in encode(stream).complaint()
    encode(renewed)
    eventually(lambda: events(stream["id"])[-1] == "live_stream.active")
    assert now(stream)["active_asset_id"] == stream["active_asset_id"]


def test_what_may_change_while_live_and_what_may_not(
    live: tuple[Document, Encoder], act: Act, now: Now
) -> None:
    stream, _ = live
    assert act("PATCH", stream, json={"latency_mode": "low"}).status_code == 400
    assert act("PATCH", stream, json={"latency_mode": "standard"}).status_code == 200
    target = {"url": "rtmp://localhost/app"}
    assert act("POST", stream, "/simulcast-targets", json=target).status_code == 400
    assert act("PATCH", stream, json={"meta": {"title": "Now"}}).status_code == 200
    # the window that counts is the one at the time the encoder leaves
    act("PATCH", stream, json={"reconnect_window": 0})
    live[1].crash()
    eventually(lambda: now(stream)["status"] == "idle")


def test_actions_on_an_idle_live_stream(
    new_live_stream: Callable[..., Document], act: Act, now: Now, events: Events
) -> None:
    stream = new_live_stream()
    for action, status in (
        ("complete", "idle"),
        ("enable", "idle"),
        ("disable", "disabled"),
        ("disable", "disabled"),
        ("complete", "disabled"),
        ("enable", "idle"),
    ):
        assert act("PUT", stream, f"/{action}").json() == {"data": {}}
        assert now(stream)["status"] == status
    key = act("POST", stream, "/reset-stream-key").json()["data"]["stream_key"]
    assert key == now(stream)["stream_key"] != stream["stream_key"]
    assert act("DELETE", stream).status_code == 204
    names = ["created", "disabled", "enabled", "updated", "deleted"]
    assert events(stream["id"]) == [f"live_stream.{name}" for name in names]


def test_a_second_encoder_is_refused_while_the_first_is_sending(
    live: tuple[Document, Encoder], encode: Encode, now: Now, localmux: Running
) -> None:
    stream, encoder = live
    assert "Another encoder is publishing to this live stream." in encode(stream).complaint()
    assert encoder.process.poll() is None
    assert now(stream)["status"] == "active"
    assert stream["stream_key"] not in localmux.log()


def test_a_silent_encoder_gives_way_to_another(
    live: tuple[Document, Encoder], encode: Encode, now: Now, events: Events, api: httpx.Client
) -> None:
    stream, encoder = live
    encoder.freeze()
    facts = f"/_localmux/live-streams/{stream['id']}"
    eventually(lambda: api.get(facts).json()["data"]["encoder"]["silent_seconds"] > 2)
    encode(stream)
    again = [f"live_stream.{name}" for name in ("disconnected", "connected", "recording", "active")]
    eventually(lambda: events(stream["id"])[-4:] == again)
    assert now(stream)["active_asset_id"] == stream["active_asset_id"]


def test_an_encoder_that_vanishes_is_noticed_within_five_seconds(
    live: tuple[Document, Encoder], events: Events
) -> None:
    stream, encoder = live
    encoder.freeze()
    eventually(lambda: events(stream["id"])[-1] == "live_stream.disconnected", within=5.5)
