"""One encoder's connection, from its first byte to its last.

No key is ever logged, nor what may hold one: the application, the address, the stream's name.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Protocol

from localmux.live.amf0 import Value
from localmux.live.flv import Tag
from localmux.live.malformed import Malformed
from localmux.live.rtmp import Session
from localmux.live.wire import Ended, Wire

START_WITHIN = 10.0  # seconds from the connection to `publish`, the answer of `authorise` included

logger = logging.getLogger("localmux.live")


class Refused(Exception):
    """Raised by `authorise`. The encoder gets the text as the description of the status."""


class Sink(Protocol):
    """Takes one broadcast. Both methods are called on the event loop and must not block."""

    def tag(self, tag: Tag) -> None: ...

    def closed(self, *, clean: bool, reason: str) -> None:
        """Called exactly once, last. `clean`: the encoder said that it stops.

        `reason` is in words for the host, as the rest of a sentence: "the connection broke".
        """


# A stream key and who has it → where the broadcast goes; raises Refused.
type Authorise = Callable[[str, Connection], Awaitable[Sink]]


class Connection:
    """One encoder. `authorise` may keep it, to ask how it is and to end it."""

    def __init__(self, remote: str, wire: Wire) -> None:
        self.remote = remote  # its address and port
        self._wire = wire
        self._session = Session(wire)
        self._task: asyncio.Task[None] | None = None
        self._reason: str | None = None  # set by `close`

    @property
    def parameters(self) -> Mapping[str, Value]:
        """What it said in `connect`: `app`, `tcUrl`, `flashVer`, perhaps with the key in them."""
        return self._session.parameters

    @property
    def silent_seconds(self) -> float:
        """Since its last audio or video came, or since it was told to begin."""
        return self._wire.silent_seconds

    def pause(self) -> None:
        """Read no more from it, so that it waits or drops frames itself; what was read comes yet.

        While paused it counts neither as silent nor as idle.
        """
        self._wire.pause()

    def resume(self) -> None:
        self._wire.resume()

    def close(self, reason: str) -> None:
        """End it. The encoder and the sink are told the reason; a second call does nothing."""
        if self._reason is None and self._task:
            self._reason = reason
            self._task.cancel()

    def begin(self, authorise: Authorise) -> asyncio.Task[None]:
        """The task of all its life, which raises nothing."""
        self._task = asyncio.create_task(self._serve(authorise))
        return self._task

    async def _serve(self, authorise: Authorise) -> None:
        try:
            sink = await self._admitted(authorise)
            if sink:
                await self._pass_on(sink)
            await self._wire.close()
        except asyncio.CancelledError as cancelled:
            self._asked_for(cancelled)

    async def _admitted(self, authorise: Authorise) -> Sink | None:
        try:
            async with asyncio.timeout(START_WITHIN):
                return await authorise(await self._session.requested_key(), self)
        except Refused as refusal:
            why = str(refusal)
            self._session.refuse(why)
        except TimeoutError:
            why = f"it did not begin within {START_WITHIN:g} s"
        except (Ended, Malformed) as problem:
            why = str(problem)
        except asyncio.CancelledError as cancelled:
            why = self._asked_for(cancelled)
            self._session.refuse(why)
        except Exception:
            logger.exception("The sink for %s could not be made.", self.remote)
            why = "the server failed"
            self._session.refuse(why)
        logger.info("%s did not get to publish: %s", self.remote, why)
        return None

    async def _pass_on(self, sink: Sink) -> None:
        clean, reason = False, "the server ended it"
        logger.info("%s publishes.", self.remote)
        try:
            self._session.accept()
            await self._pass_tags(sink)
            clean, reason = True, "the encoder stopped"
        except Ended as end:
            reason = str(end)
        except Malformed:
            reason = "the encoder sent something that is not RTMP"
        except asyncio.CancelledError as cancelled:
            reason = self._asked_for(cancelled)
        except Exception:
            logger.exception("What %s sent could not be taken.", self.remote)
        finally:
            self._session.dismiss(reason)
            self._tell(sink, reason, clean=clean)

    async def _pass_tags(self, sink: Sink) -> None:
        async with aclosing(self._session.tags()) as tags:
            async for tag in tags:
                sink.tag(tag)
                if self._reason is not None:
                    await asyncio.sleep(0)  # `close` was called meanwhile: end here

    def _tell(self, sink: Sink, reason: str, *, clean: bool) -> None:
        logger.info("%s no longer publishes: %s", self.remote, reason)
        try:
            sink.closed(clean=clean, reason=reason)
        except Exception:
            logger.exception("The end of %s could not be taken.", self.remote)

    def _asked_for(self, cancelled: asyncio.CancelledError) -> str:
        """The reason given to `close`. Raises the cancellation when it came from elsewhere."""
        if self._reason is None:
            raise cancelled
        return self._reason
