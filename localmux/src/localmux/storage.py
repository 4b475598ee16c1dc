"""Bytes to disk in large blocks, written in a thread while the next block arrives."""

import asyncio
import os
from pathlib import Path

BLOCK = 4 << 20  # bytes; larger ones gained nothing, smaller ones cost thread switches


class Sink:
    """Appends to one file. What was added is on disk once `flush` returned.

    Memory stays at two blocks. Raises OSError when the disk refuses; what the disk took before
    stays, so the file's size always says how far it got.
    """

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.blocks: list[bytes] = []
        self.waiting = 0
        self.writing: asyncio.Future[None] | None = None

    async def add(self, block: bytes) -> None:
        self.blocks.append(block)
        self.waiting += len(block)
        if self.waiting >= BLOCK:
            await self._written()
            blocks, self.blocks, self.waiting = self.blocks, [], 0
            loop = asyncio.get_running_loop()
            self.writing = loop.run_in_executor(None, _write, self.file, blocks)

    async def flush(self) -> None:
        await self._written()
        blocks, self.blocks, self.waiting = self.blocks, [], 0
        _write(self.file, blocks)

    async def _written(self) -> None:
        """Wait for the thread even when cancelled: two writers would mix up the order.

        What follows a block that was refused is dropped: it would take the block's place.
        """
        writing, self.writing = self.writing, None
        if writing is None:
            return
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
        except OSError:
            self.blocks, self.waiting = [], 0
            raise

    async def close(self) -> None:
        """Keep what arrived, also after a cut connection, then let the file go."""
        try:
            await self.flush()
        finally:
            os.close(self.file)


def _write(file: int, blocks: list[bytes]) -> None:
    for block in blocks:
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(file, rest) :]
