"""Who is watching each live stream at this moment, and the most there ever were at once.

Mux's own counts need players that report to Mux Data, and lag behind; the open event streams of the
watch pages tell it at once. https://www.mux.com/docs/guides/see-how-many-people-are-watching
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from recent import RecentDict
from store import Store

TELL_SECONDS = 0.5


class Audience:
    """Counts viewers, not pages: somebody with three tabs is one viewer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._peaks: RecentDict[int] = RecentDict()
        self._told_soon: set[str] = set()

    def now(self, stream_id: str) -> int:
        """How many are watching."""
        return len(self._pages[stream_id]) if stream_id in self._pages else 0

    def peak(self, stream_id: str) -> int:
        """The most that ever watched at once, since the app was started."""
        return self._peaks.get(stream_id, 0)

    @contextmanager
    def watching(self, stream_id: str, viewer: str) -> Generator[None]:
        """Count a viewer as long as the block lasts."""
        pages = self._pages[stream_id]
        pages[viewer] += 1
        self._changed(stream_id)
        try:
            yield
        finally:
            pages[viewer] -= 1
            if not pages[viewer]:
                del pages[viewer]
            if not pages:
                self._pages.pop(stream_id, None)
            self._changed(stream_id)

    def _changed(self, stream_id: str) -> None:
        """Tell the pages, but not for each of a thousand viewers who come at once."""
        self._peaks[stream_id] = max(self.peak(stream_id), self.now(stream_id))
        if stream_id not in self._told_soon:
            self._told_soon.add(stream_id)
            asyncio.get_running_loop().call_later(TELL_SECONDS, self._tell, stream_id)

    def _tell(self, stream_id: str) -> None:
        self._told_soon.discard(stream_id)
        self._store.wake(stream_id)
