"""One encoder's connection to one live stream, from `connected` to `disconnected`."""

import asyncio
from typing import TYPE_CHECKING

from localmux.answers import Document
from localmux.live.connection import Connection
from localmux.live.flv import Tag

if TYPE_CHECKING:
    from localmux.live.broadcast import Broadcast
    from localmux.live.broadcasts import Broadcasts

# Seconds that an encoder may stay connected after `complete`, so that it can stop by itself:
# https://www.mux.com/docs/guides/manage-stream-keys
LINGER = 60.0
LONGEST_NAME = 100  # characters of what an encoder calls itself


class Publication:
    """The sink of a connection. Without a broadcast what it sends is dropped."""

    def __init__(self, broadcasts: "Broadcasts", stream_id: str, connection: Connection) -> None:
        self.broadcasts = broadcasts
        self.stream_id = stream_id
        self.connection = connection
        self.broadcast: Broadcast | None = None
        self.since = broadcasts.clock.now()
        self.bytes = 0
        self.gone = asyncio.Event()
        self._released_at: float | None = None

    def tag(self, tag: Tag) -> None:
        self.bytes += len(tag.body)
        if self.broadcast:
            self.broadcast.take(tag)

    def closed(self, *, clean: bool, reason: str) -> None:  # noqa: ARG002 of the protocol
        self.broadcasts.left(self)
        self.gone.set()

    def release(self) -> None:
        """Take no more from it; from now on it has LINGER seconds to leave."""
        self.broadcast = None
        self._released_at = self.broadcasts.clock.now()

    def look(self) -> None:
        """Send away whom the time has run out for."""
        released = self._released_at
        if released is not None and self.broadcasts.clock.now() > released + LINGER:
            self.connection.close("the live stream was completed")

    def facts(self) -> Document:
        """Who sends and how much, for the control interface."""
        software = self.connection.parameters.get("flashVer")
        return {
            "address": self.connection.remote,
            "software": software[:LONGEST_NAME] if isinstance(software, str) else None,
            "connected_at": round(self.since, 3),
            "bytes": self.bytes,
            "silent_seconds": round(self.connection.silent_seconds, 3),
            "dropped_as_completed": self._released_at is not None,
        }

    async def close(self, reason: str) -> None:
        """End the connection; returns when that is told."""
        self.connection.close(reason)
        await self.gone.wait()
