"""The life of a broadcast: each state, each event, in Mux's order."""

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from localmux.answers import Document
from localmux.live.flv import HEADER, VIDEO, Tag
from localmux.live.flv import tags as tags_in
from localmux.publisher import Publisher
from localmux.testing import Encoder, Running, eventually

type Encode = Callable[..., Encoder]
type Create = Callable[..., Document]
type Now = Callable[..., Document]
type Becomes = Callable[..., Document]
type Events = Callable[..., list[str]]

BEGIN = ["live_stream.connected", "asset.created", "live_stream.recording"]
PLAYABLE = ["live_stream.active", "asset.ready"]
BACK = ["live_stream.connected", "live_stream.recording", "live_stream.active"]
END = ["live_stream.idle", "asset.live_stream_completed"]


@pytest.fixture
def tags(footage: Path) -> list[Tag]:
    return list(tags_in(footage.read_bytes()[len(HEADER) :]))


class Inbox(Protocol):
    """The webhook endpoint of conftest."""

    def events(self, object_id: str | None = None) -> list[Document]: ...
    def types(self, *object_ids: str) -> list[str]: ...
    def wait(self, kind: str, object_id: str) -> Document: ...


def test_a_broadcast_from_its_beginning_to_its_recording(
    new_live_stream: Create, encode: Encode, becomes: Becomes, now: Now, shared_inbox: Inbox
) -> None:
    stream = new_live_stream(reconnect_window=1)
    encoder = encode(stream)
    live = becomes(stream, "active")
    assert live["active_ingest_protocol"] == "rtmp"
    assert live["recent_asset_ids"] == [live["active_asset_id"]]
    asset_id = live["active_asset_id"]
    first = now(asset_id)
    assert (first["status"], first["is_live"], first["ingest_type"]) == ("ready", True, "live_rtmp")
    assert first["live_stream_id"] == stream["id"]
    assert first["progress"] == {"state": "live", "progress": -1}
    assert first["playback_ids"][0]["policy"] == "public"
    eventually(lambda: now(asset_id)["duration"] > first["duration"])

    encoder.stop()
    idle = becomes(stream, "idle")
    assert not {"active_asset_id", "active_ingest_protocol"} & idle.keys()
    asset = now(asset_id)
    assert asset["progress"] == {"state": "completed", "progress": 100}
    assert "is_live" not in asset
    assert asset["recording_times"][0]["duration"] == asset["duration"] > first["duration"]

    shared_inbox.wait("video.asset.live_stream_completed", asset_id)
    told = shared_inbox.types(stream["id"], asset_id)
    wanted = ["live_stream.created", *BEGIN, *PLAYABLE, "live_stream.disconnected", *END]
    assert told == [f"video.{name}" for name in wanted]


def test_events_tell_whether_an_encoder_is_connected_and_recorded(
    new_live_stream: Create, encode: Encode, becomes: Becomes, shared_inbox: Inbox
) -> None:
    stream = new_live_stream(reconnect_window=0)
    encoder = encode(stream)
    asset_id = becomes(stream, "active")["active_asset_id"]
    encoder.stop()
    shared_inbox.wait("video.live_stream.idle", stream["id"])
    told = shared_inbox.events(stream["id"])
    assert {one["object"]["type"] for one in told} == {"live"}
    assert all(isinstance(one["data"]["created_at"], int) for one in told)
    flags = ("status", "connected", "recording")
    assert [tuple(one["data"][flag] for flag in flags) for one in told] == [
        ("idle", False, False),  # created
        ("idle", True, False),  # connected
        ("idle", True, True),  # recording
        ("active", True, True),  # active
        ("active", False, False),  # disconnected
        ("idle", False, False),  # idle
    ]
    assert [one["data"].get("active_asset_id") for one in told] == [None, *[asset_id] * 5]


def test_an_encoder_that_crashed_and_comes_back_goes_on_with_the_same_recording(
    new_live_stream: Create, encode: Encode, becomes: Becomes, now: Now, events: Events
) -> None:
    stream = new_live_stream()
    encoder = encode(stream)
    asset_id = becomes(stream, "active")["active_asset_id"]
    encoder.crash()
    eventually(lambda: "live_stream.disconnected" in events(stream["id"]))
    before = now(asset_id)["duration"]
    assert now(stream)["status"] == "active"

    encode(stream)
    eventually(lambda: events(stream["id"])[-3:] == BACK)
    assert now(stream)["active_asset_id"] == asset_id
    asset = eventually(lambda: (seen := now(asset_id))["duration"] > before + 1 and seen)
    assert len(asset["recording_times"]) == 2
    assert events(asset_id) == ["asset.created", "asset.ready"]


