"""Files on their way in: one per upload, its size is the offset to go on from.

Nothing about progress is kept elsewhere, so a crash cannot make the two disagree.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from localmux.storage import Sink

STALLED = 2.0  # seconds of silence after which a newcomer may take the place of a sender


class TakenOver(Exception):
    """Another request went on with this upload, because this one had fallen silent."""


class Reception:
    """The turn of one request to append to one upload."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = asyncio.Lock()
        self.users = 0
        self.heard_at = 0.0
        self.patience: asyncio.Timeout | None = None

    @contextmanager
    def _held(self, patience: asyncio.Timeout) -> Generator[None]:
        self.patience, self.heard_at = patience, time.monotonic()
        try:
            yield
        finally:
            self.patience = None

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for the requests before; end the present one if it has been silent too long.

        Raises TakenOver inside the turn when a newcomer does the same to this one.
        """
        while self.lock.locked():
            self._evict_silent()
            try:
                async with asyncio.timeout(STALLED / 4):
                    await self.lock.acquire()
                break
            except TimeoutError:
                continue
        else:
            await self.lock.acquire()
        try:
            async with asyncio.timeout(None) as patience:
                with self._held(patience):
                    yield
        except TimeoutError:
            raise TakenOver from None
        finally:
            self.lock.release()

    @property
    def silent(self) -> bool:
        """Whether the sender has sent nothing for a while."""
        return time.monotonic() - self.heard_at > STALLED

    def _evict_silent(self) -> None:
        if self.silent:
            self.evict()

    def evict(self) -> None:
        """End the present turn; a timeout that is ending already must not be touched again."""
        patience, self.patience = self.patience, None
        if patience:
            patience.reschedule(asyncio.get_running_loop().time())

    def heard(self) -> None:
        self.heard_at = time.monotonic()

    def received(self) -> int:
        """Bytes that are safely in the file."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def start_over(self) -> None:
        self.path.unlink(missing_ok=True)

    def sink(self) -> Sink:
        return Sink(self.path)


class Receptions:
    """The receptions of all uploads that are being sent right now."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.active: dict[str, Reception] = {}

    @contextmanager
    def of(self, upload_id: str) -> Generator[Reception]:
        """The one reception that all requests of an upload share."""
        reception = self.active.setdefault(upload_id, Reception(self.path(upload_id)))
        reception.users += 1
        try:
            yield reception
        finally:
            reception.users -= 1
            if not reception.users and self.active.get(upload_id) is reception:
                del self.active[upload_id]

    def path(self, upload_id: str) -> Path:
        return self.folder / upload_id

    def sending(self, upload_id: str) -> bool:
        """Whether bytes are coming; who has fallen silent has no claim to more time."""
        reception = self.active.get(upload_id)
        return reception is not None and reception.lock.locked() and not reception.silent

    async def stop(self, upload_id: str) -> None:
        """End what is being sent, and forget the bytes."""
        reception = self.active.get(upload_id)
        if reception:
            reception.evict()
            async with reception.lock:
                reception.start_over()
        self.path(upload_id).unlink(missing_ok=True)

    async def stop_all(self) -> None:
        for upload_id in list(self.active):
            await self.stop(upload_id)

    def forget_all_but(self, upload_ids: set[str]) -> None:
        for path in self.folder.iterdir():
            if path.name not in upload_ids:
                path.unlink(missing_ok=True)
