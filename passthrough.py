"""What the app must get back from Mux after a restart, as the `passthrough` of its resources.

Mux keeps up to 255 characters with each upload, asset and live stream, returns them with every
answer and every webhook, and never looks inside: https://www.mux.com/docs/core/make-api-requests.
Titles are not among them, because Mux has a field for those.
"""

import json
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Annotated, Self

from pydantic import Field, TypeAdapter

# Told apart by this, several apps can share one Mux environment.
APP = "mux-live"
# Mux counts characters; counting bytes keeps us below its limit in any script.
LIMIT = 255
SHORTEST_NAME = 10
# A recording is for whom its live stream is when it is recorded, and Mux lets nobody change what
# it will write on recordings to come.
AS_STREAM = "stream"


# Any program with the same access token can write a label, and no page may break because of it: no
# moment after the year 9999, and no size that no file has.
type Seconds = Annotated[int, Field(ge=0, lt=253_402_300_800)]
type Bytes = Annotated[int, Field(ge=0, lt=2**53)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passthrough:
    """Whose it is and when it began (Unix seconds), and what else belongs to its kind.

    `visibility` is who may watch; AS_STREAM until a recording is over. An upload has a file name
    and a size in bytes; a live stream a start time (Unix seconds), and whether broadcasts are
    recorded; a recording the `marks`: tenths of a second after its asset was created, at which the
    record switch was turned; a part of a recording its `stream`, and as marks its beginning and its
    end. `attempt` marks the form it was made from.
    """

    account_id: str
    account_name: str
    started_at: Seconds
    filename: str = ""
    size: Bytes = 0
    start_time: Seconds = 0
    record: bool = True
    marks: tuple[int, ...] = ()
    stream: str = ""
    visibility: str = "public"
    attempt: str = ""

    def marked(self, marks: tuple[int, ...]) -> Self:
        """The same with other marks."""
        return replace(self, marks=marks)

    def seen_by(self, visibility: str) -> Self:
        """The same for other people."""
        return replace(self, visibility=visibility)

    def planned(self, start_time: int, *, record: bool, visibility: str) -> Self:
        """The same for a live stream with this start (Unix seconds, or 0 for none)."""
        return replace(self, start_time=start_time, record=record, visibility=visibility)

    def encode(self) -> str:
        """Write it as compact JSON, without what is as usual.

        What does not fit is left out of the file name, then of the account's name, which are only
        shown to people. Raises ValueError when the rest is too long by itself.
        """
        given = {
            KEYS[row.name]: getattr(self, row.name)
            for row in fields(self)
            if getattr(self, row.name) != row.default
        }
        text = json.dumps({"app": APP} | given, ensure_ascii=False, separators=(",", ":"))
        if len(text.encode()) <= LIMIT:
            return text
        if self.filename:
            return replace(self, filename="").encode()
        if len(self.account_name) > SHORTEST_NAME:
            return replace(self, account_name=self.account_name[:-1]).encode()
        raise ValueError("This is more than Mux keeps with a resource.")

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """Read it back; None when another app wrote it."""
        try:
            written = json.loads(text)
            if written["app"] != APP:
                return None
            names = {key: name for name, key in KEYS.items()}
            known = {names[key]: value for key, value in written.items() if key in names}
            return _adapter(cls).validate_python(known)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


@cache
def _adapter[Shape](shape: type[Shape]) -> TypeAdapter[Shape]:
    """Made once: that takes longer than reading hundreds of labels."""
    return TypeAdapter(shape)


# Short, because every character counts.
KEYS = {
    "account_id": "id",
    "account_name": "name",
    "started_at": "at",
    "filename": "file",
    "size": "size",
    "start_time": "start",
    "record": "rec",
    "marks": "marks",
    "stream": "stream",
    "visibility": "see",
    "attempt": "try",
}
