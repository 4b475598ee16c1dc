"""The RTMP server that encoders publish to: many streams at once, each into a sink of its own.

It decides nothing about keys and keeps nothing: `authorise` finds the sink for a key, or refuses.
"""

import asyncio

from localmux.live.connection import Authorise, Connection, Refused, Sink
from localmux.live.flv import Tag
from localmux.live.wire import Wire

__all__ = ["Authorise", "Connection", "Ingest", "Refused", "Sink", "Tag"]

MAX_CONNECTIONS = 500  # more are cut at once
READ_AHEAD = 64 * 1024  # bytes; asyncio stops at twice as many


class Ingest:
    """Listens on `port` (0: a free one) and cuts off who is silent for `idle_seconds`."""

    def __init__(
        self,
        authorise: Authorise,
        *,
        host: str = "127.0.0.1",
        port: int,
        idle_seconds: float = 4.0,
    ) -> None:
        self._authorise = authorise
        self._host, self._port = host, port
        self._idle_seconds = idle_seconds
        self._server: asyncio.Server | None = None
        self._open: dict[Connection, asyncio.Task[None]] = {}

    async def start(self) -> int:
        """The port it listens on. Raises OSError when that is taken."""
        self._server = await asyncio.start_server(
            self._accept, self._host, self._port, limit=READ_AHEAD
        )
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every connection; returns when all sinks know."""
        if self._server is None:
            return
        self._server.close()
        for connection in self._open:
            connection.close("the server ended it")
        await asyncio.gather(*self._open.values(), return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        host, port, *_ = writer.get_extra_info("peername") or ("somebody", 0)
        connection = Connection(f"{host}:{port}", Wire(reader, writer, self._idle_seconds))
        task = self._open[connection] = connection.begin(self._authorise)
        task.add_done_callback(lambda _: self._forget(connection, writer))

    def _forget(self, connection: Connection, writer: asyncio.StreamWriter) -> None:
        del self._open[connection]
        writer.transport.abort()
