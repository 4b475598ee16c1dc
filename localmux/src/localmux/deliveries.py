"""How many seconds of media were sent to players, counted segment by segment."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from localmux.answers import Document
from localmux.clock import Clock
from localmux.media.describe import tier_of

TIERS = ("2160p", "1440p", "1080p", "720p", "audio-only")
HOUR = 3600  # seconds; counts are kept by the hour


@dataclass(frozen=True, slots=True)
class Delivered:
    """Seconds of one asset that were sent, by the tier of their resolution."""

    asset_id: str
    seconds: dict[str, float]


class Deliveries:
    """Counts since the start of the process; `deleted` remembers assets that are gone."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.deleted: dict[str, Document] = {}
        self._seconds: dict[tuple[str, int, str], float] = defaultdict(float)

    def clear(self) -> None:
        self._seconds.clear()
        self.deleted.clear()

    def count(self, asset_id: str, seconds: float, width: int, height: int) -> None:
        """A segment of so many seconds was sent, of a picture of that size or of sound alone."""
        hour = int(self.clock.now()) // HOUR
        self._seconds[asset_id, hour, tier_of(width, height)] += seconds

    def between(self, begin: float, end: float) -> Iterator[Delivered]:
        """What was sent in the hours that begin in this span of Unix seconds."""
        found: dict[str, dict[str, float]] = {}
        for (asset_id, hour, tier), seconds in self._seconds.items():
            if begin <= hour * HOUR < end:
                tiers = found.setdefault(asset_id, dict.fromkeys(TIERS, 0.0))
                tiers[tier] += seconds
        for asset_id, tiers in found.items():
            yield Delivered(asset_id, tiers)

    def forget(self, asset: Document, deleted_at: str) -> None:
        """The asset is gone; what was sent of it stays counted."""
        if any(owner == asset["id"] for owner, _, _ in self._seconds):
            self.deleted[asset["id"]] = asset | {"deleted_at": deleted_at}
