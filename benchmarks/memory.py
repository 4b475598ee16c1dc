"""Resident memory of processes, sampled while they work."""

import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

EVERY = 0.1  # seconds


@contextmanager
def sampling(processes: dict[str, int]) -> Generator[dict[str, list[float]]]:
    """Sample processes, given by name and id, until the block ends; in MB."""
    samples: dict[str, list[float]] = {name: [resident(processes[name])] for name in processes}
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(EVERY):
            for name, process in processes.items():
                samples[name].append(resident(process))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def resident(process: int) -> float:
    """Give the memory of one process that is not swapped out, in MB."""
    pages = Path(f"/proc/{process}/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
    command = ["ps", "-o", "rss=", "-p", str(process)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout) * 1024 / 1e6
