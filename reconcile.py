"""Asks Mux for whatever no webhook told of: on start, while something is pending, and rarely else.

Webhooks cannot reach an app on localhost, and get lost on the way to any other, so the app must
come to the truth without them. https://www.mux.com/docs/core/make-api-requests has the rate limits.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import logs
from doubles import Doubles
from mux_client import LIST_LIMIT, UPLOAD_SECONDS, MuxClient
from mux_errors import MuxBusy, MuxError
from mux_live import MuxLive
from passthrough import Passthrough
from recordings import Recordings
from records import Stream, Video
from store import Store
from sync import Kind, Sync
from video_length import VideoLength
from visibilities import Visibilities

# Seconds between two looks at Mux: after something was started, growing up to one of the others.
FIRST_PAUSE = 3.0
PENDING_PAUSE = 12.0
IDLE_PAUSE = 300.0
# A page of the list costs as much as one question, and may answer a hundred.
ASKED_SINGLY = 3
NONE_LEFT = -1  # reads to the end of the list
MOST_PAGES = 100
# An upload that is over only leads on from its page; the dict must not keep a day of them.
OVER_KEPT = 1_000

log = logging.getLogger(__name__)


class Reconciliation:
    """Compares the store with Mux, often while something is pending and ever less when not."""

    def __init__(
        self,
        store: Store,
        mux: MuxClient,
        live: MuxLive,
        sync: Sync,
        recordings: Recordings,
        visibilities: Visibilities,
        lengths: VideoLength,
        doubles: Doubles,
    ) -> None:
        self._store = store
        self._mux = mux
        self._live = live
        self._sync = sync
        self._recordings = recordings
        self._visibilities = visibilities
        self._lengths = lengths
        self._doubles = doubles
        self._read_again_at = 0.0  # however much is pending

    async def run(self) -> None:
        """Ask until cancelled; the first round rebuilds the store."""
        pause = 0.0
        with logs.found_by("reconciliation"):
            while True:
                hurried = await self._sync.hurried(pause)
                pause = FIRST_PAUSE if hurried else max(pause * 1.5, FIRST_PAUSE)
                if not await self._ask():
                    pause = min(pause, PENDING_PAUSE)
                pause = min(pause, PENDING_PAUSE if await self._pending() else IDLE_PAUSE)

    async def _ask(self) -> bool:
        pending = await self._pending()
        try:
            now = time.monotonic()
            if pending and self._store.complete.is_set() and now < self._read_again_at:
                await self._catch_up(pending)
            else:
                self._read_again_at = now + IDLE_PAUSE
                await self._read_everything()
            await self._doubles.settle()
            await self._lengths.settle()
            await self._visibilities.settle()
            await self._recordings.settle()
        except MuxBusy:
            log.warning("Mux has too many requests; asking for news again later")
            # Whatever hurries has to wait as well, or it would only keep Mux busy.
            await asyncio.sleep(PENDING_PAUSE)
            return False
        except MuxError as error:
            log.warning("could not ask Mux for news: %s", error.message)
            return False
        return True

    async def _pending(self) -> list[tuple[Kind, str]]:
        """What is going to change at Mux without our doing."""
        uploads = await self._store.uploads()
        videos = await self._store.videos()
        streams = await self._store.streams()
        return [
            *(("upload", each.id) for each in uploads if each.status == "waiting"),
            *(("asset", each.asset_id) for each in videos if _moves(each)),
            *(("stream", each.id) for each in streams if self._is_followed(each)),
        ]

    def _is_followed(self, stream: Stream) -> bool:
        """A live stream can begin at any time, but only matters while somebody looks."""
        return stream.status == "live" or self._store.is_watched(stream.id)

    async def _catch_up(self, pending: list[tuple[Kind, str]]) -> None:
        """One list call covers a hundred; only the few that remain are asked for singly.

        Assets first, so that an upload is never shown as finished before its video is there.
        """
        missing: dict[Kind, set[str]] = {"asset": set(), "upload": set(), "stream": set()}
        for kind, resource_id in pending:
            missing[kind].add(resource_id)
        await self._take_assets(missing["asset"], few=ASKED_SINGLY)
        await self._take_uploads(missing["upload"], few=ASKED_SINGLY)
        await self._take_streams(missing["stream"], few=ASKED_SINGLY)
        for kind, ids in missing.items():
            if len(ids) > ASKED_SINGLY:
                await self._confirm_gone(kind, ids)
                continue
            for resource_id in ids:
                await self._sync.refresh(kind, resource_id)

    async def _read_everything(self) -> None:
        """Make the store what Mux has: on start, and every few minutes."""
        videos = {video.asset_id for video in await self._store.videos()}
        await self._take_assets(videos)
        await self._confirm_gone("asset", videos)
        streams = {stream.id for stream in await self._store.streams()}
        await self._take_streams(streams)
        await self._confirm_gone("stream", streams)
        await self._read_uploads()
        if not self._store.complete.is_set():
            self._store.complete.set()
            known = {
                "videos": len(await self._store.videos()),
                "streams": len(await self._store.streams()),
            }
            logs.event("everything read from Mux", **known)

    async def _confirm_gone(self, kind: Kind, missing: set[str]) -> None:
        """Ask singly for what a list left out: one bad answer must not empty the site.

        The first that is there after all shows that the list was wrong; the rest are left alone.
        """
        there: dict[Kind, Callable[[str], Awaitable[object]]] = {
            "asset": self._store.video,
            "upload": self._store.upload,
            "stream": self._store.stream,
        }
        for resource_id in missing:
            await self._sync.refresh(kind, resource_id)
            if await there[kind](resource_id):
                log.warning("a list of Mux left out %s %s, which it has", kind, resource_id)
                return

    async def _take_assets(self, missing: set[str], few: int = NONE_LEFT) -> None:
        """Read page after page, crossing off what is listed, until only so few are missing."""
        cursor: str | None = None
        while True:
            asked = time.monotonic()
            assets, cursor = await self._mux.list_assets(cursor)
            for asset in assets:
                missing.discard(asset.id)
                await self._sync.take_asset(asset, asked)
            if not cursor or len(missing) <= few:
                break

    async def _take_streams(self, missing: set[str], few: int = NONE_LEFT) -> None:
        async for streams, asked in _pages(self._live.list):
            for stream in streams:
                missing.discard(stream.id)
                await self._sync.take_stream(stream, asked)
            if len(missing) <= few:
                break

    async def _take_uploads(self, missing: set[str], few: int) -> None:
        async for uploads, _ in _pages(self._mux.list_uploads):
            for upload in uploads:
                missing.discard(upload.id)
                await self._sync.take_upload(upload)
            if len(missing) <= few:
                break

    async def _read_uploads(self) -> None:
        """Read uploads that can still be finished and the latest that are over; forget others."""
        oldest = time.time() - UPLOAD_SECONDS
        over = 0
        async for uploads, _ in _pages(self._mux.list_uploads):
            labels = [Passthrough.decode(upload.passthrough) for upload in uploads]
            for upload, label in zip(uploads, labels, strict=True):
                over += bool(label) and upload.status != "waiting"
                if label and label.started_at >= oldest and over <= OVER_KEPT:
                    await self._sync.take_upload(upload)
            if any(label and label.started_at < oldest for label in labels):
                break
        await self._forget_uploads(oldest)

    async def _forget_uploads(self, oldest: float) -> None:
        uploads = await self._store.uploads()
        too_many = [each for each in uploads if each.status != "waiting"][OVER_KEPT:]
        too_old = [each for each in uploads if each.created_at.timestamp() < oldest]
        for upload in (*too_many, *too_old):
            await self._store.delete_upload(upload.id)


async def _pages[Listed](
    list_page: Callable[[int], Awaitable[list[Listed]]],
) -> AsyncGenerator[tuple[list[Listed], float]]:
    """Page after page, each with when Mux was asked for it (`time.monotonic`)."""
    for page in range(1, MOST_PAGES):
        asked = time.monotonic()
        listed = await list_page(page)
        yield listed, asked
        if len(listed) < LIST_LIMIT:
            break


def _moves(video: Video) -> bool:
    return video.status == "processing" or video.live or video.unsettled
