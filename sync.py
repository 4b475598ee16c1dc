"""Brings Mux's truth into the store.

Webhooks may be late, doubled, shuffled or lost, so an event is never believed: it only says which
resource to read from the API again. `reconcile` finds whatever no event told of.
https://www.mux.com/docs/core/listen-for-webhooks
"""

import asyncio
import logging
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, Literal

from mux_client import MuxAsset, MuxClient, MuxUpload
from mux_errors import MuxError, MuxNotFound
from passthrough import Passthrough
from store import Store, Upload, UploadStatus, Video, VideoStatus

type Kind = Literal["upload", "asset"]

REMEMBERED = 10_000

VIDEO_STATUS: dict[str, VideoStatus] = {"ready": "ready", "errored": "error"}
UPLOAD_STATUS: dict[str, UploadStatus] = {
    "asset_created": "asset_created",
    "errored": "errored",
    "cancelled": "cancelled",
    "timed_out": "timed_out",
}

log = logging.getLogger(__name__)


class Recent:
    """A set that forgets its oldest members, so that it can be kept for ever."""

    def __init__(self) -> None:
        self._members: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def add(self, member: str) -> None:
        """Remember one more."""
        self._members[member] = None
        if len(self._members) > REMEMBERED:
            self._members.popitem(last=False)


class Sync:
    """Keeps the store equal to what Mux says."""

    def __init__(self, store: Store, mux: MuxClient) -> None:
        self._store = store
        self._mux = mux
        self._events: asyncio.Queue[tuple[Kind, str]] = asyncio.Queue()
        self._seen = Recent()
        self._gone = Recent()
        self._hurry = asyncio.Event()

    def apply_event(self, event: dict[str, Any]) -> None:
        """Queue the resource that a webhook is about, unless the same event came before.

        Raises KeyError or TypeError when it is not shaped like an event of Mux.
        """
        data = event["data"]
        kind, resource_id = _resource(str(event["type"]), data)
        if str(event["id"]) in self._seen or kind is None:
            return
        self._seen.add(str(event["id"]))
        log.info("webhook %s %s", event["type"], resource_id)
        self._events.put_nowait((kind, resource_id))

    def hurry(self) -> None:
        """Have the reconciliation ask soon: something will change at Mux by itself."""
        self._hurry.set()

    async def hurried(self, seconds: float) -> bool:
        """Wait for a call of `hurry`; False when none came for so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return False
        self._hurry.clear()
        return True

    async def take_upload(self, upload: MuxUpload) -> None:
        """Put an upload as Mux reports it into the store, if it is one of ours."""
        label = Passthrough.decode(upload.passthrough)
        if label is None:
            return
        known = await self._store.upload(upload.id)
        status = UPLOAD_STATUS.get(upload.status, "waiting")
        if status == "waiting" and known and known.status != "waiting":
            return  # an answer that was overtaken on its way
        await self._store.save_upload(
            Upload(
                id=upload.id,
                user=label.account_id,
                created_at=datetime.fromtimestamp(label.started_at, UTC),
                status=status,
                title=upload.title,
                filename=label.filename,
                size=label.size,
                url=upload.url,
                asset_id=upload.asset_id,
                error=upload.error,
            )
        )

    async def take_asset(self, asset: MuxAsset) -> None:
        """Put an asset as Mux reports it into the store, if it is one of ours and still wanted."""
        label = Passthrough.decode(asset.passthrough)
        if label is None or asset.id in self._gone:
            return
        known = await self._store.video(asset.id)
        status = VIDEO_STATUS.get(asset.status, "processing")
        if status == "processing" and known and known.status != "processing":
            return  # an answer that was overtaken on its way
        if known is None or known.status != status:
            log.info("video %s is %s", asset.id, status)
        await self._store.save_video(
            Video(
                asset_id=asset.id,
                title=asset.title,
                uploader=label.account_id,
                uploader_name=label.account_name,
                upload_time=datetime.fromtimestamp(asset.created_at, UTC),
                status=status,
                playback_id=asset.playback_id,
                duration=asset.duration,
                aspect_ratio=asset.aspect_ratio,
                error=asset.error,
            )
        )

    async def forget_asset(self, asset_id: str) -> None:
        """Take a deleted asset out of the store, whatever late answers still say of it."""
        self._gone.add(asset_id)
        await self._store.delete_video(asset_id)

    async def refresh(self, kind: Kind, resource_id: str) -> None:
        """Read one resource from Mux again; for an upload its asset as well. Raises MuxError."""
        try:
            if kind == "asset":
                await self.take_asset(await self._mux.get_asset(resource_id))
                return
            upload = await self._mux.get_upload(resource_id)
        except MuxNotFound:
            await self._forget(kind, resource_id)
            return
        if upload.asset_id and Passthrough.decode(upload.passthrough):
            await self.refresh("asset", upload.asset_id)
        await self.take_upload(upload)

    async def _forget(self, kind: Kind, resource_id: str) -> None:
        if kind == "asset":
            await self.forget_asset(resource_id)
        else:
            await self._store.delete_upload(resource_id)

    async def follow_events(self) -> None:
        """Read what the webhooks point at, one after the other, until cancelled."""
        while True:
            kind, resource_id = await self._events.get()
            try:
                await self.refresh(kind, resource_id)
            except MuxError as error:
                log.warning("could not read %s %s: %s", kind, resource_id, error.message)
                self.hurry()


def _resource(event_type: str, data: dict[str, Any]) -> tuple[Kind | None, str]:
    if event_type.startswith("video.upload."):
        return "upload", str(data["id"])
    if event_type.startswith("video.asset."):
        # Events of an asset's tracks and renditions name the asset beside their own ID.
        return "asset", str(data.get("asset_id") or data["id"])
    return None, ""
