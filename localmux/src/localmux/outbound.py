"""Requests that localmux itself sends: webhooks and downloads.

On asyncio streams and h11, which uvicorn brings along: unlike http.client in a thread, a request
here has one time-out for the whole of it and can be cancelled, so a silent host never delays the
end of the process.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

READ = 256 << 10  # bytes asked of the socket at a time


class BadAddress(ValueError):
    """The address is not one of http or https with a host."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and headers (names in lower case) of an answer whose body is still to be read."""

    status: int
    headers: dict[str, str]
    exchange: "_Exchange"

    async def body(self) -> AsyncIterator[bytes]:
        """The blocks of the body; raises OSError when the connection ends too early."""
        while isinstance(event := await self.exchange.event(), h11.Data):
            yield bytes(event.data)

    async def start(self, limit: int) -> bytes:
        """The first `limit` bytes of the body."""
        collected = b""
        async for block in self.body():
            collected += block
            if len(collected) >= limit:
                break
        return collected[:limit]


class _Exchange:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.connection = h11.Connection(h11.CLIENT)
        self.reader = reader

    async def event(self) -> h11.Event:
        while not isinstance(event := self._next(), h11.Event):
            self.connection.receive_data(await self.reader.read(READ))
        if isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("The connection ended before the answer was complete.")
        return event

    def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            return self.connection.next_event()
        except h11.RemoteProtocolError as problem:
            raise ConnectionResetError(f"The answer is not proper HTTP: {problem}.") from None


@asynccontextmanager
async def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> AsyncGenerator[Answer]:
    """Send one request on a connection of its own; redirects are left to the caller.

    Raises BadAddress, or OSError (TimeoutError and ssl.SSLError are among them).
    """
    address = urlsplit(url)
    host, port, secure = _target(url)
    reader, writer = await asyncio.open_connection(host, port, ssl=secure or None, limit=2 * READ)
    try:
        exchange = _Exchange(reader)
        path = address.path or "/"
        head = h11.Request(
            method=method,
            target=f"{path}?{address.query}" if address.query else path,
            headers=[
                ("host", address.netloc.rpartition("@")[2]),
                ("connection", "close"),
                ("content-length", str(len(body))),
                *(headers or {}).items(),
            ],
        )
        for event in (head, h11.Data(body), h11.EndOfMessage()):
            writer.write(exchange.connection.send(event) or b"")
        await writer.drain()
        yield await _answer(exchange)
    finally:
        writer.close()


def _target(url: str) -> tuple[str, int, bool]:
    try:
        address = urlsplit(url)
        secure = address.scheme == "https"
        port = address.port or (443 if secure else 80)
    except ValueError:
        raise BadAddress(url) from None
    if address.scheme not in ("http", "https") or not address.hostname or not url.isascii():
        raise BadAddress(url)
    return address.hostname, port, secure


async def _answer(exchange: _Exchange) -> Answer:
    event = await exchange.event()
    while isinstance(event, h11.InformationalResponse):
        event = await exchange.event()
    if not isinstance(event, h11.Response):
        raise ConnectionResetError("The connection ended before the answer.")
    headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
    return Answer(event.status_code, headers, exchange)
