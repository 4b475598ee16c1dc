"""Requests that localmux itself sends: webhooks and downloads.

On asyncio streams and h11, which uvicorn brings along: unlike http.client in a thread, a request
here has one time-out for the whole of it and can be cancelled, so a silent host never delays the
end of the process.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import h11

ALREADY_FINE = "%/:=&?~#+!$,;'@()*[]"
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


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    secure: bool
    name: str
    target: str

    @classmethod
    def parse(cls, url: str) -> "_Address":
        """Raises BadAddress. Spaces and the like are escaped, as browsers do."""
        try:
            parts = urlsplit(quote(url, safe=ALREADY_FINE))
            port = parts.port
        except ValueError:
            raise BadAddress(url) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadAddress(url)
        secure = parts.scheme == "https"
        name = parts.netloc.rpartition("@")[2]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.hostname, port or (443 if secure else 80), secure, name, target)


@asynccontextmanager
async def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> AsyncGenerator[Answer]:
    """Send one request on a connection of its own; redirects are left to the caller.

    Raises BadAddress, or OSError (TimeoutError and ssl.SSLError are among them).
    """
    address = _Address.parse(url)
    try:
        reader, writer = await asyncio.open_connection(
            address.host, address.port, ssl=address.secure or None, limit=2 * READ
        )
    except UnicodeError:
        raise BadAddress(url) from None
    try:
        exchange = _Exchange(reader)
        named = [("host", address.name), ("connection", "close"), ("content-length", len(body))]
        head = h11.Request(
            method=method,
            target=address.target,
            headers=[(name, str(value)) for name, value in [*named, *(headers or {}).items()]],
        )
        for event in (head, h11.Data(body), h11.EndOfMessage()):
            writer.write(exchange.connection.send(event) or b"")
        await writer.drain()
        yield await _answer(exchange)
    finally:
        writer.close()


async def _answer(exchange: _Exchange) -> Answer:
    event = await exchange.event()
    while isinstance(event, h11.InformationalResponse):
        event = await exchange.event()
    if not isinstance(event, h11.Response):
        raise ConnectionResetError("The connection ended before the answer.")
    headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
    return Answer(event.status_code, headers, exchange)
