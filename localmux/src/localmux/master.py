"""Master access: the asset in the best quality there is, as one MP4, for a day.

https://www.mux.com/docs/guides/download-for-offline-editing
"""

import logging
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from localmux.answers import Document
from localmux.films import open_film
from localmux.media.encoders import EncodersClosed, EncodingError, Priority
from localmux.media.whole import Film
from localmux.resources import Resource
from localmux.static_renditions import TIME_LIMIT

if TYPE_CHECKING:
    from localmux.environment import Environment

FOLDER = "master"
VALID = 24 * 3600  # seconds
JOB = "master"
STEM = "mezzanine"  # as Mux calls the file since 2025

logger = logging.getLogger("localmux.additions")


def grant(asset: Resource) -> None:
    """Say that the master is wanted; the caller saves it."""
    asset.document |= {"master_access": "temporary", "master": {"status": "preparing"}}


def revoke(environment: "Environment", asset: Resource) -> None:
    """End the access, and tell it."""
    asset.document["master_access"] = "none"
    asset.document.pop("master", None)
    asset.private.pop("master", None)
    with environment.store.transaction():
        environment.store.save(asset)
        environment.events.record("master.deleted", asset, asset.document)
    for path in (environment.ingest.folder / asset.id / FOLDER).glob(f"{STEM}.*"):
        path.unlink(missing_ok=True)


def expire(environment: "Environment", asset: Resource) -> None:
    """Take the access back when its day is over; looked at whenever the asset is asked for."""
    granted = asset.private.get("master")
    if granted and environment.clock.now() > granted["until"]:
        revoke(environment, asset)


def find(environment: "Environment", asset_id: str, token: str) -> Path | None:
    """The file behind a master's address, while that holds."""
    asset = environment.store.get("asset", asset_id)
    if asset is None:
        return None
    expire(environment, asset)
    granted = asset.private.get("master", {"token": "", "name": ""})
    known = secrets.compare_digest(granted["token"].encode(), token.encode())
    if not token or not known:
        return None
    return environment.ingest.folder / asset_id / FOLDER / granted["name"]


class Masters:
    """Makes masters that are `preparing`."""

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment

    def wanted(self, asset: Resource) -> list[str]:
        return [JOB] if asset.document.get("master", {}).get("status") == "preparing" else []

    async def make(self, asset_id: str, thing_id: str) -> None:
        folder = self.environment.ingest.folder / asset_id
        try:
            async with self.environment.additions.turn, open_film(folder) as film:
                target = folder / FOLDER / f"{STEM}.{'mp4' if film.top_side else 'm4a'}"
                target.parent.mkdir(exist_ok=True)
                unfinished = target.with_name(f"{target.name}.part")
                unfinished.unlink(missing_ok=True)
                await self._write(film, unfinished)
                unfinished.replace(target)
        except (EncodingError, FileNotFoundError) as problem:
            self.fail(asset_id, thing_id, str(problem))
        except EncodersClosed:
            return  # the next start goes on
        else:
            self._ready(asset_id, target.name)

    async def _write(self, film: Film, target: Path) -> None:
        """The source as it came where it is MP4, else its streams in one, else encoded."""
        rendition = film.renditions[0] if film.renditions else None
        encoded = film.video_file(rendition) if rendition else film.sound_file()
        if film.is_original and "mp4" in film.source.info.container:
            os.link(film.source.path, target)
            return
        if film.is_original:
            try:
                await self._run([*film.remuxed(), str(target)])
            except EncodingError as problem:  # a codec that no MP4 can hold
                logger.info("%s is encoded, as it cannot be copied: %s", target.name, problem)
            else:
                return
        await self._run([*encoded, str(target)])

    async def _run(self, arguments: list[str]) -> None:
        run = self.environment.encoders.run
        await run(arguments, priority=Priority.AHEAD, time_limit=TIME_LIMIT)

    def fail(self, asset_id: str, _thing_id: str, _message: str) -> None:
        """Mux has no place for the reason."""
        if asset := self.environment.store.get("asset", asset_id):
            self._settle(asset, {"status": "errored"})

    def _ready(self, asset_id: str, name: str) -> None:
        asset = self.environment.store.get("asset", asset_id)
        if asset is None:
            return
        token, now = secrets.token_urlsafe(24), self.environment.clock.now()
        asset.private["master"] = {"token": token, "name": name, "until": now + VALID}
        url = f"{self.environment.public_url}/mezzanine/{asset_id}/{name}?token={token}"
        self._settle(asset, {"status": "ready", "url": url})

    def _settle(self, asset: Resource, master: Document) -> None:
        if "master" not in asset.document:
            return  # the access was taken back meanwhile
        asset.document["master"] = master
        with self.environment.store.transaction():
            self.environment.store.save(asset)
            action = f"master.{master['status']}"
            self.environment.events.record(action, asset, asset.document)
