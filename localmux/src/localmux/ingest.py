"""The job that turns the input of an asset into something to play: preparing → ready | errored.

Source: https://www.mux.com/docs/core/listen-for-webhooks
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

from localmux import clips
from localmux.answers import Document
from localmux.asset_host import make_beginning
from localmux.clips import Span
from localmux.download import DownloadFailed, download
from localmux.faults import StageFault
from localmux.live.recording import has_recording
from localmux.media.asset_media import AssetMedia, earlier_span, is_stale
from localmux.media.encoders import EncodingError
from localmux.media.probe import InvalidInput
from localmux.rendition_files import given_up
from localmux.resources import Resource
from localmux.room import once_there_is_room
from localmux.text_tracks import tracks_of_inputs

if TYPE_CHECKING:
    from localmux.environment import Environment

ERROR_TYPES: dict[type[Exception], str] = {
    InvalidInput: "invalid_input",
    DownloadFailed: "download_failed",
    EncodingError: "encoding_failed",
    StageFault: "internal_error",
}

logger = logging.getLogger("localmux.ingest")


class Ingest:
    """One task per preparing asset. Whatever ends the process, `resume` starts them again."""

    def __init__(self, environment: "Environment", folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.environment = environment
        self.folder = folder
        self.jobs: dict[str, asyncio.Task[None]] = {}
        self.mending: set[str] = set()  # ready assets that are prepared again

    def resume(self) -> None:
        """Prepare again what was preparing; remove files whose asset is gone."""
        assets = self.environment.store.newest("asset")
        known = {asset.id for asset in assets}
        for path in self.folder.iterdir():
            if path.name not in known:
                shutil.rmtree(path, ignore_errors=True)
        for asset in reversed(assets):
            if asset.document["status"] == "preparing" and not asset.document.get("is_live"):
                self.start(asset)
            elif asset.document["status"] == "ready" and self._is_stale(asset):
                self.mending.add(asset.id)
                self._run(asset, self._mend)

    def _is_stale(self, asset: Resource) -> bool:
        folder = self.folder / asset.id
        return folder.exists() and not has_recording(folder) and is_stale(folder)

    async def _mend(self, asset: Resource) -> None:
        """Prepare again a ready asset that another version of localmux prepared."""
        folder = self.folder / asset.id
        span = earlier_span(folder) if "clip" in asset.private else (0.0, None)
        tier = asset.document["max_resolution_tier"]
        encoders = self.environment.encoders
        try:
            await AssetMedia.prepare(
                folder, encoders, max_resolution_tier=tier, start=span[0], end=span[1]
            )
        except (InvalidInput, EncodingError, FileNotFoundError) as problem:
            self._errored(asset.id, "internal_error", f"It could not be prepared again: {problem}")

    def uploads_in_use(self) -> set[str]:
        """Uploads whose file a preparing asset has still to take over."""
        preparing = self.environment.store.newest("asset", having={"status": "preparing"})
        return {asset.document.get("upload_id", "") for asset in preparing}

    def start(self, asset: Resource) -> None:
        self._run(asset, self._prepare)

    def _run(
        self, asset: Resource, work: Callable[[Resource], Coroutine[None, None, None]]
    ) -> None:
        """Begin with it; while the disk is full the asset waits, as nothing is wrong with it."""
        preparing = once_there_is_room(f"Preparing {asset.id}", lambda: work(asset))
        job = asyncio.create_task(preparing, name=f"prepare {asset.id}")
        self.jobs[asset.id] = job
        job.add_done_callback(lambda done: self._ended(asset.id, done))

    def _ended(self, asset_id: str, job: asyncio.Task[None]) -> None:
        if self.jobs.get(asset_id) is job:
            del self.jobs[asset_id]
        if not job.cancelled() and (problem := job.exception()):
            logger.error("preparing %s failed unexpectedly", asset_id, exc_info=problem)
            self._errored(asset_id, "internal_error", "localmux failed; see its log.")
        if asset_id in self.mending:
            self.mending.remove(asset_id)
            if not job.cancelled():
                self.environment.additions.start(asset_id)

    async def stop(self, asset_id: str) -> None:
        if job := self.jobs.get(asset_id):
            job.cancel()
            await asyncio.wait([job])

    async def stop_all(self) -> None:
        for asset_id in list(self.jobs):
            await self.stop(asset_id)

    close = stop_all

    async def remove(self, asset_id: str) -> None:
        """Stop the job and delete the files."""
        await self.stop(asset_id)
        await asyncio.to_thread(shutil.rmtree, self.folder / asset_id, ignore_errors=True)

    async def _prepare(self, asset: Resource) -> None:
        folder = self.folder / asset.id
        folder.mkdir(exist_ok=True)
        try:
            part = await self._fetch(asset, folder / "source")
            self._progress(asset.id, "transcoding")
            await self._disturb("transcode")
            media = await AssetMedia.prepare(
                folder,
                self.environment.encoders,
                max_resolution_tier=asset.document["max_resolution_tier"],
                start=part.start,
                end=part.end,
            )
            await self._wait_until_due(asset)
        except tuple(ERROR_TYPES) as problem:
            logger.info("asset %s errored: %s", asset.id, problem)
            kind = next(ERROR_TYPES[one] for one in ERROR_TYPES if isinstance(problem, one))
            self._errored(asset.id, kind, str(problem))
        else:
            self._ready(asset.id, media.describe())
            make_beginning(media, self.environment.maker, self.environment.encoders)

    async def _fetch(self, asset: Resource, source: Path) -> Span:
        """Which part of the source the asset is."""
        if "clip" in asset.private:
            origin = self.folder / asset.document["source_asset_id"]
            span = Span(**asset.private["clip"])
            return await clips.take(origin, span, source, self.environment.encoders)
        if not self._at_hand(asset, source):
            await self._download(asset, source)
        return Span(0.0, None)

    async def _download(self, asset: Resource, source: Path) -> None:
        if "upload_id" in asset.document:
            raise InvalidInput("The uploaded file is gone.")
        await self._disturb("download")
        await download(asset.private["url"], source)

    def _at_hand(self, asset: Resource, source: Path) -> bool:
        """Move the uploaded file here, unless an earlier process got that far."""
        received = self.environment.receptions.path(asset.document.get("upload_id", "none"))
        if received.exists():
            received.rename(source)
        return source.exists()

    async def _disturb(self, stage: str) -> None:
        fault = self.environment.faults.for_stage(stage)
        if fault and fault.action == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault:
            raise StageFault(fault.message)

    async def _wait_until_due(self, asset: Resource) -> None:
        clock = self.environment.clock
        due = int(asset.document["created_at"]) + clock.ready_after
        if clock.ready_after:
            await asyncio.sleep(max(0.0, due - clock.now()))

    def _progress(self, asset_id: str, state: str) -> None:
        if asset := self.environment.store.get("asset", asset_id):
            asset.document["progress"] = {"state": state, "progress": 0}
            self.environment.store.save(asset)

    def _ready(self, asset_id: str, described: Document) -> None:
        store, events = self.environment.store, self.environment.events
        asset = store.get("asset", asset_id)
        if asset is None:
            return
        with store.transaction():
            asset.document |= described
            asset.document["tracks"] = [*described["tracks"], *tracks_of_inputs(asset)]
            if "non_standard_input_reasons" in described:
                events.record("non_standard_input_detected", asset, asset.document)
            asset.document["status"] = "ready"
            asset.document["progress"] = {"state": "completed", "progress": 100}
            store.save(asset)
            events.record("ready", asset, asset.document)
        self.environment.additions.begin(asset_id)

    def _errored(self, asset_id: str, kind: str, message: str) -> None:
        store, events = self.environment.store, self.environment.events
        asset = store.get("asset", asset_id)
        if asset is None:
            return
        with store.transaction():
            asset.document["status"] = "errored"
            asset.document["progress"] = {"state": "errored", "progress": -1}
            asset.document["errors"] = {"type": kind, "messages": [message]}
            asset.document |= given_up(asset.document)
            store.save(asset)
            events.record("errored", asset, asset.document)
            upload = store.get("upload", asset.document.get("upload_id", ""))
            if upload:
                upload.document["status"] = "errored"
                upload.document["error"] = {"type": kind, "message": message}
                store.save(upload)
                events.record("errored", upload, upload.document)
