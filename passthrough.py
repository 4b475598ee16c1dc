"""What the app must get back from Mux after a restart, as the `passthrough` of its resources.

Mux keeps up to 255 characters with each upload and asset, returns them with every answer and every
webhook, and never looks inside: https://www.mux.com/docs/core/make-api-requests. Titles are not
among them, because Mux has a field for those.
"""

import json
from dataclasses import dataclass, replace
from typing import Self

# Told apart by this, several apps can share one Mux environment.
APP = "mux-live"
# Mux counts characters; counting bytes keeps us below its limit in any script.
LIMIT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Passthrough:
    """Whose upload it is, when it began (Unix seconds), and which file of how many bytes."""

    account_id: str
    account_name: str
    started_at: int
    filename: str = ""
    size: int = 0

    def encode(self) -> str:
        """Write it as compact JSON; a file name too long to fit is left out."""
        text = json.dumps(
            {
                "app": APP,
                "id": self.account_id,
                "name": self.account_name,
                "at": self.started_at,
                "file": self.filename,
                "size": self.size,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        if len(text.encode()) > LIMIT and self.filename:
            return replace(self, filename="").encode()
        return text

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """Read it back; None when another app wrote it."""
        try:
            fields = json.loads(text)
            if fields["app"] != APP:
                return None
            return cls(
                account_id=str(fields["id"]),
                account_name=str(fields["name"]),
                started_at=int(fields["at"]),
                filename=str(fields["file"]),
                size=int(fields["size"]),
            )
        except (ValueError, TypeError, KeyError):
            return None
