"""Whatever strangers send, the server stays up, small, quiet and ready for the next encoder."""

import random
import resource
import socket
import sys
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localmux.live import amf0, connection
from localmux.live.chunks import Message, chunked
from localmux.live.ingest import Tag
from localmux.publisher import Publisher
from localmux.receiver import Receiver
from localmux.testing import eventually

CONNECTIONS = 300
GROWTH = 64 << 20  # bytes that 300 attackers may cost, both sides being in one process
HANDSHAKE = b"\x03" + bytes(1536 * 2)


def dial(receiver: Receiver) -> socket.socket:
    parts = urlsplit(receiver.url)
    return socket.create_connection((parts.hostname, parts.port or 0), 10)


def command(*values: amf0.Value) -> bytes:
    return chunked(Message(20, 0, 0, amf0.encode(*values)), 3, 128)


def partial(number: int, announced: int, sent: int) -> bytes:
    """The beginning of a message that is never finished."""
    header = bytes([number]) + bytes(3) + announced.to_bytes(3) + bytes([9]) + bytes(4)
    return header + bytes(min(sent, 128))


def deep(levels: int) -> bytes:
    body = amf0.encode("connect", 1.0) + b"\x03\x00\x01a" * levels
    return chunked(Message(20, 0, 0, body), 3, 128)


CONNECT = command("connect", 1.0, {"app": "app"})
ATTACKS: list[bytes] = [
    b"",
    b"\x03",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),  # a TLS hello
    b"\x06" + bytes(1536),
    HANDSHAKE + b"\xff" * 1000,
    HANDSHAKE + chunked(Message(20, 0, 0, b"\x02\xff\xff"), 3, 128),
    HANDSHAKE + chunked(Message(20, 0, 0, b"\x0a\xff\xff\xff\xff"), 3, 128),
    HANDSHAKE + chunked(Message(20, 0, 0, b"\x05\x05"), 3, 128),
    HANDSHAKE + deep(20),
    HANDSHAKE + deep(10_000),
    HANDSHAKE + partial(3, 0xFFFFFF, 128),
    HANDSHAKE + b"".join(partial(3 + number, 1000, 128) for number in range(60)) * 2,
    HANDSHAKE + chunked(Message(1, 0, 0, (1).to_bytes(4)), 2, 128) + CONNECT,
    HANDSHAKE + chunked(Message(1, 0, 0, bytes(4)), 2, 128),
    HANDSHAKE + chunked(Message(5, 0, 0, bytes(4)), 2, 128) + CONNECT,
    HANDSHAKE + CONNECT + command("publish", 2.0, None, {"a": [1.0]}),
    HANDSHAKE + command("publish", 1.0, None, "bad"),
    HANDSHAKE + CONNECT + command("publish", 5.0, None, "bad", "live"),
    HANDSHAKE + CONNECT + command("x" * 5000, 5.0) * 20,
    HANDSHAKE + CONNECT + chunked(Message(22, 1, 0, bytes(5)), 4, 128),
]


def peak_memory() -> int:
    """The most this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.fixture
def crowd() -> Generator[ExitStack]:
    """Holds connections open until the end of the test."""
    with ExitStack() as stack:
        yield stack


def works(receiver: Receiver, key: str, tags: list[Tag]) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        for tag in tags:
            publisher.send(tag)
        publisher.stop()
    assert receiver.recording(key).ending() == (True, "the encoder stopped")
    assert receiver.recording(key).tags == tags


def test_three_hundred_strangers(
    receiver: Receiver, key: str, tags: list[Tag], crowd: ExitStack
) -> None:
    before = peak_memory()
    chance = random.Random(7)  # noqa: S311 the same strangers each time
    for number in range(CONNECTIONS):
        attack = [*ATTACKS, chance.randbytes(5000), HANDSHAKE + chance.randbytes(5000)]
        stranger = dial(receiver)
        with suppress(OSError):  # the server may be done with it before the end
            stranger.sendall(attack[number % len(attack)])
        if number % 3:
            crowd.enter_context(stranger)
        else:
            stranger.close()
    works(receiver, key, tags)
    assert peak_memory() - before < GROWTH


def test_messages_that_never_end_are_bounded(receiver: Receiver, key: str) -> None:
    """Even somebody with a key gets no more than 32 MiB for unfinished messages."""
    before = peak_memory()
    with Publisher(f"{receiver.url}/{key}", chunk_size=1 << 20) as publisher:
        with suppress(OSError):
            for number in range(5, 60):
                header = bytes([number]) + bytes(3) + (0x200000).to_bytes(3) + b"\x09" + bytes(4)
                publisher.socket.sendall(header + bytes(1 << 20))
        reason = "the encoder sent something that is not RTMP"
        assert receiver.recording(key).ending() == (False, reason)
    assert peak_memory() - before < GROWTH


def test_who_does_not_get_to_publish_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte at a time keeps nobody alive."""
    monkeypatch.setattr(connection, "START_WITHIN", 0.5)
    with dial(receiver) as slow:
        slow.settimeout(0.05)
        slow.sendall(b"\x03")
        eventually(lambda: cut_off(slow), within=3)


def cut_off(slow: socket.socket) -> bool:
    try:
        slow.sendall(b"\x00")
        return slow.recv(4000) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_more_connections_than_allowed_are_cut(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, crowd: ExitStack
) -> None:
    monkeypatch.setattr("localmux.live.ingest.MAX_CONNECTIONS", 3)
    for _ in range(3):
        crowd.enter_context(Publisher(f"{receiver.url}/key"))
    with pytest.raises(OSError):  # noqa: PT011 wherever the cut was noticed
        Publisher(f"{receiver.url}/key")
    assert len(receiver.recordings) == 3


def test_nothing_stays_open(receiver: Receiver, key: str, tags: list[Tag]) -> None:
    """Connections that were sent away are closed on this side too."""
    before = open_files()
    for attack in ATTACKS[2:9]:
        with dial(receiver) as stranger, suppress(OSError):
            stranger.sendall(attack)
    works(receiver, key, tags)
    eventually(lambda: open_files() <= before)


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))
