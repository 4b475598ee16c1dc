"""Server-sent events: pages that change by themselves.

Each message carries the page's present state whole, so a browser that was away needs no history:
it reconnects, gets the state, and is right again. `static/live-updates.js` is the other end;
https://html.spec.whatwg.org/multipage/server-sent-events.html is the format.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from air.tags.models.base import BaseTag
from starlette.responses import StreamingResponse

from store import Store

# Proxies cut connections that are silent for a minute, and the browser takes three missed pings
# for a lost network.
PING_SECONDS = 10.0
RETRY_MILLISECONDS = 2000


@dataclass(frozen=True)
class Update:
    """The fragments of a page as they are now; or another page to go on to."""

    fragments: tuple[BaseTag, ...] = ()
    location: str | None = None

    @cached_property
    def message(self) -> bytes:
        """The update as one event."""
        if self.location is not None:
            return _message("location", self.location)
        return _message("fragment", "".join(str(each) for each in self.fragments))


class Shared:
    """Makes what many pages need once for each change, instead of once for each of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: dict[str, tuple[int, dict[Hashable, Any]]] = {}

    async def once[Value](
        self, key: str, part: Hashable, make: Callable[[], Awaitable[Value]]
    ) -> Value:
        """A part of the page of `key` as it is since the last change of that.

        What people see depends on what they may, so `part` says everything about a viewer that the
        value depends on.
        """
        version = self._store.version(key)
        made = self._made.get(key)
        if made is None:
            # What nobody watches any more would be kept for ever.
            self._made = {k: v for k, v in self._made.items() if self._store.is_watched(k)}
        if made is None or made[0] != version:
            made = self._made[key] = (version, {})
        if part not in made[1]:
            made[1][part] = await make()
        return made[1][part]


def event_stream(
    store: Store,
    ids: tuple[str, ...],
    update: Callable[[], Awaitable[Update | None]],
    while_open: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> StreamingResponse:
    """Send the update at once, and again each time one of the watched things made it another.

    None ends it: the browser comes again, and is asked anew who it is.

    `while_open` surrounds the time during which somebody listens.
    """
    return StreamingResponse(
        _messages(store, ids, update, while_open),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _messages(
    store: Store,
    ids: tuple[str, ...],
    update: Callable[[], Awaitable[Update | None]],
    while_open: Callable[[], AbstractContextManager[None]],
) -> AsyncGenerator[bytes]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    sent = b""
    with store.watch(*ids) as watcher, while_open():
        while not store.closing:
            present = await update()
            if present is None:
                return
            message = present.message
            if message != sent:
                sent = message
                yield message
            elif not await watcher.changed(PING_SECONDS):
                yield _message("ping", "-")


def _message(event: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"event: {event}\n{lines}\n".encode()
