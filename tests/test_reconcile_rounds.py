"""What one round of the reconciliation asks of Mux, and how rounds follow each other."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from attempts import Attempts
from mux_budget import BURST_SECONDS, MuxBudget, in_background
from mux_errors import MuxNotFound
from mux_resources import MuxAsset, MuxLiveStream, MuxUpload
from passthrough import Passthrough
from reconcile import IDLE_PAUSE, OVER_KEPT, PENDING_PAUSE, Reconciliation
from store import Store
from sync import Sync
from tests.test_sync import ASSET, STREAM, UPLOAD

LABEL = Passthrough(account_id="u1", account_name="Ada", started_at=1)


class FullMux:
    """A Mux with many assets, live streams and uploads, newest first; counts what it is asked."""

    def __init__(
        self, assets: int, streams: int, uploads: int = 0, upload_status: str = "waiting"
    ) -> None:
        self.assets = {f"a{n}": replace(ASSET, id=f"a{n}") for n in range(assets)}
        self.streams = {f"s{n}": replace(STREAM, id=f"s{n}") for n in range(streams)}
        label = replace(LABEL, started_at=int(time.time())).encode()
        upload = replace(UPLOAD, status=upload_status, passthrough=label)
        self.uploads = {f"u{n}": replace(upload, id=f"u{n}") for n in range(uploads)}
        self.lists_nothing = False
        self.asked: Counter[str] = Counter()
        self.budget: MuxBudget | None = None

    async def _note(self, what: str) -> None:
        if self.budget:
            await self.budget.spend(post=False)
        self.asked[what] += 1

    async def _page[Thing](self, what: str, things: dict[str, Thing], page: int) -> list[Thing]:
        await self._note(what)
        found = [] if self.lists_nothing else [*things.values()]
        return found[100 * (page - 1) : 100 * page]

    async def _one[Thing](self, things: dict[str, Thing], thing_id: str) -> Thing:
        await self._note("one")
        if thing_id not in things:
            raise MuxNotFound
        return things[thing_id]

    async def list_assets(self, cursor: str | None) -> tuple[list[MuxAsset], str | None]:
        await self._note("assets")
        begin = int(cursor or 0)
        found = [] if self.lists_nothing else list(self.assets.values())
        end = begin + 100
        return found[begin:end], str(end) if end < len(found) else None

    async def list_uploads(self, page: int) -> list[MuxUpload]:
        return await self._page("uploads", self.uploads, page)

    async def get_upload(self, upload_id: str) -> MuxUpload:
        return await self._one(self.uploads, upload_id)

    async def list(self, page: int) -> list[MuxLiveStream]:
        return await self._page("streams", self.streams, page)

    async def get_asset(self, asset_id: str) -> MuxAsset:
        return await self._one(self.assets, asset_id)

    async def get(self, stream_id: str) -> MuxLiveStream:
        return await self._one(self.streams, stream_id)


class Told(Exception):
    """Enough rounds were seen."""


def rounds(
    mux: FullMux, wanted: int, between: Callable[[int, Store], Awaitable[None]] | None = None
) -> tuple[Store, list[float]]:
    """Let so many rounds happen without waiting; returns the store and the pauses before each."""
    store, pauses = Store(), []
    sync = Sync(store, cast("Any", mux), cast("Any", mux), Attempts(), 10_000)

    async def no_wait(seconds: float) -> bool:
        pauses.append(seconds)
        if between:
            await between(len(pauses), store)
        if len(pauses) > wanted:
            raise Told
        return False

    async def nothing() -> None:
        return

    sync.hurried = no_wait
    idle = cast("Any", SimpleNamespace(settle=nothing))
    reconciliation = Reconciliation(
        store, cast("Any", mux), cast("Any", mux), sync, idle, idle, idle, idle
    )

    async def run() -> None:
        with pytest.raises(Told):
            await reconciliation.run()

    asyncio.run(run())
    return store, pauses


def test_a_list_call_covers_a_hundred() -> None:
    mux = FullMux(assets=5_000, streams=500)
    store, _ = rounds(mux, 1)
    assert len(asyncio.run(store.videos())) == 5_000
    assert len(asyncio.run(store.streams())) == 500
    assert mux.asked == {"assets": 50, "streams": 6, "uploads": 1}


def test_reading_everything_leaves_people_half_of_what_mux_allows() -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    mux = FullMux(assets=5_000, streams=500)
    mux.budget = MuxBudget(1, 5, clock=lambda: now[0], sleep=sleep)
    token = in_background.set(True)
    rounds(mux, 2)
    in_background.reset(token)
    calls = mux.asked.total()
    assert calls == 2 * (50 + 6 + 1)
    assert now[0] == pytest.approx((calls - 5 * BURST_SECONDS / 2) / 5, abs=0.5)


@pytest.mark.parametrize(
    ("numbers", "asked"), [(range(90, 500, 2), {"streams": 5}), ([450], {"streams": 1, "one": 1})]
)
def test_many_that_are_watched_cost_pages_and_few_cost_questions(
    numbers: Iterable[int], asked: dict[str, int]
) -> None:
    async def watch(round_number: int, store: Store) -> None:
        if round_number == 2:
            mux.asked.clear()
            watching.enter_context(store.watch(*(f"s{number}" for number in numbers)))

    mux = FullMux(assets=300, streams=500)
    with ExitStack() as watching:
        rounds(mux, 2, watch)
    assert mux.asked == {"assets": 1, "uploads": 1, **asked}


def test_it_asks_less_and_less_when_nothing_is_pending() -> None:
    _, pauses = rounds(FullMux(assets=1, streams=1), 15)
    assert pauses[0] == 0
    assert pauses == sorted(pauses)
    assert pauses[-1] == IDLE_PAUSE


@pytest.mark.parametrize(
    ("asset", "stream", "watched"),
    [("preparing", "idle", "nothing"), ("ready", "active", "nothing"), ("ready", "idle", "s0")],
    ids=["a video is prepared", "a broadcast runs", "somebody waits for a broadcast"],
)
def test_it_goes_on_asking_while_something_is_pending(
    asset: str, stream: str, watched: str
) -> None:
    async def watch(round_number: int, store: Store) -> None:
        if round_number == 1:
            watching.enter_context(store.watch(watched))

    mux = FullMux(assets=1, streams=1)
    mux.assets["a0"] = replace(ASSET, id="a0", status=asset)
    mux.streams["s0"] = replace(STREAM, id="s0", status=stream)
    with ExitStack() as watching:
        _, pauses = rounds(mux, 15, watch)
    assert max(pauses) == PENDING_PAUSE < 15


def test_one_empty_list_empties_nothing() -> None:
    async def fails_once(round_number: int, store: Store) -> None:
        mux.lists_nothing = round_number == 2
        if round_number == 3:
            assert (len(await store.videos()), len(await store.streams())) == (300, 20)
            # The first of each that is still there is answer enough.
            assert mux.asked["one"] == 2

    mux = FullMux(assets=300, streams=20)
    store, _ = rounds(mux, 3, fails_once)
    assert len(asyncio.run(store.videos())) == 300


def test_what_is_gone_is_forgotten_after_one_question_each() -> None:
    async def delete(round_number: int, _store: Store) -> None:
        if round_number == 2:
            del mux.assets["a3"], mux.assets["a7"], mux.streams["s1"]

    mux = FullMux(assets=300, streams=20)
    store, _ = rounds(mux, 2, delete)
    assert len(asyncio.run(store.videos())) == 298
    assert len(asyncio.run(store.streams())) == 19
    assert mux.asked["one"] == 3


def test_many_uploads_that_wait_cost_pages_and_no_questions() -> None:
    async def catch_up(round_number: int, store: Store) -> None:
        if round_number == 2:
            assert len(await store.uploads()) == 250
            mux.asked.clear()

    mux = FullMux(assets=1, streams=0, uploads=250)
    rounds(mux, 2, catch_up)
    assert mux.asked == {"assets": 1, "uploads": 3, "streams": 1}


def test_one_empty_list_does_not_ask_for_each_of_many_that_are_pending() -> None:
    async def fails_once(round_number: int, store: Store) -> None:
        mux.lists_nothing = round_number == 2
        if round_number == 3:
            assert len(await store.uploads()) == 250
            assert mux.asked["one"] == 1

    rounds(mux := FullMux(assets=0, streams=0, uploads=250), 2, fails_once)


def test_everything_is_read_again_however_much_is_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    async def delete(round_number: int, _store: Store) -> None:
        if round_number == 2:
            del mux.streams["s1"]

    monkeypatch.setattr("reconcile.IDLE_PAUSE", 0.0)
    mux = FullMux(assets=0, streams=2, uploads=1)
    store, _ = rounds(mux, 2, delete)
    assert [stream.id for stream in asyncio.run(store.streams())] == ["s0"]


def test_of_many_uploads_that_are_over_only_the_latest_are_kept() -> None:
    mux = FullMux(assets=0, streams=0, uploads=OVER_KEPT + 50, upload_status="cancelled")
    store, _ = rounds(mux, 2)
    kept = {upload.id for upload in asyncio.run(store.uploads())}
    assert kept == set(list(mux.uploads)[:OVER_KEPT])
