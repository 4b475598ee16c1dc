"""Simulcast to real receivers: the same bytes for each, and a state for each of its own."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document
from localmux.live.flv import SCRIPT
from localmux.receiver import Receiver, receiving
from localmux.testing import Encoder, Running, eventually

type Create = Callable[..., Document]
type Encode = Callable[..., Encoder]


@pytest.fixture
def states(api: httpx.Client) -> Callable[[Document], list[tuple[str, str | None]]]:
    """Status and severity of each simulcast target."""

    def get(stream: Document) -> list[tuple[str, str | None]]:
        seen = api.get(f"/video/v1/live-streams/{stream['id']}").json()["data"]
        return [(one["status"], one.get("error_severity")) for one in seen["simulcast_targets"]]

    return get


@pytest.fixture
def told(api: httpx.Client) -> Callable[[Document], list[str]]:
    """What was told about a simulcast target, oldest first."""

    def get(target: Document) -> list[str]:
        query = {"object_id": target["id"]}
        found = api.get("/_localmux/events", params=query).json()["data"]
        return [one["type"].rpartition(".")[2] for one in reversed(found)]

    return get


type States = Callable[[Document], list[tuple[str, str | None]]]
type Told = Callable[[Document], list[str]]


def media(receiver: Receiver, key: str) -> list[bytes]:
    return [tag.body for tag in receiver.recording(key).tags if tag.kind != SCRIPT]


def test_each_target_has_its_own_fate(
    new_live_stream: Create, encode: Encode, states: States, told: Told, localmux: Running
) -> None:
    with receiving(refused={"key-refused": "Go away."}) as receiver:
        targets = [
            {"url": receiver.url, "stream_key": "key-of-one"},
            {"url": f"{receiver.url}/", "stream_key": "key-refused"},
            {"url": "rtmp://127.0.0.1:9/app/key-nowhere"},
            {"url": f"{receiver.url}/key-of-two", "passthrough": "p"},
            {"url": "srt://127.0.0.1:9?streamid=key-srt"},
        ]
        stream = new_live_stream(simulcast_targets=targets, reconnect_window=0)
        assert states(stream) == [("idle", None)] * 5
        encoder = encode(stream)
        good, bad = ("broadcasting", None), ("errored", "normal")
        wanted = [good, bad, bad, good, ("errored", "fatal")]
        eventually(lambda: states(stream) == wanted)
        eventually(lambda: len(media(receiver, "key-of-two")) > 100)
        encoder.stop()
        eventually(lambda: states(stream) == [("idle", None)] * 5)
        assert receiver.recording("key-of-one").ending() == (True, "the encoder stopped")
        one, two = media(receiver, "key-of-one"), media(receiver, "key-of-two")
    shorter = min(len(one), len(two))
    assert one[:shorter] == two[:shorter]

    first, refused, *_ = stream["simulcast_targets"]
    assert told(first) == ["created", "starting", "broadcasting", "idle"]
    assert told(refused) == ["created", "starting", "errored", "idle"]
    assert "key-" not in localmux.log()


def test_a_target_that_comes_up_later_gets_the_rest(
    new_live_stream: Create, encode: Encode, states: States, told: Told
) -> None:
    refused = {"key": "Not yet."}
    with receiving(refused=refused) as receiver:
        stream = new_live_stream(simulcast_targets=[{"url": receiver.url, "stream_key": "key"}])
        encode(stream)
        eventually(lambda: states(stream) == [("errored", "normal")])
        refused.clear()
        eventually(lambda: states(stream) == [("broadcasting", None)])
        kinds = [tag.kind for tag in receiver.recording("key").tags[:3]]
    assert kinds == [18, 9, 8]  # metadata and both headers come again
    wanted = ["created", "starting", "errored", "broadcasting"]
    assert told(stream["simulcast_targets"][0])[:4] == wanted


def test_simulcast_events_name_the_live_stream(new_live_stream: Create, api: httpx.Client) -> None:
    stream = new_live_stream(simulcast_targets=[{"url": "rtmp://127.0.0.1:9/app"}])
    query = {"object_id": stream["simulcast_targets"][0]["id"]}
    (event,) = api.get("/_localmux/events", params=query).json()["data"]
    assert event["type"] == "video.live_stream.simulcast_target.created"
    assert event["data"] == stream["simulcast_targets"][0] | {"live_stream_id": stream["id"]}
