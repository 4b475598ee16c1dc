"""Starts a real localmux for a test: on a free port, waited for with a deadline, ended for sure.

with running("--webhook-url", url, "--webhook-secret", "secret") as localmux:
    localmux.urls["api"]
    Encoder(make_footage(path), f"{localmux.urls['rtmp']}/{stream_key}")
"""

import functools
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, Protocol

from localmux.media.ffmpeg import ffmpeg_executable

START_WITHIN = 20.0  # seconds, for machines that are busy with something else
END_WITHIN = 10.0  # seconds
LOOK_AGAIN = 0.02  # seconds between two looks of `eventually`


class Process(Protocol):
    """A running program: `subprocess.Popen`, or what stands in for it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


type Begin = Callable[[Sequence[str], Mapping[str, str], int, IO[str]], Process]


def begin(
    options: Sequence[str], environment: Mapping[str, str], output: int, log_file: IO[str]
) -> Process:
    """Start localmux as people do; its ready line goes to the descriptor `output`."""
    return subprocess.Popen(
        [sys.executable, "-m", "localmux", *options],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=log_file,
        env=environment,
    )


@dataclass(slots=True)
class Running:
    """A localmux process, the URLs it serves and what it has logged."""

    begin: ClassVar[Begin] = staticmethod(begin)

    process: Process
    urls: dict[str, str]
    log_file: IO[str]
    token: tuple[str, str] = ("localmux", "localmux")

    def log(self) -> str:
        self.log_file.seek(0)
        return self.log_file.read()

    def stop(self) -> int:
        """End it as its owner would, by SIGTERM; returns the exit status."""
        self.process.terminate()
        return self.process.wait(END_WITHIN)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(END_WITHIN)


@contextmanager
def running(*options: str, variables: Mapping[str, str] | None = None) -> Generator[Running]:
    """Start localmux with these options and end it afterwards.

    Of the LOCALMUX_ variables it sees those in `variables` alone.

    Raises RuntimeError, with its log, when it does not come up.
    """
    # Opened to append, as reading it moves the position that both processes share.
    with tempfile.TemporaryFile("a+") as log_file, _pipe() as (reader, writer):
        arguments = ["--port", "0", "--rtmp-port", "0", *options]
        process = Running.begin(arguments, _environment(variables or {}), writer, log_file)
        localmux = Running(process, {}, log_file)
        try:
            localmux.urls = _ready_line(localmux, reader)
            yield localmux
        finally:
            _end(process)


@contextmanager
def _pipe() -> Generator[tuple[int, int]]:
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "LOCALMUX" not in name}
    return kept | dict(variables)


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(END_WITHIN)
    except (subprocess.TimeoutExpired, TimeoutError):
        process.kill()
        process.wait(END_WITHIN)


def _ready_line(localmux: Running, reader: int) -> dict[str, str]:
    deadline = time.monotonic() + START_WITHIN
    while not select.select([reader], [], [], LOOK_AGAIN)[0]:
        if localmux.process.poll() is not None or time.monotonic() > deadline:
            localmux.process.kill()
            raise RuntimeError(f"localmux did not start. Its log:\n{localmux.log()}")
    with open(reader, closefd=False) as output:
        return json.loads(output.readline())


def read_certificates_once() -> None:
    """Have clients share what they know of authorities, for suites that make thousands of clients.

    httpx reads all of it again for each, though nothing here needs any: a tenth of a suite's work.
    """
    shared = functools.cache(ssl.create_default_context)
    ssl.create_default_context = shared  # ty: ignore[invalid-assignment] - called as the original


def eventually[Found](look: Callable[[], Found], within: float = 15.0) -> Found:
    """What `look` returns once that is true; raises AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Still {found!r} after {within} seconds.")
        time.sleep(LOOK_AGAIN)  # between two looks, not instead of them
    return found


def make_footage(path: Path) -> Path:
    """Four seconds for encoders to send again and again, with a keyframe each second."""
    picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=4"]
    tone = ["-f", "lavfi", "-i", "sine=duration=4:sample_rate=48000"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30"]
    command = [ffmpeg_executable(), "-v", "error", "-nostdin", *picture, *tone, *codec]
    subprocess.run([*command, "-c:a", "aac", "-ac", "2", str(path)], check=True, timeout=60)
    return path


class Encoder:
    """An ffmpeg that publishes: three seconds at once, then in real time until it is stopped."""

    def __init__(self, footage: Path, url: str) -> None:
        pace = ["-re", "-readrate_initial_burst", "3", "-stream_loop", "-1"]
        command = [ffmpeg_executable(), "-v", "error", *pace, "-i", str(footage)]
        self.process = subprocess.Popen(
            [*command, "-c", "copy", "-f", "flv", url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        """As the stop button: it says goodbye."""
        self.process.communicate("q", timeout=END_WITHIN)

    def crash(self) -> None:
        """As a kill -9; also of one that has ended already."""
        self.process.kill()
        self.process.communicate(timeout=END_WITHIN)

    def freeze(self) -> None:
        """As a power cut: nothing comes any more, and nobody closes the connection."""
        self.process.send_signal(signal.SIGSTOP)

    def complaint(self) -> str:
        """What it says once the server has refused it or sent it away, waited for."""
        return self.process.communicate(timeout=END_WITHIN)[1]
