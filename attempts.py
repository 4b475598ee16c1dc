"""One click, one thing: what a form makes at Mux is made once, however often the form is sent.

Mux's API has no idempotency keys (https://www.mux.com/docs/core/make-api-requests), and a time-out
does not tell whether the request arrived. So each form carries a value of its own, and what is made
from it carries a mark of both in its passthrough: whoever sends the same form again gets what the
first try made.
"""

import asyncio
import functools
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal, Protocol

from passthrough import Passthrough
from recent import Recent, RecentDict

# What a form makes at Mux.
type Product = Literal["upload", "stream"]

FIELD = "attempt"
MARK_CHARACTERS = 12


@functools.cache
def _run() -> str:
    """Forms of an earlier run of the app begin otherwise: what became of those, nobody knows."""
    return secrets.token_urlsafe(3)


def new_attempt() -> str:
    """A value for the hidden field of a form that nobody has sent yet."""
    return _run() + secrets.token_urlsafe(9)


def mark_of(account_id: str, form: Mapping[str, str]) -> str:
    """What tells this form with these contents from all others; empty for one without the field."""
    if not form.get(FIELD):
        return ""
    contents = json.dumps([account_id, *sorted(form.items())])
    return hashlib.sha256(contents.encode()).hexdigest()[:MARK_CHARACTERS]


class Marked(Protocol):
    """Something at Mux that was made from a form."""

    @property
    def id(self) -> str:
        """Mux's ID of it."""
        ...

    @property
    def passthrough(self) -> str:
        """What the app keeps with it."""
        ...


def made_from[Made: Marked](mark: str, candidates: Iterable[Made]) -> Made | None:
    """Whichever of these was made from the form with this mark."""
    for each in candidates:
        label = Passthrough.decode(each.passthrough)
        if label and label.attempt == mark:
            return each
    return None


class Attempts:
    """Knows which forms were sent before, and which are being worked on."""

    def __init__(self) -> None:
        self._tried = Recent()
        self._made: RecentDict[str] = RecentDict()  # Mux's ID of what came of it, by the mark
        self._doubles: dict[str, Product] = {}  # by Mux's ID
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def once[Made: Marked](
        self,
        account_id: str,
        form: Mapping[str, str],
        make: Callable[[str], Awaitable[Made]],
        find: Callable[[str], Awaitable[Made | None]],
    ) -> Made:
        """What `make` makes of this form, or an earlier try has made; both are given the mark.

        A second click waits for the first. Raises what `make` and `find` raise.
        """
        mark = mark_of(account_id, form)
        if not mark:
            return await make(mark)
        task = self._running.get(mark)
        if task is None:
            is_new = form[FIELD].startswith(_run()) and mark not in self._tried
            self._tried.add(mark)
            task = asyncio.create_task(self._make(mark, make, None if is_new else find))
            self._running[mark] = task
            task.add_done_callback(lambda _: self._running.pop(mark))
        # Whoever goes away must not take the answer from the others.
        return await asyncio.shield(task)

    async def _make[Made: Marked](
        self,
        mark: str,
        make: Callable[[str], Awaitable[Made]],
        find: Callable[[str], Awaitable[Made | None]] | None,
    ) -> Made:
        """The search is for what an earlier try has made; what it makes later is a double."""
        found = await find(mark) if find else None
        made = found if found is not None else await make(mark)
        self._made[mark] = made.id
        return made

    def note_double(self, product: Product, resource_id: str, mark: str) -> bool:
        """Note what nobody wants, as the app has another one of the same form; False if it is none.

        It is in `doubles` until it is removed.
        """
        if self._made.get(mark, resource_id) == resource_id:
            return False
        self._doubles[resource_id] = product
        return True

    def doubles(self) -> list[tuple[Product, str]]:
        """All that was noted and is still at Mux, with the IDs."""
        return [(product, resource_id) for resource_id, product in self._doubles.items()]

    def removed(self, resource_id: str) -> None:
        """Note that a double is gone."""
        self._doubles.pop(resource_id, None)
