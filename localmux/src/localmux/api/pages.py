"""Lists: newest first but for signing keys, by page and limit, assets also by cursor.

Source: https://www.mux.com/docs/core/make-api-requests
"""

import base64
import binascii
from collections.abc import Mapping

from localmux.answers import invalid
from localmux.api.calls import Call
from localmux.resources import Resource

DEFAULT_LIMIT = 25  # Mux's specification says 25, its guide 10
MOST = 100
LARGEST_NUMBER = 2**63 - 1  # of SQLite


def page(
    call: Call,
    kind: str,
    having: Mapping[str, str | None] | None = None,
    *,
    oldest_first: bool = False,
) -> list[Resource]:
    """The resources of the page asked for; past the end none. Raises MuxError 400."""
    limit, skip = numbers(call, default=DEFAULT_LIMIT, most=MOST)
    cursor = call.query.get("cursor")
    if cursor:
        return call.environment.store.newest(
            kind, limit=limit, before=_place(cursor), having=having
        )
    if oldest_first:
        return call.environment.store.oldest(kind, limit=limit, skip=skip)
    return call.environment.store.newest(kind, limit=limit, skip=skip, having=having)


def numbers(call: Call, *, default: int, most: int) -> tuple[int, int]:
    """How many entries are asked for, and how many come before them. Raises MuxError 400."""
    limit = _number(call, "limit", default, most)
    return limit, (_number(call, "page", 1, 10**9) - 1) * limit


def next_cursor(
    call: Call, kind: str, shown: list[Resource], having: Mapping[str, str | None]
) -> str | None:
    """What to send to get the resources after these; None at the end."""
    if not shown:
        return None
    last = shown[-1].number
    if not call.environment.store.newest(kind, limit=1, before=last, having=having):
        return None
    return base64.urlsafe_b64encode(str(last).encode()).decode()


def _place(cursor: str) -> int:
    try:
        place = int(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError):
        place = 0
    if not 0 < place <= LARGEST_NUMBER:
        raise invalid("cursor is not one that a list of assets gave.")
    return place


def _number(call: Call, name: str, default: int, most: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19 and 1 <= int(text) <= most):
        raise invalid(f"{name} must be a whole number from 1 to {most}.")
    return int(text)
