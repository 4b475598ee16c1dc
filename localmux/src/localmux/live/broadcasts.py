"""All live streams' broadcasts: who may publish, what goes on, and what ends it."""

import asyncio
import contextlib
import errno
import logging
import socket
import sqlite3
import uuid
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from localmux.answers import Document
from localmux.clock import Clock
from localmux.events import Events
from localmux.live.broadcast import NOTHING, Broadcast
from localmux.live.ingest import Connection, Ingest, Refused
from localmux.live.journal import Journal
from localmux.live.publication import Publication
from localmux.live.recording import Recording
from localmux.media.encoders import Encoders
from localmux.new_assets import new_asset
from localmux.resources import Resource, Store
from localmux.room import SENTENCE, is_full

SILENT = 2.0  # seconds without media after which another encoder may take over
LOOK_AGAIN = 0.1  # seconds between two looks at what is due
CLOSE_WITHIN = 5.0  # seconds
NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}  # a name may list more than exists
SERVER_ENDS = "the server ended it"

logger = logging.getLogger("localmux.live")


class Broadcasts:
    """What is live. At most one publication and one broadcast for each live stream.

    Whatever changes who may publish takes the live stream's turn, so that no encoder slips in
    between.
    """

    def __init__(
        self,
        store: Store,
        events: Events,
        clock: Clock,
        encoders: Encoders,
        folder: Path,
        recorded: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store, self.clock, self.encoders = store, clock, encoders
        self.folder = folder  # of all assets
        self.journal = Journal(store, events, clock, recorded)
        self.running: dict[str, Broadcast] = {}  # by live stream
        self.publications: dict[str, Publication] = {}  # by live stream
        self.port = 0
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._servers: list[Ingest] = []
        self._watch: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> None:
        """Complete what the last process left, then listen. Raises OSError."""
        await self._recover()
        self._watch = asyncio.create_task(self._look())
        # A name such as localhost stands for an address of IPv6 too; both get the same port.
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for address in sorted({str(address[0]) for *_, address in found}, key=lambda a: ":" in a):
            server = Ingest(self.authorise, host=address, port=self.port or port)
            try:
                self.port = await server.start()
            except OSError as problem:
                if not self._servers or (port and problem.errno not in NO_SUCH_ADDRESS):
                    raise
            else:
                self._servers.append(server)

    async def close(self) -> None:
        """Cut every encoder and complete every recording; what takes too long, the next start."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._end_all()
        await asyncio.gather(*(server.close() for server in self._servers))
        if self._watch:
            self._watch.cancel()

    async def clear(self) -> None:
        """End everything; resources that are gone are not told about."""
        await self._end_all()
        self._turns.clear()

    async def _end_all(self) -> None:
        streams = {*self.running, *self.publications}
        await asyncio.gather(*(self.end(stream_id, SERVER_ENDS) for stream_id in streams))

    async def _recover(self) -> None:
        for stream in self.store.newest("live_stream"):
            asset_id = stream.document.get("active_asset_id")
            if stream.private.get("connected"):
                self.journal.disconnected(stream.id)
            for target in stream.document.get("simulcast_targets", []):
                self.journal.simulcast(stream.id, target["id"], "idle")
            if asset_id:
                await self._recover_recording(stream.id, asset_id)

    async def _recover_recording(self, stream_id: str, asset_id: str) -> None:
        recording = await Recording.recover(self.folder / asset_id, self.encoders)
        if recording:
            self.journal.completed(stream_id, asset_id, recording.describe())
        else:
            self.journal.errored(stream_id, asset_id, NOTHING)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            for one in (*self.running.values(), *self.publications.values()):
                try:
                    one.look()
                except Exception:
                    logger.exception("live stream %s could not be looked after", one.stream_id)

    async def authorise(self, key: str, connection: Connection) -> Publication:
        """Let an encoder publish. Raises Refused, with a sentence for its user."""
        stream = self._with_key(key)
        async with self._turns[stream.id]:
            if present := self.publications.get(stream.id):
                if present.connection.silent_seconds < SILENT:
                    raise Refused("Another encoder is publishing to this live stream.")
                await present.close("another encoder took over")
            if broadcast := self.running.get(stream.id):
                await broadcast.settled()
            return self._admit_where_room(self._with_key(key), connection)

    def _admit_where_room(self, stream: Resource, connection: Connection) -> Publication:
        """Raises Refused while the disk is full, also of what is still to be kept."""
        try:
            if not self.journal.backlog.waits:
                return self._admit(stream, connection)
        except (OSError, sqlite3.Error) as problem:
            if not is_full(problem):
                raise
        raise Refused(SENTENCE)

    def _with_key(self, key: str) -> Resource:
        found = self.store.newest("live_stream", having={"stream_key": key}, limit=1)
        if not found:
            raise Refused("No live stream has this stream key.")
        if found[0].document["status"] == "disabled":
            raise Refused("The live stream is disabled.")
        return found[0]

    def _admit(self, stream: Resource, connection: Connection) -> Publication:
        publication = Publication(self, stream.id, connection)
        broadcast = self.running.get(stream.id)
        if broadcast:
            self.journal.connected(stream.id)
        else:
            broadcast = self._begin(stream)
        self.publications[stream.id] = publication
        broadcast.join(publication, stream.document.get("simulcast_targets", []))
        return publication

    def _begin(self, stream: Resource) -> Broadcast:
        """A new recording. Raises OSError when the disk refuses."""
        settings = {"video_quality": "plus"} | stream.document.get("new_asset_settings", {})
        asset = new_asset(settings, self.clock.timestamp(), "live_rtmp")
        asset |= {"live_stream_id": stream.id, "is_live": True}
        folder, mode = self.folder / asset["id"], stream.document["latency_mode"]
        recording = Recording.create(folder, self.encoders, latency_mode=mode)
        self.journal.connected(stream.id, asset)
        broadcast = Broadcast(self, stream.id, asset["id"], recording)
        self.running[stream.id] = broadcast
        return broadcast

    def left(self, publication: Publication) -> None:
        """An encoder is gone."""
        del self.publications[publication.stream_id]
        if publication.broadcast:
            publication.broadcast.leave()
        else:
            self.journal.disconnected(publication.stream_id)

    def forget(self, broadcast: Broadcast) -> None:
        del self.running[broadcast.stream_id]

    async def complete(self, stream_id: str) -> None:
        """End the recording; the encoder may stay for a while, to stop by itself."""
        async with self._turns[stream_id]:
            if broadcast := self.running.get(stream_id):
                await broadcast.end()

    async def end(self, stream_id: str, reason: str) -> None:
        """Send the encoder away and end the recording."""
        if broadcast := self.running.get(stream_id):
            await broadcast.end(reason)
        if publication := self.publications.get(stream_id):
            await publication.close(reason)

    @contextlib.asynccontextmanager
    async def ended(self, stream_id: str, reason: str) -> AsyncGenerator[None]:
        """Inside, nobody publishes to the live stream and nobody can begin to."""
        async with self._turns[stream_id]:
            await self.end(stream_id, reason)
            yield

    async def cut(self, stream_id: str, reason: str) -> None:
        """Send the encoder away; the reconnect window begins."""
        if publication := self.publications.get(stream_id):
            await publication.close(reason)

    def shown(self, asset: Resource) -> Document:
        """An asset as it is now: one that is being recorded grows."""
        broadcast = self.running.get(asset.document.get("live_stream_id", ""))
        if broadcast and broadcast.asset_id == asset.id and broadcast.active:
            return asset.document | broadcast.recording.describe()
        return asset.document


def new_stream_key() -> str:
    """In the form of Mux's: a lower-case UUID."""
    return str(uuid.uuid4())
