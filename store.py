"""What the app knows, in dicts: accounts, uploads, videos, live streams; and who watches which.

Mux keeps the record of all but the accounts; the dicts are the app's copy of it, filled by `sync`.
The methods are `async` so that a database can take the dicts' place without touching a view. All of
them run on the event loop, so the dicts need no locks.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from records import Account, News, Signup, Stream, Upload, Video
from text import alike

NEWS_KEPT = 100


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
        self._names: dict[str, str] = {}
        self._uploads: dict[str, Upload] = {}
        self._videos: dict[str, Video] = {}
        self._streams: dict[str, Stream] = {}
        self._signups: defaultdict[str, dict[str, Signup]] = defaultdict(dict)
        self._signed_up: defaultdict[str, set[str]] = defaultdict(set)  # the same, by account
        self._news: defaultdict[str, deque[News]] = defaultdict(lambda: deque(maxlen=NEWS_KEPT))
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._versions: dict[str, int] = {}
        self._changes = count()
        self.complete = asyncio.Event()  # set once everything that Mux has was read
        self.closing = False

    async def account(self, account_id: str) -> Account | None:
        """Look an account up by the ID in its session cookie."""
        return self._accounts.get(account_id)

    async def account_named(self, name: str) -> Account | None:
        """Look an account up by its name, or by one that people would take for it."""
        return self._accounts.get(self._names.get(alike(name), ""))

    async def save_account(self, account: Account) -> None:
        """Add or replace an account."""
        self._accounts[account.id] = account
        self._names[alike(account.name)] = account.id

    async def upload(self, upload_id: str) -> Upload | None:
        """Look one upload up."""
        return self._uploads.get(upload_id)

    async def uploads(self) -> list[Upload]:
        """Every upload, newest first."""
        return sorted(self._uploads.values(), key=lambda upload: upload.created_at)[::-1]

    async def save_upload(self, upload: Upload) -> None:
        """Add or replace an upload, and wake whoever watches it when it is not what it was."""
        if self._uploads.get(upload.id) != upload:
            self._uploads[upload.id] = upload
            self.wake(upload.id)

    async def delete_upload(self, upload_id: str) -> None:
        """Forget an upload that Mux no longer has."""
        if self._uploads.pop(upload_id, None):
            self.wake(upload_id)

    async def video(self, asset_id: str) -> Video | None:
        """Look one video up by its asset's ID."""
        return self._videos.get(asset_id)

    async def videos(self) -> list[Video]:
        """Every video, newest first; Mux tells whole seconds, so the last one heard of wins."""
        return sorted(self._videos.values(), key=lambda video: video.upload_time)[::-1]

    async def save_video(self, video: Video) -> None:
        """Add or replace a video; a change wakes who watches it, its upload or its live stream."""
        if self._videos.get(video.asset_id) != video:
            self._videos[video.asset_id] = video
            self.wake(video.asset_id)
            if video.stream_id:
                self.wake(video.stream_id)
            for upload in self._uploads.values():
                if upload.asset_id == video.asset_id:
                    self.wake(upload.id)

    async def delete_video(self, asset_id: str) -> None:
        """Forget a video that Mux no longer has, and who wanted to watch it."""
        self._forget_signups(asset_id)
        if video := self._videos.pop(asset_id, None):
            self.wake(asset_id)
            if video.stream_id:
                self.wake(video.stream_id)

    async def stream(self, stream_id: str) -> Stream | None:
        """Look one live stream up."""
        return self._streams.get(stream_id)

    async def streams(self) -> list[Stream]:
        """Every live stream, newest first."""
        return sorted(self._streams.values(), key=lambda stream: stream.created_at)[::-1]

    async def save_stream(self, stream: Stream) -> None:
        """Add or replace a live stream, and wake whoever watches it when it changed."""
        if self._streams.get(stream.id) != stream:
            self._streams[stream.id] = stream
            self.wake(stream.id)

    async def delete_stream(self, stream_id: str) -> None:
        """Forget a live stream that Mux no longer has, and who wanted to watch it."""
        self._forget_signups(stream_id)
        self._news.pop(stream_id, None)
        if self._streams.pop(stream_id, None):
            self.wake(stream_id)

    async def signups(self, key: str) -> list[Signup]:
        """Who signed up to watch a video or a live stream, the first one first."""
        return list(self._signups[key].values()) if key in self._signups else []

    async def signed_up_for(self, account_id: str) -> frozenset[str]:
        """The IDs of everything that an account signed up to watch."""
        return frozenset(self._signed_up.get(account_id, ()))

    async def sign_up(self, key: str, signup: Signup) -> None:
        """Note that somebody wants to watch; a second time changes nothing."""
        self._signups[key].setdefault(signup.account_id, signup)
        self._signed_up[signup.account_id].add(key)
        self.wake(key)

    async def cancel_signup(self, key: str, account_id: str) -> None:
        """Forget that somebody wants to watch."""
        if key in self._signed_up.get(account_id, ()):
            del self._signups[key][account_id]
            self._signed_up[account_id].discard(key)
            self.wake(key)

    def _forget_signups(self, key: str) -> None:
        for account_id in self._signups.pop(key, {}):
            self._signed_up[account_id].discard(key)

    async def news(self, stream_id: str) -> list[News]:
        """What happened to a live stream, newest first, in whatever order it was told."""
        news = self._news.get(stream_id, ())
        return sorted(news, key=lambda each: each.at, reverse=True)

    async def add_news(self, stream_id: str, at: datetime, text: str) -> None:
        """Note something for the host of a live stream to read."""
        self._news[stream_id].appendleft(News(at, text))
        self.wake(stream_id)

    @contextmanager
    def watch(self, *ids: str) -> Generator[Watcher]:
        """Hear of changes of these uploads, videos or live streams, until the block is left."""
        watcher = Watcher()
        for key in ids:
            self._watchers[key].add(watcher)
            self._versions.setdefault(key, next(self._changes))
        try:
            yield watcher
        finally:
            for key in ids:
                self._watchers[key].discard(watcher)
                if not self._watchers[key]:
                    del self._watchers[key], self._versions[key]

    def version(self, key: str) -> int:
        """A number that is another one after each change of this, while somebody watches it."""
        return self._versions[key]

    def is_watched(self, key: str) -> bool:
        """Whether somebody has a page of this open."""
        return key in self._watchers

    def close(self) -> None:
        """End every event stream, so that the server can stop without waiting for them."""
        self.closing = True
        self.wake_all()

    def wake_all(self) -> None:
        """Have every open page look again."""
        for key in list(self._watchers):
            self.wake(key)

    def wake(self, key: str) -> None:
        """Have everyone who watches this look again."""
        if key in self._versions:
            self._versions[key] = next(self._changes)
        for watcher in self._watchers.get(key, ()):
            watcher.wake()
