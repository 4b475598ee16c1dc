"""One budget for all calls to Mux: below its limits, and people before background work."""

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mux_python
import pytest

from main import create_app
from mux_budget import BURST_SECONDS, LONGEST_WAIT_SECONDS, MuxBudget, in_background
from mux_errors import MuxBusy
from mux_transport import is_post
from settings import load_settings
from tests.harness import Person, Site


class FakeTime:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.Event()
        self._sleepers.append((self.now + seconds, awake))
        await awake.wait()

    async def run_until(self, end: float) -> None:
        """Wake the sleepers one after the other, as long as it is not later than `end`."""
        while True:
            for _ in range(5):
                await asyncio.sleep(0)
            self._sleepers.sort(key=lambda sleeper: sleeper[0])
            if not self._sleepers or self._sleepers[0][0] > end:
                break
            until, awake = self._sleepers.pop(0)
            self.now = until
            awake.set()
        self.now = end


class Calls:
    """Calls that want to go to Mux, and when each of them went."""

    def __init__(self, posts: float = 1, others: float = 5) -> None:
        self.time = FakeTime()
        self.budget = MuxBudget(posts, others, clock=self.time.clock, sleep=self.time.sleep)
        self.went: list[tuple[str, float]] = []
        self.busy = 0

    async def call(self, who: str, *, post: bool = False) -> None:
        in_background.set(who == "background")
        try:
            await self.budget.spend(post=post)
        except MuxBusy:
            self.busy += 1
        else:
            self.went.append((who, self.time.now))

    def times(self, who: str) -> list[float]:
        return [at for name, at in self.went if name == who]


def run(scene: Callable[[Calls, asyncio.TaskGroup], Coroutine[Any, Any, None]]) -> Calls:
    calls = Calls()

    async def all_of_it() -> None:
        async with asyncio.TaskGroup() as group:
            await scene(calls, group)
            await calls.time.run_until(10_000)

    asyncio.run(all_of_it())
    return calls


async def many(calls: Calls, group: asyncio.TaskGroup, who: str, count: int) -> None:
    for _ in range(count):
        group.create_task(calls.call(who))
    await asyncio.sleep(0)


def test_after_a_burst_calls_come_at_the_rate_that_mux_allows() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        await many(calls, group, "ada", 40)

    times = run(scene).times("ada")
    burst = int(5 * BURST_SECONDS)
    assert times[:burst] == [0.0] * burst
    assert times[burst:] == pytest.approx([n / 5 for n in range(1, 16)])


def test_people_go_before_background_work_that_came_first() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        await many(calls, group, "background", 60)
        await many(calls, group, "ada", 30)

    calls = run(scene)
    assert max(calls.times("ada")) < sorted(calls.times("background"))[15]
    assert len(calls.times("background")) == 60


def test_background_work_leaves_room_for_a_burst_of_people() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        await many(calls, group, "background", 100)
        await calls.time.run_until(5)
        await many(calls, group, "ada", 12)

    assert set(run(scene).times("ada")) == {5.0}


def test_nobody_waits_longer_for_a_turn_than_leaves_time_for_the_call() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        await many(calls, group, "ada", 100)

    calls = run(scene)
    assert max(calls.times("ada")) == pytest.approx(LONGEST_WAIT_SECONDS)
    assert calls.busy == 100 - (25 + 5 * LONGEST_WAIT_SECONDS)


def test_a_refusal_of_mux_slows_everybody_down() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        calls.budget.refused(post=False)
        await many(calls, group, "ada", 1)

    assert run(scene).times("ada") == pytest.approx([0.2])


def test_posts_are_counted_apart() -> None:
    async def scene(calls: Calls, group: asyncio.TaskGroup) -> None:
        for _ in range(6):
            group.create_task(calls.call("ada", post=True))
        await many(calls, group, "bob", 25)

    calls = run(scene)
    assert calls.times("ada") == pytest.approx([0, 0, 0, 0, 0, 1])
    assert set(calls.times("bob")) == {0.0}


def test_whatever_no_visitor_asked_for_is_background_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    async def spend(_budget: MuxBudget, *, post: bool) -> None:
        assert not post
        asked.append(in_background.get())
        raise MuxBusy

    monkeypatch.setattr(MuxBudget, "spend", spend)
    monkeypatch.setattr("main.REBUILD_PATIENCE_SECONDS", 0.1)
    app = create_app(load_settings({"SESSION_SECRET": "s"}))

    async def start_and_stop() -> None:
        async with app.router.lifespan_context(app):
            assert asked == [True]

    asyncio.run(start_and_stop())


@pytest.mark.parametrize(
    "api", [mux_python.AssetsApi, mux_python.DirectUploadsApi, mux_python.LiveStreamsApi]
)
def test_every_call_is_known_for_what_it_is(api: type) -> None:
    methods = dict(inspect.getmembers(api, inspect.isfunction))
    sent = {name: inspect.getsource(methods[f"{name}_with_http_info"])
            for name in methods if f"{name}_with_http_info" in methods}  # fmt: skip
    posts = {name for name, source in sent.items() if "'POST'" in source}
    # The one that the app does not use, and that has a name of its own.
    posts.discard("generate_asset_track_subtitles")
    assert {name for name in sent if is_post(methods[name])} == posts


def test_a_rush_of_people_and_the_reconciliation_never_meet_muxs_limit(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    rates = {"MUX_POSTS_PER_SECOND": "1", "MUX_OTHERS_PER_SECOND": "5"}
    site = start_site("--rate-limits", **rates)
    ada = visit(site).join()
    form = {"title": "Sea", "filename": "sea.mp4"}
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as tabs:
        # Each hurries the reconciliation as well; cancelling and looking are not POSTs at Mux.
        uploads = list(tabs.map(lambda _: ada.post("/create-upload", data=form), range(8)))
        # Those that are no burst any more come one a second.
        assert time.monotonic() - begun > 8 - BURST_SECONDS - 0.5
        pages = [each.headers["location"] for each in uploads]
        ends = list(tabs.map(lambda page: ada.post(f"{page}/cancel"), pages * 3))
    assert {each.status_code for each in (*uploads, *ends)} == {303}
    assert "PUT /video/v1/uploads" in site.mux.log()
    assert " 429 " not in site.mux.log()
