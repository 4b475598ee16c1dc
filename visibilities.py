"""Who may watch what: kept in the app's label at Mux, and enforced by Mux's playback policies.

A playback ID cannot change its policy, so a change makes a new one, writes down for whom it is from
now on, and then deletes the old one. Whatever is left half done, by a crash or a lost answer,
`settle` finishes: the label is right, and the playback IDs must come to fit it.
https://www.mux.com/docs/guides/secure-video-playback
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from mux_client import MuxClient
from mux_errors import MuxGivesNoKey, MuxNotFound, MuxRefused
from mux_live import LatencyMode, MuxLive
from passthrough import Passthrough
from records import POLICIES, Stream, Video, Visibility
from signing_keys import SigningKeys
from store import Store
from sync import Sync

log = logging.getLogger(__name__)


class StreamDetails(NamedTuple):
    """What a host may change of a live stream; None leaves the latency mode as it is."""

    title: str
    label: Passthrough
    visibility: Visibility
    latency_mode: LatencyMode | None


class Visibilities:
    """Changes who may watch, and finishes such changes. Every method raises MuxError."""

    def __init__(
        self, store: Store, mux: MuxClient, live: MuxLive, sync: Sync, keys: SigningKeys
    ) -> None:
        self._store = store
        self._mux = mux
        self._live = live
        self._sync = sync
        self._keys = keys

    async def change_video(self, video: Video, title: str, visibility: Visibility) -> None:
        """Give a video another title, and make it for other people."""
        await self._keys.prepare(visibility)
        async with self._sync.changing(video.asset_id):
            asset = await self._mux.get_asset(video.asset_id)
            label = Passthrough.decode(asset.passthrough)
            if label is None:
                raise MuxNotFound
            await self._sync.take_asset(asset)
            await self._open_video(video.asset_id, visibility)
            # A running recording goes on following its stream, unless this is another choice.
            if visibility != video.visibility:
                label = label.seen_by(visibility)
            described = await self._mux.describe_asset(
                asset.id, title=title, passthrough=label.encode()
            )
            await self._sync.take_asset(described)
            await self._close_video(asset.id)

    async def change_stream(self, stream: Stream, details: StreamDetails) -> None:
        """Change a live stream; recordings that are over stay for whom they were."""
        await self._keys.prepare(details.visibility)
        await self.keep_recordings(stream, running=False)
        async with self._sync.changing(stream.id), self._running_recordings(stream) as running:
            for asset_id in running:
                await self._open_video(asset_id, details.visibility)
            await self._open_stream(stream.id, details.visibility)
            updated = await self._live.update(
                stream.id,
                title=details.title,
                passthrough=details.label.seen_by(details.visibility).encode(),
                latency_mode=details.latency_mode,
            )
            await self._sync.take_stream(updated)
            await self._close_stream(stream.id)
            for asset_id in running:
                await self._close_video(asset_id)

    @asynccontextmanager
    async def _running_recordings(self, stream: Stream) -> AsyncGenerator[list[str]]:
        """What follows the stream, kept from other changes for so long."""
        running = [video.asset_id for video in await self._followers(stream) if video.live]
        async with AsyncExitStack() as stack:
            for asset_id in running:
                await stack.enter_async_context(self._sync.changing(asset_id))
            yield running

    async def _followers(self, stream: Stream) -> list[Video]:
        return [
            video
            for video in await self._store.videos()
            if video.stream_id == stream.id and video.follows_stream
        ]

    async def keep_recordings(self, stream: Stream, *, running: bool) -> None:
        """Write down for whom recordings are, before the stream changes; or goes, running ones."""
        for video in await self._followers(stream):
            if running or not video.live:
                async with self._sync.changing(video.asset_id):
                    await self._write_down(video)

    async def settle(self) -> None:
        """Finish what is half done."""
        videos, streams = await self._store.videos(), await self._store.streams()
        if any(each.visibility == "signup" for each in (*videos, *streams)):
            await self._prepare_unless_refused()
        for video in videos:
            if video.status != "error" and _is_unsettled(video):
                await self._unless_refused(self._settle_video, video)
        for stream in streams:
            if not stream.settled:
                await self._unless_refused(self._settle_stream, stream)

    async def _prepare_unless_refused(self) -> None:
        """Whoever has the access token must act first, so asking soon again is of no use."""
        try:
            await self._keys.prepare("signup")
        except MuxGivesNoKey as error:
            log.warning("no signing key: %s", error.message)

    async def _unless_refused[Thing: (Video, Stream)](
        self, settle: Callable[[Thing], Awaitable[None]], thing: Thing
    ) -> None:
        try:
            await settle(thing)
        except MuxRefused as error:
            log.warning("“%s” is not for whom it should be: %s", thing.title, error.message)

    async def _settle_video(self, video: Video) -> None:
        async with self._sync.changing(video.asset_id):
            await self._sync.refresh("asset", video.asset_id)
            current = await self._store.video(video.asset_id)
            if current is None or not _is_unsettled(current):
                return
            await self._open_video(current.asset_id, current.visibility)
            if current.follows_stream and not current.live:
                await self._write_down(current)
            await self._close_video(current.asset_id)

    async def _write_down(self, recording: Video) -> None:
        asset = await self._mux.get_asset(recording.asset_id)
        if label := Passthrough.decode(asset.passthrough):
            passthrough = label.seen_by(recording.visibility).encode()
            await self._sync.take_asset(await self._mux.mark_asset(asset.id, passthrough))

    async def _settle_stream(self, stream: Stream) -> None:
        async with self._sync.changing(stream.id):
            await self._sync.refresh("stream", stream.id)
            if current := await self._store.stream(stream.id):
                await self._open_stream(current.id, current.visibility)
                await self._close_stream(current.id)

    async def _open_video(self, asset_id: str, visibility: Visibility) -> None:
        """Make the playback ID that these people need, unless it is there."""
        video = await self._store.video(asset_id)
        if video and not video.playback_id_for(visibility):
            await self._mux.add_playback_id(asset_id, POLICIES[visibility])
            await self._sync.refresh("asset", asset_id)

    async def _close_video(self, asset_id: str) -> None:
        """Delete the playback IDs that are not for these people, once the others are in use."""
        video = await self._store.video(asset_id)
        if video and video.playback_id and video.stray_playback_ids:
            for stray in video.stray_playback_ids:
                await self._mux.remove_playback_id(asset_id, stray.id)
            await self._sync.refresh("asset", asset_id)

    async def _open_stream(self, stream_id: str, visibility: Visibility) -> None:
        stream = await self._store.stream(stream_id)
        if stream and not stream.playback_id_for(visibility):
            await self._live.add_playback_id(stream_id, POLICIES[visibility])
            await self._sync.refresh("stream", stream_id)

    async def _close_stream(self, stream_id: str) -> None:
        stream = await self._store.stream(stream_id)
        if stream and stream.playback_id and stream.stray_playback_ids:
            for stray in stream.stray_playback_ids:
                await self._live.remove_playback_id(stream_id, stray.id)
            await self._sync.refresh("stream", stream_id)


def _is_unsettled(video: Video) -> bool:
    return not video.settled or (video.follows_stream and not video.live)
