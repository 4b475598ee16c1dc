"""Processes that are made to suffer, and a look at what they hold."""

import contextlib
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from localmux.testing import Running

type Limit = Callable[[Running, int | None], None]


@pytest.fixture
def limit() -> Limit:
    """Lets a localmux and its ffmpeg write no file beyond so many bytes; None ends that."""

    def set_limit(process: Running, size: int | None) -> None:
        soft = resource.RLIM_INFINITY if size is None else size
        resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))

    return set_limit


@pytest.fixture
def memory() -> Callable[[Running], int]:
    """Bytes that a localmux holds, as Linux counts them."""

    def resident(process: Running) -> int:
        status = Path(f"/proc/{process.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) << 10

    return resident


@pytest.fixture
def children() -> Callable[[Running], list[Path]]:
    """The processes that a localmux has started and not ended, as Linux lists them."""

    def found(process: Running) -> list[Path]:
        living = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if path.read_text().rpartition(")")[2].split()[1] == str(process.process.pid):
                    living.append(path.parent)
        return living

    return found
