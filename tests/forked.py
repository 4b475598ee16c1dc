"""The app as a process that begins with everything imported, which is most of what a start takes.

A server process imports the app once and forks for each start. `python main.py` as people type it
is tried in test_main.
"""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from typing import IO

import main

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["main"])


class Forked:
    """One running app, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, environment: Mapping[str, str], log_file: IO[str]) -> None:
        """Start it."""
        arguments = (dict(environment), log_file.name)
        self._process = _context.Process(target=_run, args=arguments, daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Return its exit status; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status once it has ended; raises TimeoutError when it does not."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"The app still runs after {timeout} seconds.")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            self.send_signal(signal.SIGKILL)


def _run(environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(output, standard)
    main.main()
