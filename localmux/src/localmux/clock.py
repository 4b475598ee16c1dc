"""Time as a setting: tests move it instead of waiting."""

import time
from datetime import UTC, datetime


class Clock:
    """Wall time plus an offset; `ready_after` is how many seconds an asset prepares at least."""

    def __init__(self) -> None:
        self.ready_after = 0.0
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since 1970, moved by the offset."""
        return time.time() + self.offset

    def timestamp(self) -> str:
        """The form of `created_at` in API answers: a string of Unix seconds."""
        return str(int(self.now()))

    def iso(self) -> str:
        """The form of `created_at` in an event's envelope: UTC with microseconds."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def reset(self) -> None:
        self.ready_after = self.offset = 0.0
