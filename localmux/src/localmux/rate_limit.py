"""Mux's request rates: POST 1 a second, all else 5 a second, with a burst.

Source: https://www.mux.com/docs/core/make-api-requests. Mux does not publish the size of the
burst; here it is ten seconds' worth.
"""

import time

from localmux.answers import MuxError

BURST = 10.0  # seconds' worth of requests


class RateLimit:
    """One token bucket for POST, one for the rest."""

    def __init__(self) -> None:
        self.buckets = {True: _Bucket(1.0), False: _Bucket(5.0)}

    def take(self, method: str) -> dict[str, str]:
        """Headers that tell what is left. Raises MuxError 429 when nothing is."""
        return self.buckets[method == "POST"].take()


class _Bucket:
    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.size = rate * BURST
        self.left = self.size
        self.filled_at = time.monotonic()

    def take(self) -> dict[str, str]:
        now = time.monotonic()
        self.left = min(self.size, self.left + (now - self.filled_at) * self.rate)
        self.filled_at = now
        allowed = self.left >= 1
        self.left -= allowed
        headers = {
            "X-RateLimit-Limit": str(int(self.size)),
            "X-RateLimit-Remaining": str(int(self.left)),
        }
        if not allowed:
            raise MuxError(
                429, "too_many_requests", "Too many requests, retry later.", headers=headers
            )
        return headers
