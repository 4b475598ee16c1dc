"""Mux's truth in the store: whatever order it comes in, and nobody else's."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attempts import Attempts
from mux_client import MuxClient
from mux_live import MuxLive
from mux_resources import MuxAsset, MuxLiveStream, MuxUpload
from mux_transport import MuxTransport
from passthrough import Passthrough
from recent import REMEMBERED, Recent
from records import PlaybackID
from settings import load_settings
from store import Store
from sync import Sync

LABEL = Passthrough(
    account_id="u1", account_name="Ada", started_at=1_770_000_000, filename="sea.mp4", size=9
).encode()
ASSET = MuxAsset(
    id="a1",
    status="ready",
    created_at=1_770_000_001,
    playback_ids=(PlaybackID("p1", "public"),),
    duration=2.0,
    aspect_ratio="16:9",
    title="Sea",
    passthrough=LABEL,
    error=None,
)
UPLOAD = MuxUpload(
    id="d1",
    status="waiting",
    url="https://example.com/put",
    asset_id=None,
    title="Sea",
    passthrough=LABEL,
    error=None,
)
STREAM = MuxLiveStream(
    id="s1",
    status="idle",
    created_at=1_770_000_000,
    stream_key="k1",
    playback_ids=(PlaybackID("p2", "public"),),
    title="Evening",
    passthrough=LABEL,
    latency_mode="standard",
    reconnect_window=60.0,
    active_asset_id=None,
    recent_asset_ids=(),
    simulcast_targets=(),
)


def run(scenario: Callable[[Store, Sync], Awaitable[None]]) -> None:
    async def running() -> None:
        transport = MuxTransport(load_settings({"SESSION_SECRET": "s"}))
        store = Store()
        await scenario(
            store, Sync(store, MuxClient(transport), MuxLive(transport), Attempts(), 12 * 3600)
        )

    asyncio.run(running())


def test_an_asset_of_ours_becomes_a_video() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(ASSET)
        video = await store.video("a1")
        assert video
        assert (video.title, video.uploader, video.uploader_name) == ("Sea", "u1", "Ada")
        assert (video.status, video.playback_id, video.duration) == (
            "ready",
            PlaybackID("p1", "public"),
            2.0,
        )

    run(scenario)


def test_what_other_apps_keep_in_the_environment_is_left_alone() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(replace(ASSET, passthrough='{"app":"other"}'))
        await sync.take_upload(replace(UPLOAD, passthrough=""))
        assert await store.videos() == []
        assert await store.uploads() == []

    run(scenario)


@pytest.mark.parametrize(
    ("at_mux", "here"),
    [
        ("preparing", "processing"),
        ("ready", "ready"),
        ("errored", "error"),
        ("a new one", "processing"),
    ],
)
def test_every_status_of_an_asset_has_its_place(at_mux: str, here: str) -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(replace(ASSET, status=at_mux))
        video = await store.video("a1")
        assert video
        assert video.status == here

    run(scenario)


def test_a_late_answer_does_not_take_a_ready_video_back() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(ASSET)
        await sync.take_asset(replace(ASSET, status="preparing", duration=None))
        video = await store.video("a1")
        assert video
        assert (video.status, video.duration) == ("ready", 2.0)

    run(scenario)


def test_a_late_answer_does_not_take_a_finished_upload_back() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_upload(replace(UPLOAD, status="asset_created", asset_id="a1", url=None))
        await sync.take_upload(UPLOAD)
        upload = await store.upload("d1")
        assert upload
        assert (upload.status, upload.asset_id) == ("asset_created", "a1")

    run(scenario)


def test_a_late_answer_brings_nothing_back_that_is_deleted() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(ASSET)
        await sync.take_stream(STREAM)
        await sync.forget("asset", "a1")
        await sync.forget("stream", "s1")
        await sync.take_asset(ASSET)
        await sync.take_stream(STREAM)
        assert await store.video("a1") is None
        assert await store.stream("s1") is None

    run(scenario)


def test_an_answer_that_a_change_overtook_does_not_undo_it() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_stream(STREAM)
        asked = time.monotonic()
        await sync.take_stream(replace(STREAM, title="Morning"))
        await sync.take_stream(STREAM, asked)
        stream = await store.stream("s1")
        assert stream
        assert stream.title == "Morning"
        await sync.take_stream(replace(STREAM, title="Noon"), time.monotonic())
        assert await store.stream("s1") != stream

    run(scenario)


def test_an_encoder_that_goes_on_after_the_end_is_not_announced_as_connected() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        live = replace(STREAM, status="active", active_asset_id="a1", recent_asset_ids=("a1",))
        await sync.take_stream(live)
        known = await store.stream("s1")
        assert known
        assert known.connected
        await sync.take_stream(replace(live, status="idle", active_asset_id=None))
        known = await store.stream("s1")
        assert known
        assert (known.status, known.connected) == ("ended", False)

    run(scenario)


def test_what_is_remembered_has_a_bound() -> None:
    recent = Recent()
    for number in range(REMEMBERED + 10):
        recent.add(str(number))
    assert "9" not in recent
    assert "10" in recent
    assert str(REMEMBERED + 9) in recent


def labelled(visibility: str) -> str:
    return Passthrough(
        account_id="u1", account_name="Ada", started_at=1, visibility=visibility
    ).encode()


def test_what_is_for_people_this_version_does_not_know_is_not_for_everybody() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_asset(replace(ASSET, passthrough=labelled("friends")))
        video = await store.video("a1")
        assert video
        assert (video.visibility, video.playback_id) == ("signup", None)

    run(scenario)


def test_a_recording_is_for_its_host_alone_until_its_stream_is_known() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        recording = replace(ASSET, passthrough=labelled("stream"), live_stream_id="s1")
        await sync.take_asset(recording)
        assert [each.visibility for each in await store.videos()] == ["signup"]
        await sync.take_stream(STREAM)
        assert [each.visibility for each in await store.videos()] == ["public"]
        await sync.take_stream(replace(STREAM, passthrough=labelled("signup")))
        assert [each.visibility for each in await store.videos()] == ["signup"]

    run(scenario)


def test_an_answer_asked_for_before_a_change_does_not_undo_it() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        asked = time.monotonic()
        await sync.take_asset(replace(ASSET, passthrough=labelled("signup")))
        await sync.take_asset(ASSET, asked)
        assert [each.visibility for each in await store.videos()] == ["signup"]

    run(scenario)


LIVE = replace(STREAM, status="active", active_asset_id="a1", recent_asset_ids=("a1",))


def test_a_lost_encoder_that_is_told_of_too_late_is_there_again_already() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_stream(LIVE)
        for connected, second in ((False, 1), (True, 3), (False, 2)):
            at = datetime.fromtimestamp(1_770_000_000 + second, UTC)
            await sync.note_connection("s1", connected=connected, at=at)
        known = await store.stream("s1")
        assert known
        assert (known.connected, known.reconnecting) == (True, False)

    run(scenario)


def test_a_broadcast_that_outlives_its_reconnect_window_has_its_encoder_back() -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        await sync.take_stream(LIVE)
        for ago, reconnecting in ((120, False), (5, True)):
            at = datetime.now(UTC) - timedelta(seconds=ago)
            await sync.note_connection("s1", connected=False, at=at)
            await sync.take_stream(LIVE)
            known = await store.stream("s1")
            assert known
            assert (known.connected, known.reconnecting) == (not reconnecting, reconnecting)
            await sync.note_connection("s1", connected=True, at=at)

    run(scenario)
