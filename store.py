"""What the app knows: accounts, uploads and videos in dicts, and who wants to hear of changes.

Mux keeps the record of videos and uploads; these dicts are the app's copy of it, filled by `sync`.
The methods are `async` so that a database can take the dicts' place without touching a view. All
of them run on the event loop, so the dicts need no locks.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type VideoStatus = Literal["processing", "ready", "error"]
type UploadStatus = Literal["waiting", "asset_created", "errored", "cancelled", "timed_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody with a login. `password_hash` is None until a restored account sets one again."""

    id: str
    name: str
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A direct upload: a URL at Mux that takes the bytes of one file from the browser."""

    id: str
    user: str
    created_at: datetime
    status: UploadStatus
    title: str
    filename: str
    size: int
    url: str | None = field(default=None, repr=False)
    asset_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """An asset at Mux that one of our accounts uploaded. `duration` is in seconds."""

    asset_id: str
    title: str
    uploader: str
    uploader_name: str
    upload_time: datetime
    status: VideoStatus
    playback_id: str | None = None
    duration: float | None = None
    aspect_ratio: str | None = None
    error: str | None = None


class Watcher:
    """Wakes one event stream whenever the thing it shows has changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Note a change; several before the next `changed` count as one."""
        self._changed.set()

    async def changed(self, seconds: float) -> bool:
        """Wait for a change; False when there was none for so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class Store:
    """The dicts, keyed by Mux's IDs, and the watchers of each."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._uploads: dict[str, Upload] = {}
        self._videos: dict[str, Video] = {}
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self.complete = asyncio.Event()  # set once everything that Mux has was read
        self.closing = False

    async def account(self, account_id: str) -> Account | None:
        """Look an account up by the ID in its session cookie."""
        return self._accounts.get(account_id)

    async def account_named(self, name: str) -> Account | None:
        """Look an account up by its name, in any mixture of capitals."""
        wanted = name.casefold()
        return next((a for a in self._accounts.values() if a.name.casefold() == wanted), None)

    async def save_account(self, account: Account) -> None:
        """Add or replace an account."""
        self._accounts[account.id] = account

    async def upload(self, upload_id: str) -> Upload | None:
        """Look one upload up."""
        return self._uploads.get(upload_id)

    async def uploads(self) -> list[Upload]:
        """Every upload, newest first."""
        return sorted(self._uploads.values(), key=lambda upload: upload.created_at, reverse=True)

    async def save_upload(self, upload: Upload) -> None:
        """Add or replace an upload, and wake whoever watches it when it is not what it was."""
        if self._uploads.get(upload.id) != upload:
            self._uploads[upload.id] = upload
            self._wake(upload.id)

    async def delete_upload(self, upload_id: str) -> None:
        """Forget an upload that Mux no longer has."""
        if self._uploads.pop(upload_id, None):
            self._wake(upload_id)

    async def video(self, asset_id: str) -> Video | None:
        """Look one video up by its asset's ID."""
        return self._videos.get(asset_id)

    async def videos(self) -> list[Video]:
        """Every video, newest first."""
        return sorted(self._videos.values(), key=lambda video: video.upload_time, reverse=True)

    async def save_video(self, video: Video) -> None:
        """Add or replace a video, and wake whoever watches it or its upload when it changed."""
        if self._videos.get(video.asset_id) != video:
            self._videos[video.asset_id] = video
            self._wake(video.asset_id)
            for upload in self._uploads.values():
                if upload.asset_id == video.asset_id:
                    self._wake(upload.id)

    async def delete_video(self, asset_id: str) -> None:
        """Forget a video that Mux no longer has."""
        if self._videos.pop(asset_id, None):
            self._wake(asset_id)

    @contextmanager
    def watch(self, *ids: str) -> Generator[Watcher]:
        """Hear of changes of these uploads or videos, until the block is left."""
        watcher = Watcher()
        for key in ids:
            self._watchers[key].add(watcher)
        try:
            yield watcher
        finally:
            for key in ids:
                self._watchers[key].discard(watcher)
                if not self._watchers[key]:
                    del self._watchers[key]

    def close(self) -> None:
        """End every event stream, so that the server can stop without waiting for them."""
        self.closing = True
        for key in list(self._watchers):
            self._wake(key)

    def _wake(self, key: str) -> None:
        for watcher in self._watchers.get(key, ()):
            watcher.wake()
