"""One broadcast: from an encoder's connection to the end of the reconnect window.

Source: https://www.mux.com/docs/guides/handle-live-stream-disconnects
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from localmux.answers import Document
from localmux.live.flv import AUDIO, VIDEO, Tag
from localmux.live.recording import Recording, Run
from localmux.live.simulcast import Simulcast

if TYPE_CHECKING:
    from localmux.live.broadcasts import Broadcasts
    from localmux.live.publication import Publication

NOTHING = "The encoder left before any picture or sound could be recorded."
TOO_LONG = "the broadcast reached the live stream's max_continuous_duration"

logger = logging.getLogger("localmux.live")


class Broadcast:
    """One asset in the making, over all connections of the encoder.

    `look` is called several times a second and makes whatever step is due, so that every step
    follows from the state alone, and from a clock that tests can move.
    """

    def __init__(
        self, broadcasts: "Broadcasts", stream_id: str, asset_id: str, recording: Recording
    ) -> None:
        self.journal, self.clock = broadcasts.journal, broadcasts.clock
        self.stream_id, self.asset_id = stream_id, asset_id
        self.recording = recording
        self.began_at = self.clock.now()
        self.active = False  # whether anything of it was ever playable
        self.publication: Publication | None = None
        self.simulcast = Simulcast(self.journal, broadcasts.encoders, stream_id)
        self._forget = broadcasts.forget
        self._run: Run | None = None
        self._before_run = 0.0  # seconds that were recorded when the run began
        self._told = {"recording": False, "active": False}  # of this run
        self._left_at: float | None = None
        self._problem: str | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def ending(self) -> bool:
        return self._ending is not None

    def join(self, publication: "Publication", targets: list[Document]) -> None:
        """An encoder begins, or comes back: the same recording goes on in a new run."""
        self.publication, publication.broadcast = publication, self
        self._left_at = self._leaving = None
        self._before_run = self.recording.duration
        self._told = {"recording": False, "active": False}
        self._run = self.recording.begin_run()
        self.simulcast.begin(targets)

    def take(self, tag: Tag) -> None:
        if self._run is None:
            return
        if tag.kind in (AUDIO, VIDEO) and not self._told["recording"]:
            self._told["recording"] = True
            self.journal.recording(self.stream_id)
        self._run.tag(tag)
        self.simulcast.tag(tag)

    def leave(self) -> None:
        """The encoder is gone. Before anything was playable, what it left decides what follows."""
        self.publication, run, self._run = None, self._run, None
        self._left_at = self.clock.now()
        told = self.active
        if told:
            self._disconnected()
        self._leaving = asyncio.create_task(self._left(run, told=told))

    async def _left(self, run: Run | None, *, told: bool) -> None:
        await self._close_run(run)
        if not told:
            self._tell_playable()
            self._disconnected()
        if not self.active or self._window_is_over():
            self._begin_end()

    def _disconnected(self) -> None:
        self.journal.disconnected(self.stream_id)
        self.simulcast.end()

    async def _close_run(self, run: Run | None) -> None:
        if run:
            await run.end()
            self._problem = run.failed or self._problem

    def look(self) -> None:
        """Make the step that is due."""
        if self._ending:
            return
        self._tell_playable()
        longest = self._settings().get("max_continuous_duration", 0)
        if self.publication and self._run and self._run.failed:
            self.publication.connection.close(self._run.failed)
        elif self.clock.now() > self.began_at + longest:
            self._begin_end(TOO_LONG)
        elif self.active and self._window_is_over():
            self._begin_end()

    def _tell_playable(self) -> None:
        """The first time tells that the recording can be watched, later ones that it goes on."""
        if self._told["active"]:
            return
        if not self.active and self.recording.playable.is_set():
            self._told["active"] = self.active = True
            self.journal.playable(self.stream_id, self.asset_id, self.recording.describe())
        elif self.active and self.publication and self.recording.duration > self._before_run:
            self._told["active"] = True
            self.journal.active(self.stream_id)

    def _window_is_over(self) -> bool:
        left = self.seconds_left
        return left is not None and left <= 0

    @property
    def seconds_left(self) -> float | None:
        """Of the reconnect window; None while an encoder is connected."""
        if self._left_at is None:
            return None
        window = self._settings().get("reconnect_window", 0)
        return self._left_at + window - self.clock.now()

    def _settings(self) -> Document:
        """The live stream as it is now: its settings may change while it is live."""
        stream = self.journal.store.get("live_stream", self.stream_id)
        return stream.document if stream else {}

    async def end(self, reason: str | None = None) -> None:
        """Complete the recording now; returns when that is done and told.

        With a reason the encoder is sent away first; without, what it still sends is dropped.
        """
        self._begin_end(reason)
        await self.settled()

    async def settled(self) -> None:
        """Return when it is clear whether it goes on, and if not, when it is over."""
        if self._leaving:
            await asyncio.shield(self._leaving)
        if self._ending:
            await asyncio.shield(self._ending)

    def _begin_end(self, reason: str | None = None) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(reason))

    async def _end(self, reason: str | None) -> None:
        try:
            if reason and self.publication:
                await self.publication.close(reason)
            await self._complete()
        except Exception:
            logger.exception("the recording of live stream %s could not be ended", self.stream_id)
            self.journal.errored(self.stream_id, self.asset_id, "localmux failed; see its log.")
        finally:
            self._forget(self)

    async def _complete(self) -> None:
        if self._leaving:
            await self._leaving
        publication, run = self.publication, self._run
        self.publication = self._run = None
        if publication:
            publication.release()
            self.simulcast.end()
        await self._close_run(run)
        self._tell_playable()
        await self.recording.finish()
        if self.active:
            self.journal.completed(self.stream_id, self.asset_id, self.recording.describe())
        else:
            self.journal.errored(self.stream_id, self.asset_id, self._problem or NOTHING)
