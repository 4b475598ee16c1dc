"""One budget for all calls to Mux, below Mux's own limits, so that Mux never has to refuse.

Mux allows one POST and five other requests a second in the long run, with bursts of a size that it
does not publish: https://www.mux.com/docs/core/make-api-requests. Each of the two kinds has a token
bucket here. Somebody who waits for an answer goes first: background work leaves them half of each
bucket, and starts a call only when nobody is waiting.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from mux_errors import MuxBusy

# Seconds' worth of calls that may come at once. Shorter than anything Mux can call a burst.
BURST_SECONDS = 5.0
# What is left of a visitor's patience after this must do for the call itself.
LONGEST_WAIT_SECONDS = 5.0

# Whether this task works for nobody in particular, such as the reconciliation.
in_background: ContextVar[bool] = ContextVar("in_background", default=False)


class MuxBudget:
    """Two token buckets: one for POST, one for all else; rates in calls per second."""

    def __init__(
        self,
        posts: float,
        others: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._buckets = {True: Bucket(posts, clock), False: Bucket(others, clock)}
        self._sleep = sleep

    async def spend(self, *, post: bool) -> None:
        """Wait until one more call fits. Raises MuxBusy when somebody would wait too long."""
        bucket = self._buckets[post]
        if in_background.get():
            while wait := bucket.until_quiet():
                await self._sleep(wait)
            bucket.take()
            return
        wait = bucket.take()
        if wait > LONGEST_WAIT_SECONDS:
            bucket.give_back()
            raise MuxBusy
        if wait:
            await self._sleep(wait)

    def refused(self, *, post: bool) -> None:
        """Mux said 429 all the same, to other programs of the same account perhaps: slow down."""
        self._buckets[post].empty()


class Bucket:
    """Fills by `rate` a second; below zero it counts the calls that wait for their turn."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        # A burst of one would leave nothing to divide between people and the background.
        self._size = max(2.0, rate * BURST_SECONDS)
        self._left = self._size
        self._clock = clock
        self._filled_at = clock()

    def take(self) -> float:
        """Take one, and return the seconds until its turn."""
        self._fill()
        self._left -= 1
        return max(0.0, -self._left / self._rate)

    def give_back(self) -> None:
        """Return one whose turn had not come."""
        self._left += 1

    def until_quiet(self) -> float:
        """Seconds until one can be taken that leaves half of the bucket to others; 0 for now."""
        self._fill()
        # Rounding must not have anybody wait for a billionth of a second.
        missing = round(self._size / 2 + 1 - self._left, 6)
        return max(0.0, missing / self._rate)

    def empty(self) -> None:
        """Have the next one wait."""
        self._fill()
        self._left = min(self._left, 0.0)

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._filled_at) * self._rate)
        self._filled_at = now
