"""What to do when the disk is full: say so, lose nothing, and go on as soon as there is room."""

import asyncio
import errno
import inspect
import logging
import sqlite3
from collections import deque
from collections.abc import Callable

SENTENCE = "The disk is full. Make room on it, then try again; what was received is kept."
LOOK_AGAIN = 2.0  # seconds

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A write that a limit forbids is an error of the disk in SQLite's eyes, no full one:
# https://www.sqlite.org/rescode.html#ioerr_write
FULL_STORE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}

logger = logging.getLogger("localmux.room")


def is_full(problem: BaseException | None) -> bool:
    """Whether a file or the store could not be written for want of room."""
    if isinstance(problem, sqlite3.Error):
        return getattr(problem, "sqlite_errorcode", None) in FULL_STORE
    return isinstance(problem, OSError) and problem.errno in FULL


async def once_there_is_room(what: str, step: Callable[[], object]) -> None:
    """Do a step, from its beginning again as long as it finds the disk full.

    Raises what else it raises. `what` says in the log what is waiting.
    """
    told = False
    while True:
        try:
            result = step()
            if inspect.isawaitable(result):
                await result
        except (OSError, sqlite3.Error) as problem:
            if not is_full(problem):
                raise
            if not told:
                logger.warning("%s waits: the disk is full.", what)
            told = True
            await asyncio.sleep(LOOK_AGAIN)
        else:
            return


class Backlog:
    """Steps that are done in the order they are told: at once, or once there is room."""

    def __init__(self) -> None:
        self._steps: deque[Callable[[], None]] = deque()
        self._work: asyncio.Task[None] | None = None

    @property
    def waits(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._steps)

    def do(self, step: Callable[[], None]) -> None:
        if not self._steps:
            try:
                step()
            except (OSError, sqlite3.Error) as problem:
                if not is_full(problem):
                    raise
            else:
                return
        self._steps.append(step)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        while self._steps:
            try:
                await once_there_is_room("What happened to a live stream", self._steps[0])
            except Exception:
                logger.exception("what happened to a live stream could not be kept")
            self._steps.popleft()
