"""Brings Mux's truth into the store.

Webhooks may be late, doubled, shuffled or lost, so an event is never believed: it only says which
resource to read from the API again. `reconcile` finds whatever no event told of.
https://www.mux.com/docs/core/listen-for-webhooks

The one thing that only events tell is whether an encoder is connected at this moment.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from weakref import WeakValueDictionary

import logs
from attempts import Attempts
from mux_client import MuxClient
from mux_errors import MuxError, MuxNotFound
from mux_live import MuxLive
from mux_resources import MuxAsset, MuxLiveStream, MuxUpload
from mux_states import (
    UPLOAD_STATUS,
    VIDEO_STATUS,
    is_connected,
    is_overtaken,
    is_too_long,
    moment,
    reconnect_until,
    refused_for_length,
    simulcast_target,
    stream_status,
    video_of,
    visibility_in,
)
from passthrough import AS_STREAM, Passthrough
from recent import Recent
from records import Stream, Upload, Visibility
from store import Store

type Kind = Literal["upload", "asset", "stream"]


class Sync:
    """Keeps the store equal to what Mux says."""

    def __init__(
        self,
        store: Store,
        mux: MuxClient,
        live: MuxLive,
        attempts: Attempts,
        longest_seconds: float,
    ) -> None:
        self._store = store
        self._mux = mux
        self._live = live
        self._attempts = attempts
        self._longest_seconds = longest_seconds
        self._gone = Recent()
        self._asked: dict[str, float] = {}  # when Mux was asked for what the store has
        self._hurry = asyncio.Event()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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

    @asynccontextmanager
    async def changing(self, resource_id: str) -> AsyncGenerator[None]:
        """Keep others from changing the same resource between reading and writing it."""
        async with self._locks.setdefault(resource_id, asyncio.Lock()):
            yield

    def _note(self, what: str, **ids: str | None) -> None:
        """Log a change; what is only read again after a start is none."""
        if self._store.complete.is_set():
            logs.event(what, **ids)

    def _note_asset(self, asset: MuxAsset, status: str, label: Passthrough) -> None:
        stream = asset.live_stream_id or label.stream or None
        what = "recording live" if asset.is_live else f"video {status}"
        self._note(what, asset=asset.id, stream=stream, clip_of=asset.source_asset_id)

    async def take_upload(self, upload: MuxUpload) -> None:
        """Put an upload as Mux reports it into the store, if it is one of ours."""
        label = Passthrough.decode(upload.passthrough)
        if label is None:
            return
        waits = upload.status == "waiting"
        if waits and self._attempts.note_double("upload", upload.id, label.attempt):
            return
        known = await self._store.upload(upload.id)
        status = UPLOAD_STATUS.get(upload.status, "waiting")
        if status == "waiting" and known and known.status != "waiting":
            return  # an answer that was overtaken on its way
        if known and known.status == "errored":
            return  # perhaps for a reason that Mux does not know
        if known is None or known.status != status:
            self._note(f"upload {status}", upload=upload.id, asset=upload.asset_id)
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

    async def take_asset(self, asset: MuxAsset, asked: float | None = None) -> None:
        """Put an asset as Mux reports it into the store, if it is one of ours and still wanted.

        `asked` as with `take_stream`.
        """
        label = Passthrough.decode(asset.passthrough)
        if label is None or asset.id in self._gone or self._too_late(asset.id, asked):
            return
        known = await self._store.video(asset.id)
        if is_too_long(asset, self._longest_seconds):
            asset = refused_for_length(asset, self._longest_seconds)
            if known is None or known.status != "error":
                self.hurry()
        status = VIDEO_STATUS.get(asset.status, "processing")
        if known and is_overtaken(asset, status, known):
            return
        if known is None or known.status != status:
            self._note_asset(asset, status, label)
        elif known.live and not asset.is_live and status == "ready":
            self._note("recording ready", asset=asset.id, stream=asset.live_stream_id)
        visibility = await self._visibility(label, asset.live_stream_id)
        await self._store.save_video(video_of(asset, status, label, visibility))

    async def take_stream(self, stream: MuxLiveStream, asked: float | None = None) -> None:
        """Put a live stream as Mux reports it into the store, if it is one of ours.

        `asked` is when Mux was asked (`time.monotonic`), for any answer but that to a change: one
        that was on its way meanwhile does not know of the change yet.
        """
        label = Passthrough.decode(stream.passthrough)
        if label is None or stream.id in self._gone or self._too_late(stream.id, asked):
            return
        if self._attempts.note_double("stream", stream.id, label.attempt):
            return
        known = await self._store.stream(stream.id)
        status = stream_status(stream)
        if known is None or known.status != status:
            self._note(f"stream {status}", stream=stream.id, asset=stream.active_asset_id)
        await self._store.save_stream(
            Stream(
                id=stream.id,
                title=stream.title,
                host=label.account_id,
                host_name=label.account_name,
                created_at=datetime.fromtimestamp(stream.created_at, UTC),
                start_time=moment(label.start_time),
                stream_key=stream.stream_key,
                playback_ids=stream.playback_ids,
                status=status,
                enabled=stream.status != "disabled",
                record=label.record,
                visibility=(visibility := visibility_in(label)),
                latency_mode=stream.latency_mode,
                reconnect_window=stream.reconnect_window,
                asset_id=stream.active_asset_id or next(reversed(stream.recent_asset_ids), None),
                recordings=stream.recent_asset_ids,
                targets=tuple(simulcast_target(each) for each in stream.simulcast_targets),
                live_since=await self._live_since(known, stream) if status == "live" else None,
                connected=is_connected(known, status),
                reconnect_until=reconnect_until(known, status),
                connection_at=known.connection_at if known else None,
            )
        )
        if known is None or known.visibility != visibility:
            await self._have_recordings_follow(stream.id, visibility)

    async def _have_recordings_follow(self, stream_id: str, visibility: Visibility) -> None:
        for video in await self._store.videos():
            if video.stream_id == stream_id and video.follows_stream:
                await self._store.save_video(replace(video, visibility=visibility))

    def _too_late(self, resource_id: str, asked: float | None) -> bool:
        """Whether a younger answer about this was taken already; if not, this is the youngest."""
        asked = asked or time.monotonic()
        if asked < self._asked.get(resource_id, 0.0):
            return True
        self._asked[resource_id] = asked
        return False

    async def _visibility(self, label: Passthrough, stream_id: str | None) -> Visibility:
        """For whom a video is; a recording of a stream unknown here is for its host alone."""
        if label.visibility != AS_STREAM:
            return visibility_in(label)
        stream = await self._store.stream(stream_id or "")
        return stream.visibility if stream else "signup"

    async def _live_since(self, known: Stream | None, stream: MuxLiveStream) -> datetime:
        """A restarted app takes the beginning of the recording for it."""
        if known:
            return known.live_since or datetime.now(UTC)
        recording = await self._store.video(stream.active_asset_id or "")
        return recording.upload_time if recording else datetime.now(UTC)

    async def note_connection(self, stream_id: str, *, connected: bool, at: datetime) -> None:
        """Remember from an event whether the encoder of a live stream is there."""
        known = await self._store.stream(stream_id)
        overtaken = known and known.connection_at and at < known.connection_at
        if known is None or overtaken:
            return
        until = None if connected else at + timedelta(seconds=known.reconnect_window)
        if connected:
            self._note("encoder connected", stream=stream_id)
        else:
            what = "stream reconnecting" if known.status == "live" else "encoder disconnected"
            self._note(what, stream=stream_id)
        await self._store.save_stream(
            replace(known, connected=connected, reconnect_until=until, connection_at=at)
        )

    async def forget(self, kind: Kind, resource_id: str) -> None:
        """Take what is deleted out of the store, whatever late answers still say of it."""
        if resource_id not in self._gone:
            self._note(
                "video deleted" if kind == "asset" else f"{kind} deleted", **{kind: resource_id}
            )
        self._gone.add(resource_id)
        self._asked.pop(resource_id, None)
        if kind == "asset":
            await self._store.delete_video(resource_id)
        elif kind == "stream":
            await self._store.delete_stream(resource_id)
        else:
            await self._store.delete_upload(resource_id)

    async def refresh(self, kind: Kind, resource_id: str) -> None:
        """Read one resource from Mux again; for others their asset as well. Raises MuxError."""
        try:
            if kind == "asset":
                asked = time.monotonic()
                await self.take_asset(await self._mux.get_asset(resource_id), asked)
            elif kind == "stream":
                await self._refresh_stream(resource_id)
            else:
                await self._refresh_upload(resource_id)
        except MuxNotFound:
            await self.forget(kind, resource_id)

    async def refresh_after(self, kind: Kind, resource_id: str) -> None:
        """Read again what a call has just changed; the change is made, whatever this comes to."""
        try:
            await self.refresh(kind, resource_id)
        except MuxError:
            self.hurry()

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
