"""Time stamps of 32 bits as one growing time, and where an encoder's clock jumps."""

FURTHEST_AHEAD, FURTHEST_BACK = 5000, 1000  # milliseconds from one tag to the next


class UnwrappedTime:
    """Milliseconds since the first tag of a connection."""

    def __init__(self) -> None:
        self._raw: int | None = None
        self._moment = 0

    def of(self, timestamp: int) -> tuple[int, bool]:
        """The time of the next tag, and whether the clock jumped to get there."""
        before, self._moment = self._moment, self.peek(timestamp)
        self._raw = timestamp
        return self._moment, not -FURTHEST_BACK <= self._moment - before <= FURTHEST_AHEAD

    def peek(self, timestamp: int) -> int:
        """The time of a tag without taking it.

        Differences are taken modulo 2^32 and may be negative: sound and picture are not in order.
        """
        if self._raw is None:
            return 0
        return self._moment + (timestamp - self._raw + (1 << 31)) % (1 << 32) - (1 << 31)
