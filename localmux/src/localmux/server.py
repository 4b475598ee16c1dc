"""Runs one environment: sockets, the data folder's lock, signals, and the line that says ready."""

import asyncio
import contextlib
import errno
import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path

import uvicorn

from localmux.app import create_app
from localmux.config import Configuration
from localmux.environment import Environment
from localmux.fault_layer import Protocol

NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}  # a name may list more than exists
LAST_ANSWERS = 1  # seconds that requests get to finish once the end was asked for


class CannotStart(Exception):
    """Why localmux cannot start, in one sentence."""


def serve(configuration: Configuration) -> None:
    """Serve until told to end. Raises CannotStart."""
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        sockets = listen(configuration.host, configuration.port)
        for listener in sockets:
            stack.callback(listener.close)
        folder = stack.enter_context(_data_folder(configuration.data_dir))
        asyncio.run(_serve(configuration, folder, sockets))


def _is_news(record: logging.LogRecord) -> bool:
    """A request cut off by the end of the process is no failure worth a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


async def _serve(configuration: Configuration, folder: Path, sockets: list[socket.socket]) -> None:
    port = sockets[0].getsockname()[1]
    public_url = configuration.public_url or f"http://localhost:{port}"
    environment = Environment(configuration, folder, public_url)
    try:
        await _start(environment)
        server = _Server(
            uvicorn.Config(
                create_app(environment),
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWERS,
            ),
            ready_line(public_url, environment.rtmp_url),
        )
        if configuration.stop_with_stdin:
            threading.Thread(target=_end_with_stdin, args=[server], daemon=True).start()
        await server.serve(sockets)
    finally:
        await environment.close()


async def _start(environment: Environment) -> None:
    try:
        await environment.start()
    except OSError as problem:
        port, why = environment.configuration.rtmp_port, os.strerror(problem.errno or 0)
        raise CannotStart(
            f"localmux cannot listen for encoders on port {port}: {why}."
            " --rtmp-port chooses another."
        ) from None


def ready_line(public_url: str, rtmp_url: str) -> str:
    """Every URL served, as one line of JSON."""
    urls = {
        "api": public_url,
        "upload": f"{public_url}/upload",
        "stream": f"{public_url}/stream",
        "image": f"{public_url}/image",
        "rtmp": rtmp_url,
        "control": f"{public_url}/_localmux",
        "inspector": f"{public_url}/_localmux/",
    }
    return json.dumps(urls)


class _Server(uvicorn.Server):
    """Says on standard output that it is ready, once connections are really taken."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self.line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(self.line + "\n")
        sys.stdout.flush()


def _end_with_stdin(server: uvicorn.Server) -> None:
    while os.read(0, 4096):
        pass
    server.should_exit = True


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of the host, all on one port. Raises CannotStart.

    A browser may try ::1 or 127.0.0.1 for "localhost", so both are listened on where both exist.
    """
    sockets: list[socket.socket] = []
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise CannotStart(f"localmux cannot listen on {host}: {problem.strerror}.") from None
    for family, _, _, _, address in sorted(addresses, key=lambda found: found[0]):
        try:
            chosen = sockets[0].getsockname()[1] if sockets else port
            sockets.append(_bind(family, str(address[0]), chosen))
        except OSError as problem:
            if not sockets or (port and problem.errno not in NO_SUCH_ADDRESS):
                for taken in sockets:
                    taken.close()
                raise CannotStart(
                    f"localmux cannot listen on port {port}: {problem.strerror}."
                ) from None
    return sockets


def _bind(family: int, address: str, port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; without it answers take 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _data_folder(chosen: Path | None) -> Generator[Path]:
    """The folder everything is kept in, held for this process alone. Raises CannotStart."""
    if chosen is None:
        folder = Path(tempfile.mkdtemp(prefix="localmux-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (chosen / "lock").open("w")
    except OSError as problem:
        raise CannotStart(f"localmux cannot use the folder {chosen}: {problem.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"Another localmux is using the folder {chosen}.") from None
        yield chosen
