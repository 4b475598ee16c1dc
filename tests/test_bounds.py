"""What comes and goes leaves nothing behind: a process that runs for months stays as it is."""

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime
from types import FunctionType, MethodType, ModuleType
from typing import Any, cast

import pytest

from attempts import FIELD, Attempts, new_attempt
from audience import Audience
from inbox import Inbox
from mux_resources import MuxUpload
from records import Signup
from store import Store
from sync import Sync
from tests.test_inbox import event
from tests.test_reconcile_rounds import FullMux
from tests.test_sync import ASSET, STREAM, UPLOAD
from views.events import Shared

REMEMBERED = 20
AT_ONCE = 30  # things that come and go in each round, more than are remembered
# Not part of what is measured, though it can be reached from there.
OTHERS = (type, ModuleType, FunctionType, MethodType, asyncio.AbstractEventLoop, asyncio.Task)


def objects_in(*roots: object) -> int:
    """How many objects are kept by these."""
    seen: set[int] = set()
    ahead = list(roots)
    while ahead:
        each = ahead.pop()
        if id(each) not in seen and not isinstance(each, OTHERS):
            seen.add(id(each))
            ahead += gc.get_referents(each)
            ahead += each if isinstance(each, dict) else ()  # which tells its values only
    return len(seen)


class Life:
    """The parts of the app that remember something, without visitors."""

    def __init__(self) -> None:
        self.store, self.mux = Store(), FullMux(assets=0, streams=0)
        self.attempts, mux = Attempts(), cast("Any", self.mux)
        self.sync = Sync(self.store, mux, mux, self.attempts, 10_000)
        self.inbox, self.shared = Inbox(self.store, self.sync), Shared(self.store)
        self.audience = Audience(self.store)
        self.rounds = 0

    async def round(self) -> None:
        """Everything comes, is looked at, and goes."""
        self.rounds += 1
        following = asyncio.create_task(self.inbox.follow())
        for number in range(AT_ONCE):
            key = f"{self.rounds}-{number}"
            await self._upload(key)
            await self._stream(key)
            self.inbox.put(event("asset.created", 0, {"id": f"video {key}"}) | {"id": key})
            await self.attempts.once("u1", {FIELD: new_attempt()}, self._make, self._make)
        await asyncio.sleep(0.01)  # for those who are told soon
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    async def _upload(self, key: str) -> None:
        await self.sync.take_upload(replace(UPLOAD, id=f"upload {key}"))
        await self.sync.take_asset(replace(ASSET, id=f"video {key}"))
        await self.sync.forget("upload", f"upload {key}")
        await self.sync.forget("asset", f"video {key}")

    async def _stream(self, key: str) -> None:
        async with self.sync.changing(key):
            await self.sync.take_stream(replace(STREAM, id=key))
        await self.store.sign_up(key, Signup("u1", "Ada", datetime.now(UTC)))
        for _ in range(3):
            await self.store.add_news(key, datetime.now(UTC), "It is windy.")
        with self.store.watch(key), self.audience.watching(key, f"viewer {key}"):
            await self.shared.once(key, "part", self._make_nothing)
        await self.sync.forget("stream", key)

    async def _make(self, _mark: str) -> MuxUpload:
        return UPLOAD

    async def _make_nothing(self) -> str:
        return "made"


def test_months_of_work_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recent.REMEMBERED", REMEMBERED)
    monkeypatch.setattr("audience.TELL_SECONDS", 0)

    async def scenario() -> None:
        life = Life()
        for _ in range(2):
            await life.round()
        settled = objects_in(*vars(life).values())
        for _ in range(5):
            await life.round()
        assert objects_in(*vars(life).values()) - settled < AT_ONCE

    asyncio.run(scenario())
