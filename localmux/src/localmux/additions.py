"""What is made for a ready asset beside its stream: text tracks, static renditions, the master.

The asset itself says what is still wanted, so that a restart goes on where the last process was.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from localmux.master import Masters
from localmux.mp4_support import Mp4Support
from localmux.rendition_files import files_of
from localmux.resources import Resource
from localmux.room import once_there_is_room
from localmux.static_renditions import StaticRenditions
from localmux.text_tracks import TextTracks

if TYPE_CHECKING:
    from localmux.environment import Environment

logger = logging.getLogger("localmux.additions")


class Kind(Protocol):
    """One kind of things to make."""

    def wanted(self, asset: Resource) -> list[str]:
        """Ids of what is still to be made."""
        ...

    async def make(self, asset_id: str, thing_id: str) -> None:
        """Make one of them; what fails is told in the asset, not raised."""
        ...

    def fail(self, asset_id: str, thing_id: str, message: str, /) -> None:
        """Say in the asset that it could not be made."""
        ...


class Additions:
    """One task for each thing being made; `turn` is held by the one that is being encoded, so that
    viewers keep an encoder.
    """

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment
        self.turn = asyncio.Lock()
        self.kinds: tuple[Kind, ...] = (
            TextTracks(environment),
            StaticRenditions(environment),
            Mp4Support(environment),
            Masters(environment),
        )
        self.jobs: dict[tuple[str, str], asyncio.Task[None]] = {}  # by asset and thing

    def resume(self) -> None:
        """Go on with what the last process did not finish."""
        for asset in self.environment.store.newest("asset", having={"status": "ready"}):
            self.start(asset.id)

    def begin(self, asset_id: str) -> None:
        """The asset is final: tell what it wants, and begin with that."""
        if asset := self.environment.store.get("asset", asset_id):
            with self.environment.store.transaction():
                self._tell(asset)
            self.start(asset_id)

    def _tell(self, asset: Resource) -> None:
        record, document = self.environment.events.record, asset.document
        for track in document.get("tracks", []):
            if track["type"] == "text":
                record("track.created", asset, track | {"asset_id": asset.id})
        for file in files_of(document):
            record("static_rendition.created", asset, file | {"asset_id": asset.id})
        if document["mp4_support"] != "none":
            record("static_renditions.preparing", asset, document)
        if "master" in document:
            record("master.preparing", asset, document)

    def start(self, asset_id: str) -> None:
        """Begin with whatever a ready asset still wants."""
        asset = self.environment.store.get("asset", asset_id)
        if asset is None or asset.document["status"] != "ready" or asset.document.get("is_live"):
            return
        if asset_id in self.environment.ingest.mending:
            return  # which starts them when it has ended
        for kind in self.kinds:
            for thing_id in kind.wanted(asset):
                if (asset_id, thing_id) not in self.jobs:
                    self._begin(kind, asset_id, thing_id)

    def _begin(self, kind: Kind, asset_id: str, thing_id: str) -> None:
        making = once_there_is_room(f"Making {thing_id}", lambda: kind.make(asset_id, thing_id))
        job = asyncio.create_task(making, name=f"make {thing_id}")
        self.jobs[asset_id, thing_id] = job
        job.add_done_callback(lambda done: self._ended(kind, asset_id, thing_id, done))

    def _ended(self, kind: Kind, asset_id: str, thing_id: str, job: asyncio.Task[None]) -> None:
        if self.jobs.get((asset_id, thing_id)) is job:
            del self.jobs[asset_id, thing_id]
        if not job.cancelled() and (problem := job.exception()):
            logger.error("making %s failed unexpectedly", thing_id, exc_info=problem)
            kind.fail(asset_id, thing_id, "localmux failed; see its log.")

    async def stop(self, asset_id: str, thing_id: str | None = None) -> None:
        """Nothing more is made for the asset, or this thing no more."""
        jobs = [
            job
            for (owner, name), job in self.jobs.items()
            if owner == asset_id and thing_id in (None, name)
        ]
        await _cancel(jobs)

    async def stop_all(self) -> None:
        await _cancel(list(self.jobs.values()))


async def _cancel(jobs: list[asyncio.Task[None]]) -> None:
    for job in jobs:
        job.cancel()
    if jobs:
        await asyncio.wait(jobs)
