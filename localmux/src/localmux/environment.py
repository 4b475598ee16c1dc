"""One Mux environment: everything the routes work with."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from localmux.additions import Additions
from localmux.clock import Clock
from localmux.config import Configuration
from localmux.deliveries import Deliveries
from localmux.events import Events
from localmux.expiry import Expiry
from localmux.faults import Faults
from localmux.ingest import Ingest
from localmux.live.broadcasts import Broadcasts
from localmux.live.test_broadcast import TestBroadcast
from localmux.media.encoders import Encoders
from localmux.media.maker import Maker
from localmux.playback import Playable
from localmux.rate_limit import RateLimit
from localmux.receptions import Receptions
from localmux.request_counts import RequestCounts
from localmux.resources import Store
from localmux.text_tracks import ready_tracks
from localmux.tokens import Tokens
from localmux.webhooks import Webhooks

EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 compared with, not listened on


class Environment:
    """Made on the event loop; `close` ends every task and child process it started."""

    def __init__(self, configuration: Configuration, folder: Path, public_url: str) -> None:
        self.configuration = configuration
        self.public_url = public_url
        self.clock = Clock()
        self.faults = Faults()
        self.requests = RequestCounts()
        self.rate_limit = RateLimit() if configuration.rate_limits else None
        self.store = Store(folder / "localmux.sqlite3")
        self.events = Events(
            self.store, self.clock, self.faults, wanted=configuration.webhook_url is not None
        )
        self.tokens = Tokens(self.store, self.clock)
        self.encoders = Encoders()
        self.maker = Maker()
        self.receptions = Receptions(folder / "uploads")
        self.deliveries = Deliveries(self.clock)
        self.ingest = Ingest(self, folder / "assets")
        self.additions = Additions(self)
        self.broadcasts = Broadcasts(
            self.store,
            self.events,
            self.clock,
            self.encoders,
            self.ingest.folder,
            self.additions.begin,
        )
        self.test_broadcasts: dict[str, TestBroadcast] = {}  # by live stream
        self.webhooks: Webhooks | None = None
        self.expiry = Expiry(self)

    async def start(self) -> None:
        """Go on where the last process stopped. Raises OSError when the RTMP port is taken."""
        await self.broadcasts.start(self.configuration.host, self.configuration.rtmp_port)
        self.ingest.resume()
        self.additions.resume()
        self.receptions.forget_all_but(
            {upload.id for upload in self.store.newest("upload", having={"status": "waiting"})}
            | self.ingest.uploads_in_use()
        )
        url, secret = self.configuration.webhook_url, self.configuration.webhook_secret
        if url and secret:
            self.webhooks = Webhooks(self.events, url, secret)

    async def close(self) -> None:
        if self.webhooks:
            await self.webhooks.close()
        await self.expiry.close()
        await self.stop_test_broadcasts()
        await self.broadcasts.close()
        await self.additions.stop_all()
        await self.ingest.close()
        await self.encoders.close()
        self.store.close()

    async def reset(self) -> None:
        """Forget every resource, file, event, fault and count, as in an empty data folder."""
        self.store.clear()
        await self.stop_test_broadcasts()
        await self.broadcasts.clear()
        await self.additions.stop_all()
        await self.ingest.stop_all()
        await self.receptions.stop_all()
        self.faults.clear()
        self.clock.reset()
        self.requests.clear()
        self.deliveries.clear()
        for folder in (self.ingest.folder, self.receptions.folder):
            await asyncio.to_thread(empty, folder)

    async def stop_test_broadcasts(self) -> None:
        broadcasts = list(self.test_broadcasts.values())
        self.test_broadcasts.clear()
        await asyncio.gather(*(broadcast.stop() for broadcast in broadcasts))

    def find_playable(self, playback_id: str) -> Playable | None:
        """What the playback hosts may serve under a playback id."""
        found = self.store.by_playback_id(playback_id)
        if found is None:
            return None
        owner, policy = found
        if owner.kind == "asset":
            status = "preparing" if owner.id in self.ingest.mending else owner.document["status"]
            texts = ready_tracks(owner.document.get("tracks", []))
            return Playable(policy, status, self.ingest.folder / owner.id, texts=texts)
        status = "ready" if owner.document["status"] == "active" else "preparing"
        folder = self.ingest.folder / owner.document.get("active_asset_id", "none")
        return Playable(policy, status, folder, live=True)

    @property
    def rtmp_url(self) -> str:
        """What encoders are given as the server; the stream key comes after it."""
        return self._rtmp_url(urlsplit(self.public_url).hostname or "localhost")

    @property
    def own_rtmp_url(self) -> str:
        """The same for an encoder on this machine."""
        host = self.configuration.host
        return self._rtmp_url("localhost" if host in EVERY_ADDRESS else host)

    def _rtmp_url(self, host: str) -> str:
        shown = f"[{host}]" if ":" in host else host
        return f"rtmp://{shown}:{self.broadcasts.port}/app"


def empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
