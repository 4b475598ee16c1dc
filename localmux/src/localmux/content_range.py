"""The Content-Range header of an upload's chunk.

Source: https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import re
from dataclasses import dataclass

FORM = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII)
CHUNK = 256 << 10  # bytes; every chunk but the last is a multiple of this


class BadRange(ValueError):
    """The header cannot be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class ContentRange:
    """`first` and `last` are None for a status query, `total` is None while it is unknown."""

    first: int | None
    last: int | None
    total: int | None

    @classmethod
    def parse(cls, header: str) -> "ContentRange":
        """Raises BadRange for a header that is malformed or contradicts itself."""
        match = FORM.fullmatch(header.strip())
        if not match:
            raise BadRange("Content-Range must look like bytes 0-262143/1048576 or bytes */*.")
        first, last, total = (
            int(part) if part and part != "*" else None for part in match.groups()
        )
        if first is not None and last is not None:
            if last < first:
                raise BadRange("Content-Range ends before it starts.")
            if total is not None and last >= total:
                raise BadRange("Content-Range ends beyond its total.")
        return cls(first, last, total)

    @property
    def length(self) -> int:
        """Bytes in the chunk; 0 for a status query."""
        if self.first is None or self.last is None:
            return 0
        return self.last - self.first + 1

    @property
    def final(self) -> bool:
        return self.last is not None and self.total == self.last + 1
