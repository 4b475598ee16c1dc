"""How often each API path was asked for, so that a test can assert a page asked for none."""

import fnmatch
from collections import Counter

from localmux.answers import Document

API_PREFIXES = ("/video/", "/system/", "/data/")
MOST_PATHS = 10_000  # beyond these, further paths are counted together


class RequestCounts:
    """Counts of API requests by method and path, since the start or the last `clear`."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, method: str, path: str) -> None:
        if not path.startswith(API_PREFIXES):
            return
        known = (method, path) in self.counts or len(self.counts) < MOST_PATHS
        self.counts[method, path if known else "other"] += 1

    def listed(self, method: str = "*", path: str = "*") -> list[Document]:
        """Both filters are patterns with `*`."""
        return [
            {"method": seen_method, "path": seen_path, "count": count}
            for (seen_method, seen_path), count in sorted(self.counts.items())
            if fnmatch.fnmatchcase(seen_method, method) and fnmatch.fnmatchcase(seen_path, path)
        ]

    def clear(self) -> None:
        self.counts.clear()