def test_after_the_window_a_broadcast_is_a_new_recording(
    new_live_stream: Create, encode: Encode, becomes: Becomes, events: Events, now: Now
) -> None:
    stream = new_live_stream(reconnect_window=0)
    recordings = []
    for _ in range(2):
        encoder = encode(stream)
        recordings.append(becomes(stream, "active")["active_asset_id"])
        encoder.crash()
        becomes(stream, "idle")
    assert recordings[0] != recordings[1]
    assert now(stream)["recent_asset_ids"] == recordings  # the newest is last
    wanted = [*BEGIN, *PLAYABLE, "live_stream.disconnected", *END] * 2
    assert events(stream["id"], *recordings) == ["live_stream.created", *wanted]


def test_an_encoder_that_leaves_before_it_sent_anything(
    new_live_stream: Create, localmux: Running, now: Now, events: Events
) -> None:
    stream = new_live_stream()
    with Publisher(f"{localmux.urls['rtmp']}/{stream['stream_key']}") as publisher:
        asset_id = now(stream)["active_asset_id"]
        assert (now(stream)["status"], now(asset_id)["status"]) == ("idle", "preparing")
        publisher.stop()
    asset = eventually(lambda: (seen := now(asset_id))["status"] == "errored" and seen)
    assert asset["progress"] == {"state": "errored", "progress": -1}
    assert asset["errors"]["messages"] == [
        "The encoder left before any picture or sound could be recorded."
    ]
    assert "active_asset_id" not in now(stream)
    assert events(stream["id"], asset_id) == [
        *("live_stream.created", "live_stream.connected", "asset.created"),
        *("live_stream.disconnected", "live_stream.idle", "asset.errored"),
    ]


def test_a_broadcast_shorter_than_a_segment_is_a_recording_too(
    new_live_stream: Create, localmux: Running, tags: list[Tag], now: Now, events: Events
) -> None:
    stream = new_live_stream(reconnect_window=0)
    with Publisher(f"{localmux.urls['rtmp']}/{stream['stream_key']}") as publisher:
        asset_id = now(stream)["active_asset_id"]
        for tag in tags:
            if tag.timestamp < 700:
                publisher.send(tag)
        publisher.stop()
    eventually(lambda: "is_live" not in now(asset_id))
    assert 0.5 < now(asset_id)["duration"] < 0.9
    wanted = [*BEGIN, *PLAYABLE, "live_stream.disconnected", *END]
    assert events(stream["id"], asset_id) == ["live_stream.created", *wanted]


def test_an_encoder_that_sends_what_cannot_be_decoded_is_told_so(
    new_live_stream: Create, localmux: Running, tags: list[Tag], now: Now
) -> None:
    stream = new_live_stream()
    pictures = itertools.cycle([tag for tag in tags if tag.kind == VIDEO])
    with Publisher(f"{localmux.urls['rtmp']}/{stream['stream_key']}") as publisher:
        asset_id = now(stream)["active_asset_id"]

        def errored() -> bool:
            tag = next(pictures)
            with contextlib.suppress(OSError):  # it is sent away meanwhile
                publisher.send(Tag(VIDEO, tag.timestamp, b"\x1f" + tag.body[1:]))  # an odd codec
            return now(asset_id)["status"] == "errored"

        eventually(errored)
    asset = now(asset_id)
    assert "cannot be decoded" in asset["errors"]["messages"][0]
    assert now(stream)["status"] == "idle"


def test_the_recording_is_made_by_the_new_asset_settings(
    new_live_stream: Create, localmux: Running, now: Now
) -> None:
    settings = {"passthrough": "p", "meta": {"title": "t"}, "video_quality": "premium"}
    for given, wanted in (({}, {"video_quality": "plus"}), (settings, settings)):
        stream = new_live_stream(new_asset_settings=given)
        with Publisher(f"{localmux.urls['rtmp']}/{stream['stream_key']}"):
            asset = now(now(stream)["active_asset_id"])
        assert asset | wanted == asset
        assert "playback_ids" not in asset


def test_an_asset_that_is_being_recorded_cannot_be_deleted(
    new_live_stream: Create, localmux: Running, now: Now, api: httpx.Client
) -> None:
    stream = new_live_stream()
    with Publisher(f"{localmux.urls['rtmp']}/{stream['stream_key']}"):
        asset_id = now(stream)["active_asset_id"]
        assert api.delete(f"/video/v1/assets/{asset_id}").status_code == 400
    eventually(lambda: api.delete(f"/video/v1/assets/{asset_id}").status_code == 204)
