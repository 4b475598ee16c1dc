"""Processes that begin with everything imported, which is most of what a start takes.

A server process imports the modules once and forks for each start, for suites that start hundreds:

    Running.begin = forked_localmux
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import IO

import localmux.__main__

_context = multiprocessing.get_context("forkserver")
_preloaded = [localmux.__main__.__name__]
_context.set_forkserver_preload(_preloaded)


def preload(module: str) -> None:
    """Have one more module imported; only before the first start."""
    _preloaded.append(module)
    _context.set_forkserver_preload(_preloaded)


class Forked:
    """One running process, with the methods of `subprocess.Popen` that tests use."""

    def __init__(
        self,
        run: Callable[[], None],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: int,
        log_file: IO[str],
    ) -> None:
        """Call `run` as if its module were a program, with these two descriptors to write to."""
        with _handed_over(output) as one, _handed_over(log_file.fileno()) as two:
            settled = (run, list(arguments), dict(environment), one, two)
            self._process = _context.Process(target=_begin, args=settled, daemon=True)
            self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Return its exit status; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status once it has ended; raises TimeoutError when it does not."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"It still runs after {timeout} seconds.")
        return self._process.exitcode

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def forked_localmux(
    options: Sequence[str], environment: Mapping[str, str], output: int, log_file: IO[str]
) -> Forked:
    """Start localmux; for `Running.begin`."""
    return Forked(localmux.__main__.main, options, environment, output, log_file)


def _handed_over(descriptor: int) -> Connection:
    """A descriptor in the one form that multiprocessing takes along to another process."""
    return Connection(os.dup(descriptor), readable=False)


def _begin(
    run: Callable[[], None],
    arguments: list[str],
    environment: dict[str, str],
    output: Connection,
    log: Connection,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    os.dup2(output.fileno(), 1)
    os.dup2(log.fileno(), 2)
    output.close()
    log.close()
    run()
