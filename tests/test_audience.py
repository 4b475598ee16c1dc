"""Counting viewers: people, not pages, and the number falls when they leave."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from audience import Audience
from recent import REMEMBERED
from store import Store


def run(scenario: Callable[[Audience, Store], Awaitable[None]]) -> None:
    async def running() -> None:
        store = Store()
        await scenario(Audience(store), store)

    asyncio.run(running())


def test_three_tabs_of_one_person_are_one_viewer() -> None:
    async def scenario(audience: Audience, _store: Store) -> None:
        with ExitStack() as tabs:
            for _ in range(3):
                tabs.enter_context(audience.watching("s", "ada"))
            assert audience.now("s") == 1
        assert audience.now("s") == 0

    run(scenario)


def test_the_peak_stays() -> None:
    async def scenario(audience: Audience, _store: Store) -> None:
        with audience.watching("s", "ada"), audience.watching("s", "bob"):
            pass
        with audience.watching("s", "eve"):
            assert (audience.now("s"), audience.peak("s")) == (1, 2)

    run(scenario)


def test_peaks_are_not_kept_for_ever() -> None:
    async def scenario(audience: Audience, _store: Store) -> None:
        for number in range(REMEMBERED + 1):
            with audience.watching(f"s{number}", "ada"):
                pass
        assert (audience.peak("s0"), audience.peak(f"s{REMEMBERED}")) == (0, 1)

    run(scenario)


def test_the_count_is_right_at_each_step_of_much_coming_and_going() -> None:
    async def scenario(audience: Audience, _store: Store) -> None:
        chance = random.Random(7)  # noqa: S311 - the same walk each time
        open_pages: list[tuple[str, ExitStack]] = []
        for _ in range(500):
            if open_pages and chance.random() < 0.5:
                _, page = open_pages.pop(chance.randrange(len(open_pages)))
                page.close()
            else:
                viewer = str(chance.randrange(10))
                page = ExitStack()
                page.enter_context(audience.watching("s", viewer))
                open_pages.append((viewer, page))
            assert audience.now("s") == len({viewer for viewer, _ in open_pages})

    run(scenario)


def test_many_who_come_at_once_are_told_of_once() -> None:
    async def scenario(audience: Audience, store: Store) -> None:
        with ExitStack() as people, store.watch("s") as watcher:
            for number in range(100):
                people.enter_context(audience.watching("s", str(number)))
            assert not await watcher.changed(0.01)
            assert await watcher.changed(2)
            assert audience.now("s") == 100

    run(scenario)
