"""Brings Mux's truth into the store.

Webhooks may be late, doubled, shuffled or lost, so an event is never believed: it only says which
resource to read from the API again. `reconcile` finds whatever no event told of.
https://www.mux.com/docs/core/listen-for-webhooks

The one thing that only events tell is whether an encoder is connected at this moment.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from mux_client import MuxClient
from mux_errors import MuxNotFound
from mux_live import MuxLive
from mux_resources import MuxAsset, MuxLiveStream, MuxSimulcastTarget, MuxUpload
from passthrough import Passthrough
from records import SimulcastTarget, Stream, StreamStatus, Upload, UploadStatus, Video, VideoStatus
from store import Store

type Kind = Literal["upload", "asset", "stream"]

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

    def __init__(self, store: Store, mux: MuxClient, live: MuxLive) -> None:
        self._store = store
        self._mux = mux
        self._live = live
        self._gone = Recent()
        self._asked: dict[str, float] = {}  # when Mux was asked for what the store has
        self._hurry = asyncio.Event()

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
        if known and _overtaken(asset, status, known):
            return
        if known is None or known.status != status:
            log.info("video %s is %s", asset.id, status)
        is_recording = asset.live_stream_id is not None
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
                stream_id=asset.live_stream_id or label.stream or None,
                live=asset.is_live,
                marks=label.marks,
                source_asset_id=asset.source_asset_id,
                unsettled=is_recording and bool(label.marks) and status != "error",
            )
        )

    async def take_stream(self, stream: MuxLiveStream, asked: float | None = None) -> None:
        """Put a live stream as Mux reports it into the store, if it is one of ours.

        `asked` is when Mux was asked (`time.monotonic`), for any answer but that to a change: one
        that was on its way meanwhile does not know of the change yet.
        """
        label = Passthrough.decode(stream.passthrough)
        if label is None or stream.id in self._gone:
            return
        asked = asked or time.monotonic()
        if asked < self._asked.get(stream.id, 0.0):
            return
        self._asked[stream.id] = asked
        known = await self._store.stream(stream.id)
        status = _stream_status(stream)
        if known is None or known.status != status:
            log.info("live stream %s is %s", stream.id, status)
        await self._store.save_stream(
            Stream(
                id=stream.id,
                title=stream.title,
                host=label.account_id,
                host_name=label.account_name,
                created_at=datetime.fromtimestamp(stream.created_at, UTC),
                start_time=_moment(label.start_time),
                stream_key=stream.stream_key,
                playback_id=stream.playback_id,
                status=status,
                enabled=stream.status != "disabled",
                record=label.record,
                visibility="signup" if label.visibility == "signup" else "public",
                latency_mode=stream.latency_mode,
                reconnect_window=stream.reconnect_window,
                asset_id=stream.active_asset_id or next(reversed(stream.recent_asset_ids), None),
                recordings=stream.recent_asset_ids,
                targets=tuple(_target(each) for each in stream.simulcast_targets),
                live_since=await self._live_since(known, stream) if status == "live" else None,
                connected=_connected(known, status),
                reconnect_until=known.reconnect_until if known and status == "live" else None,
            )
        )

    async def _live_since(self, known: Stream | None, stream: MuxLiveStream) -> datetime:
        """A restarted app takes the beginning of the recording for it."""
        if known:
            return known.live_since or datetime.now(UTC)
        recording = await self._store.video(stream.active_asset_id or "")
        return recording.upload_time if recording else datetime.now(UTC)

    async def note_connection(self, stream_id: str, *, connected: bool, at: datetime) -> None:
        """Remember from an event whether the encoder of a live stream is there."""
        known = await self._store.stream(stream_id)
        if known is None:
            return
        until = None if connected else at + timedelta(seconds=known.reconnect_window)
        await self._store.save_stream(replace(known, connected=connected, reconnect_until=until))

    async def forget(self, kind: Kind, resource_id: str) -> None:
        """Take what is deleted out of the store, whatever late answers still say of it."""
        self._gone.add(resource_id)
        if kind == "asset":
            await self._store.delete_video(resource_id)
        elif kind == "stream":
            self._asked.pop(resource_id, None)
            await self._store.delete_stream(resource_id)
        else:
            await self._store.delete_upload(resource_id)

    async def refresh(self, kind: Kind, resource_id: str) -> None:
        """Read one resource from Mux again; for others their asset as well. Raises MuxError."""
        try:
            if kind == "asset":
                await self.take_asset(await self._mux.get_asset(resource_id))
            elif kind == "stream":
                await self._refresh_stream(resource_id)
            else:
                await self._refresh_upload(resource_id)
        except MuxNotFound:
            await self.forget(kind, resource_id)

    async def _refresh_upload(self, upload_id: str) -> None:
        """The asset first, so that an upload is never finished before its video is there."""
        upload = await self._mux.get_upload(upload_id)
        if upload.asset_id and Passthrough.decode(upload.passthrough):
            await self.refresh("asset", upload.asset_id)
        await self.take_upload(upload)

    async def _refresh_stream(self, stream_id: str) -> None:
        asked = time.monotonic()
        stream = await self._live.get(stream_id)
        latest = stream.active_asset_id or next(reversed(stream.recent_asset_ids), None)
        if latest and latest not in self._gone and Passthrough.decode(stream.passthrough):
            await self.refresh("asset", latest)
        await self.take_stream(stream, asked)


def _overtaken(asset: MuxAsset, status: VideoStatus, known: Video) -> bool:
    """Whether this answer is older than what is known: assets never go back."""
    if status == "processing" and known.status != "processing":
        return True
    return asset.is_live and not known.live and known.status == "ready"


def _target(target: MuxSimulcastTarget) -> SimulcastTarget:
    return SimulcastTarget(
        id=target.id,
        name=target.passthrough,
        url=target.url,
        status=target.status,
        error_severity=target.error_severity,
    )


def _stream_status(stream: MuxLiveStream) -> StreamStatus:
    """Before the first broadcast it is scheduled, after one it is over until the next."""
    if stream.status == "active":
        return "live"
    # A broadcast that is just beginning is among the recent ones already.
    over = [each for each in stream.recent_asset_ids if each != stream.active_asset_id]
    return "ended" if over else "scheduled"


def _connected(known: Stream | None, status: StreamStatus) -> bool:
    """What an encoder still sends when the broadcast is over is of no use."""
    if known is None or (known.status == "live" and status != "live"):
        return status == "live"
    return known.connected


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
