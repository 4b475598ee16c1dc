"""A real RTMP server on a thread that keeps what it gets: what tests and simulcasts publish to.

with receiving(refused={"old-key": "This key was reset."}) as receiver:
    Publisher(f"{receiver.url}/key")
    receiver.recording("key").tags
"""

import asyncio
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from localmux.live import flv
from localmux.live.ingest import Connection, Ingest, Refused, Tag
from localmux.testing import eventually


class Recording:
    """One broadcast, as it came."""

    def __init__(self, key: str, connection: Connection) -> None:
        self.key = key
        self.connection = connection
        self.tags: list[Tag] = []
        self.endings: list[tuple[bool, str]] = []  # clean, reason; one at the end, never more

    def tag(self, tag: Tag) -> None:
        self.tags.append(tag)

    def closed(self, *, clean: bool, reason: str) -> None:
        self.endings.append((clean, reason))

    @property
    def flv(self) -> bytes:
        """A file that players open."""
        return flv.HEADER + b"".join(map(flv.written, self.tags))

    def ending(self, within: float = 10.0) -> tuple[bool, str]:
        """Whether it ended cleanly and why, waited for."""
        return eventually(lambda: self.endings, within)[0]


class Receiver:
    """The server, from the threads of a test."""

    def __init__(self, loop: asyncio.AbstractEventLoop, refused: Mapping[str, str]) -> None:
        self.url = ""
        self.recordings: list[Recording] = []
        self._loop = loop
        self._refused = refused

    async def authorise(self, key: str, connection: Connection) -> Recording:
        if key in self._refused:
            raise Refused(self._refused[key])
        self.recordings.append(Recording(key, connection))
        return self.recordings[-1]

    def recording(self, key: str) -> Recording:
        """The last broadcast with this key, waited for."""
        return eventually(lambda: [one for one in self.recordings if one.key == key])[-1]

    def ask[Answer](self, question: Callable[[], Answer]) -> Answer:
        """Call something on the event loop, where connections live."""

        async def answer() -> Answer:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(10)


@contextmanager
def receiving(
    *, idle_seconds: float = 4.0, refused: Mapping[str, str] = MappingProxyType({})
) -> Generator[Receiver]:
    """Listen on a free port; keys in `refused` get that text."""
    loop = asyncio.new_event_loop()
    receiver = Receiver(loop, refused)
    ingest = Ingest(receiver.authorise, port=0, idle_seconds=idle_seconds)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(ingest.start(), loop).result(10)
        receiver.url = f"rtmp://127.0.0.1:{port}/app"
        yield receiver
        asyncio.run_coroutine_threadsafe(ingest.close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
