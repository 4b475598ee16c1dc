"""Clients that send a byte now and then, or nothing any more: they cost little and nobody else."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localmux.answers import MuxError, answer_error, answer_nobody
from localmux.api import calls
from localmux.slow_clients import PatientProtocol
from localmux.testing import Running, eventually

ABANDONED = 200
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n"


class Impatient(PatientProtocol):
    """What takes half a minute in earnest."""

    head_within = 0.4
    silent_for = 0.6


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Generator[int]:
    """A server that reads bodies as the API does, with little patience."""
    monkeypatch.setattr(calls, "BODY_WITHIN", 1.2)

    async def answer(request: Request) -> Response:
        return JSONResponse(await calls.read_body(request))

    app = Starlette(
        routes=[Route("/", answer, methods=["POST"])],
        exception_handlers={MuxError: answer_error, ClientDisconnect: answer_nobody},
    )
    config = uvicorn.Config(app, http=Impatient, port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def drip(port: int, begin: bytes, drops: bytes, pause: float) -> tuple[bytes, float]:
    """Send byte by byte; returns what came back and after how long the server had enough."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(pause)
        client.sendall(begin)
        answer = b""
        for drop in drops:
            try:
                if not (block := client.recv(1000)):
                    return answer, time.monotonic() - began
                answer += block
            except TimeoutError:
                client.sendall(bytes([drop]))
            except ConnectionResetError:  # the last drop met a server that had hung up
                return answer, time.monotonic() - began
        client.settimeout(10)
        while block := client.recv(1000):
            answer += block
    return answer, time.monotonic() - began


def test_who_never_gets_to_the_point_is_cut_off(port: int) -> None:
    for begin, drops in ((b"", b""), (b"P", b""), (HEAD, b"X-Slow: " + b"a" * 60)):
        answer, seconds = drip(port, begin, drops, 0.05)
        assert (answer, seconds < 1.5) == (b"", True)


def test_a_body_may_be_slow_but_not_silent(port: int) -> None:
    answer, seconds = drip(port, HEAD + b"\r\n", b'{"a":            10}', 0.02)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    answer, seconds = drip(port, HEAD + b"\r\n{", b"", 0.1)
    assert (answer, 0.5 < seconds < 2) == (b"", True)


def test_a_body_of_the_api_comes_within_its_time(port: int) -> None:
    answer, _ = drip(port, HEAD + b"\r\n", b" " * 20, 0.15)
    assert answer.startswith(b"HTTP/1.1 408"), answer
    assert b"took longer than" in answer


def test_abandoned_uploads_cost_nobody_anything_and_are_gone_when_their_time_is_over(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    memory: Callable[[Running], int],
    tmp_path: Path,
) -> None:
    process = start("--data-dir", str(tmp_path), "--quiet")
    api = connect(process)
    received = tmp_path / "uploads"
    with ExitStack() as stack:
        before = memory(process)
        for number in range(ABANDONED):
            upload = api.post("/video/v1/uploads", json={"timeout": 60}).json()["data"]
            stack.callback(_begin(upload["url"]).close)
            if number == 0:
                first = upload
        eventually(lambda: len(list(received.iterdir())) == ABANDONED)
        began = time.monotonic()
        for _ in range(20):
            assert api.get("/video/v1/assets").status_code == 200
        assert (time.monotonic() - began) / 20 < 0.25
        assert memory(process) - before < ABANDONED * 100_000
        path = f"/video/v1/uploads/{first['id']}"
        assert api.get(path).json()["data"]["status"] == "waiting"

        eventually(lambda: _advance(api) and not list(received.iterdir()))
        assert api.get(path).json()["data"]["status"] == "timed_out"
        assert httpx.put(first["url"], content=b"more").status_code == 410


def _begin(url: str) -> socket.socket:
    """Send the first bytes of a file, and then nothing any more."""
    address = urlsplit(url)
    client = socket.create_connection((address.hostname or "", address.port or 80))
    head = (
        f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    )
    client.sendall(head.encode() + b"some bytes")
    return client


def _advance(api: httpx.Client) -> bool:
    return api.put("/_localmux/time", json={"advance": 61}).status_code == 200
