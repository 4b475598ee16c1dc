"""Files that are made on their first request and kept."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

type Build = Callable[[Path], Awaitable[None]]


class Maker:
    """Makes each file once, however many ask for it at the same time.

    The file appears under its name only when it is whole. The work goes on when those who asked
    have gone away: the next one to ask will want it too.
    """

    def __init__(self) -> None:
        self._running: dict[Path, asyncio.Task[None]] = {}

    async def make(self, path: Path, build: Build) -> None:
        """Return when `path` is there; `build` writes it to the path it is given."""
        if not _is_there(path):
            await asyncio.shield(self._task(path, build))

    def make_ahead(self, path: Path, build: Build) -> None:
        """Begin with `path` without waiting for it; a failure shows when somebody asks for it."""
        if not _is_there(path):
            self._task(path, build)

    def _task(self, path: Path, build: Build) -> asyncio.Task[None]:
        if path not in self._running:
            task = asyncio.create_task(_make_whole(path, build))
            self._running[path] = task
            task.add_done_callback(lambda done: self._forget(path, done))
        return self._running[path]

    def _forget(self, path: Path, task: asyncio.Task[None]) -> None:
        del self._running[path]
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not report what nobody waited for


def _is_there(path: Path) -> bool:
    """One look at the file system takes less than a thread would."""
    return path.exists()


def anew(path: Path) -> Path:
    """The path for ffmpeg to write to, free of any file.

    After a kill -9 an ffmpeg of the process before may still be writing to the file of that name.
    """
    path.unlink(missing_ok=True)
    return path


async def _make_whole(path: Path, build: Build) -> None:
    # A folder that is gone was deleted with its asset and must not come back, hence no `parents`.
    path.parent.mkdir(exist_ok=True)
    unfinished = anew(path.with_name(f"{path.name}.part"))
    try:
        await build(unfinished)
        unfinished.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            unfinished.unlink()
