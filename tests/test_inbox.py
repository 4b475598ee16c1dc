"""Events in any order, several times or too late: only what Mux says when it is asked counts."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, cast

from attempts import Attempts
from inbox import Inbox
from mux_resources import MuxAsset
from store import Store
from sync import Sync
from tests.test_reconcile_rounds import FullMux
from tests.test_sync import ASSET, LIVE

TURNS = 200  # of the loop, which is more than a dozen events take
BEGAN = datetime.now(UTC) - timedelta(seconds=30)


def event(kind: str, number: int, data: dict[str, Any]) -> dict[str, Any]:
    """An event of that second: https://www.mux.com/docs/core/listen-for-webhooks."""
    at = (BEGAN + timedelta(seconds=number)).isoformat()
    return {"type": f"video.{kind}", "id": f"{kind} {number}", "created_at": at, "data": data}


def told(mux: FullMux, *events: dict[str, Any], known: MuxAsset | None = None) -> Store:
    """What the store, which knows all live streams and this asset, holds after these events."""

    async def taking() -> Store:
        store = Store()
        sync = Sync(store, cast("Any", mux), cast("Any", mux), Attempts(), 10_000)
        for stream in mux.streams.values():
            await sync.take_stream(stream)
        if known:
            await sync.take_asset(known)
        inbox = Inbox(store, sync)
        following = asyncio.create_task(inbox.follow())
        for each in events:
            inbox.put(each)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert not following.done()
        following.cancel()
        return store

    return asyncio.run(taking())


def of_an_asset() -> list[dict[str, Any]]:
    """Four events of one asset, each with what was true long ago."""
    stale = {
        "id": "a0",
        "status": "preparing",
        "created_at": "1770000001",
        "passthrough": ASSET.passthrough,
        "meta": {"title": "Before"},
    }
    kinds = ("created", "updated", "ready", "live_stream_completed")
    return [event(f"asset.{kind}", number, stale) for number, kind in enumerate(kinds)]


def test_shuffled_and_doubled_events_lead_to_what_mux_says_now() -> None:
    for order in permutations(of_an_asset()):
        store = told(FullMux(assets=1, streams=0), *order, *order)
        [video] = asyncio.run(store.videos())
        assert (video.status, video.title) == ("ready", "Sea")


def test_no_late_event_brings_back_what_is_deleted() -> None:
    for order in permutations([*of_an_asset(), event("asset.deleted", 5, {"id": "a0"})]):
        store = told(FullMux(assets=0, streams=0), *order, known=replace(ASSET, id="a0"))
        assert asyncio.run(store.videos()) == []


def of_an_encoder() -> list[dict[str, Any]]:
    """One that came, was gone, and came back."""
    kinds = ("connected", "disconnected", "connected")
    return [event(f"live_stream.{kind}", n, {"id": "s0"}) for n, kind in enumerate(kinds)]


def test_an_encoder_is_where_the_latest_event_says_and_the_news_stand_in_order() -> None:
    mux = FullMux(assets=0, streams=1)
    mux.streams["s0"] = replace(LIVE, id="s0", active_asset_id=None, recent_asset_ids=())
    for order in permutations(of_an_encoder()):
        store = told(mux, *order, *order)
        stream = asyncio.run(store.stream("s0"))
        assert stream
        assert (stream.connected, stream.reconnecting) == (True, False)
        news = asyncio.run(store.news("s0"))
        assert [each.at - BEGAN for each in news] == [timedelta(seconds=n) for n in (2, 1, 0)]


def test_what_happens_to_the_streams_of_other_apps_is_not_kept() -> None:
    mux = FullMux(assets=0, streams=1)
    mux.streams["s0"] = replace(LIVE, id="s0", passthrough="another app's")
    store = told(mux, *of_an_encoder())
    assert asyncio.run(store.news("s0")) == []
