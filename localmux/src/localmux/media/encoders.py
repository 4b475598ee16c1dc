"""Running ffmpeg and its like: a few at a time, viewers before look-ahead, none left behind."""

import asyncio
import contextlib
import ctypes
import errno
import heapq
import itertools
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from enum import IntEnum

from localmux.room import FULL

from .ffmpeg import ffmpeg_executable

TIME_LIMIT = 120.0  # seconds; a segment takes one or two, so what runs longer is stuck
DEATH_SIGNAL = (
    1  # PR_SET_PDEATHSIG: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
)
ERROR_TAIL = 4096  # bytes of ffmpeg's complaints that are kept

# ffmpeg ends with the error that stopped it, below 256, or by the signal of a limit.
FULL_CODES = {-signal.SIGXFSZ, *(256 - number for number in FULL)}


class EncodingError(Exception):
    """ffmpeg gave up; the message is the last line of its complaints."""


class EncodersClosed(Exception):
    """The server is shutting down; nothing is wrong with the file."""


class Priority(IntEnum):
    """Who gets the next free encoder."""

    NOW = 0  # somebody waits for the result
    AHEAD = 1  # somebody will probably ask for it soon


class Encoders:
    """Runs ffmpeg; a global limit of simultaneous encoder processes; no child outlives close()."""

    def __init__(self, limit: int = max(2, os.cpu_count() or 2)) -> None:
        self._free = limit
        self._closed = False
        self._order = itertools.count()
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._children: set[asyncio.subprocess.Process] = set()

    @property
    def running(self) -> int:
        """How many ffmpeg processes there are at this moment."""
        return len(self._children)

    async def run(
        self,
        arguments: Sequence[str],
        *,
        priority: Priority = Priority.NOW,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        """Run ffmpeg with these arguments to its end, when its turn comes.

        Raises EncodingError when it fails or takes more than `time_limit` seconds, and
        EncodersClosed when the encoders are closed meanwhile. Raises OSError (ENOSPC) where the
        disk is full. A cancelled call kills its child.
        """
        command = [ffmpeg_executable(), "-hide_banner", "-nostdin", "-v", "error", *arguments]
        async with self._turn(priority):
            await self._execute(command, time_limit)

    async def run_module(self, module: str, *arguments: str, time_limit: float) -> bytes:
        """Run a short-lived Python program of ours at once, and return what it prints.

        Raises as `run` does.
        """
        return await self._execute([sys.executable, "-m", module, *arguments], time_limit)

    @contextlib.asynccontextmanager
    async def lasting(self, arguments: Sequence[str]) -> AsyncGenerator[asyncio.subprocess.Process]:
        """An ffmpeg that is fed while the context lasts, with a pipe for each of its streams.

        It waits for no turn, as what is live cannot wait. Raises EncodersClosed.
        """
        command = [ffmpeg_executable(), "-hide_banner", "-v", "error", *arguments]
        if self._closed:
            raise EncodersClosed
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        self._children.add(child)
        try:
            if self._closed:  # while the child was being started, so close() has not seen it
                raise EncodersClosed
            yield child
        finally:
            _kill(child)
            await child.wait()
            self._children.discard(child)

    async def close(self) -> None:
        """Refuse what waits, kill what runs, and wait until every child is gone."""
        self._closed = True
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_exception(EncodersClosed)
        await asyncio.gather(*(child.wait() for child in self.kill_running()))

    def kill_running(self) -> list[asyncio.subprocess.Process]:
        """Kill what runs, as the system does when memory is short; whom it belonged to goes on."""
        children = list(self._children)
        for child in children:
            _kill(child)
        return children

    @contextlib.asynccontextmanager
    async def _turn(self, priority: Priority) -> AsyncGenerator[None]:
        if self._free:
            self._free -= 1
        else:
            turn = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (priority, next(self._order), turn))
            await self._wait_for(turn)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait_for(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    async def _execute(self, command: Sequence[str], time_limit: float) -> bytes:
        if self._closed:
            raise EncodersClosed
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # It makes starting slower, and the others end soon by themselves.
            preexec_fn=_end_with_us if time_limit > TIME_LIMIT else None,
        )
        self._children.add(child)
        try:
            return await self._result(child, time_limit)
        finally:
            _kill(child)
            await child.wait()
            self._children.discard(child)

    async def _result(self, child: asyncio.subprocess.Process, time_limit: float) -> bytes:
        if self._closed:  # while the child was being started, so close() has not seen it
            raise EncodersClosed
        try:
            async with asyncio.timeout(time_limit):
                printed, complaint = await asyncio.gather(_all(child.stdout), _tail(child.stderr))
                code = await child.wait()
        except TimeoutError:
            raise EncodingError(f"stopped after {time_limit:g} seconds") from None
        if self._closed:
            raise EncodersClosed
        if code in FULL_CODES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if code:
            raise EncodingError(complaint or f"ended with code {code}")
        return printed


if sys.platform == "linux":
    _prctl = ctypes.CDLL(None).prctl

    def _end_with_us() -> None:
        """Have the system end a child that nobody waits for any more, as after a kill -9."""
        _prctl(DEATH_SIGNAL, signal.SIGKILL)

else:
    _end_with_us = None


async def _all(stream: asyncio.StreamReader | None) -> bytes:
    return await stream.read() if stream else b""


async def _tail(stream: asyncio.StreamReader | None) -> str:
    """Read to the end, however much there is, and return the last line."""
    kept = b""
    while stream and (chunk := await stream.read(ERROR_TAIL)):
        kept = (kept + chunk)[-ERROR_TAIL:]
    lines = kept.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _kill(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
