"""Every way in which a broadcast ends is noticed in time, once, and with the right reason."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from localmux.live import amf0, flv, wire
from localmux.live.chunks import Message, chunked
from localmux.live.ingest import Tag
from localmux.live.replies import (
    ACKNOWLEDGEMENT,
    COMMAND,
    COMMAND_STREAM,
    PING_REQUEST,
    USER_CONTROL,
    WINDOW_SIZE,
)
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.publisher import CHUNK_SIZE, Publisher, PublishFailed
from localmux.receiver import Receiver, receiving
from localmux.testing import eventually

BROKE = (False, "the connection broke")
FRAME = Tag(flv.AUDIO, 0, b"\xaf\x01" + bytes(50))


@pytest.fixture
def impatient(quiet: None) -> Generator[Receiver]:  # noqa: ARG001 wanted for what it checks
    with receiving(idle_seconds=0.6) as server:
        yield server


@pytest.fixture
def live(receiver: Receiver, key: str, clip: Path) -> Generator[subprocess.Popen[bytes]]:
    """An ffmpeg that publishes in real time, over and over, and has begun."""
    command = [ffmpeg_executable(), "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(clip)]
    command += ["-c", "copy", "-f", "flv", f"{receiver.url}/{key}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            eventually(lambda: len(receiver.recording(key).tags) > 10)
            yield process
        finally:
            process.kill()


def test_a_killed_encoder(live: subprocess.Popen[bytes], receiver: Receiver, key: str) -> None:
    live.kill()
    assert receiver.recording(key).ending(1) == BROKE


def test_an_encoder_that_is_asked_to_stop(
    live: subprocess.Popen[bytes], receiver: Receiver, key: str
) -> None:
    live.terminate()
    assert receiver.recording(key).ending(2) == (True, "the encoder stopped")


def test_a_silent_encoder_is_noticed_within_five_seconds(
    live: subprocess.Popen[bytes], receiver: Receiver, key: str
) -> None:
    """Stopped by a signal, it keeps the connection open, as a pulled cable does."""
    start = time.monotonic()
    os.kill(live.pid, signal.SIGSTOP)
    recording = receiver.recording(key)
    assert recording.ending() == (False, "nothing was received for 4 s")
    assert 3.5 < time.monotonic() - start < 5


def test_a_reset_connection(receiver: Receiver, key: str) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        publisher.send(FRAME)
        recording = receiver.recording(key)
        eventually(lambda: recording.tags)
        publisher.reset()
    assert recording.ending(1) == BROKE
    assert len(recording.endings) == 1


def test_an_end_in_the_middle_of_a_frame(receiver: Receiver, key: str) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        publisher.send(FRAME)
        publisher.socket.sendall(b"\x04" + bytes(3) + b"\x01\x00\x00\x09" + bytes(100))
    recording = receiver.recording(key)
    assert recording.ending(1) == BROKE
    assert recording.tags == [FRAME]


def test_something_that_is_not_rtmp(receiver: Receiver, key: str) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        publisher.socket.sendall(b"\xff" * 100)
        reason = "the encoder sent something that is not RTMP"
        assert receiver.recording(key).ending(1) == (False, reason)


def test_the_server_ends_it(receiver: Receiver, key: str) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        recording = receiver.recording(key)
        receiver.ask(lambda: recording.connection.close("the stream was disabled"))
        receiver.ask(lambda: recording.connection.close("something else"))
        assert recording.ending(1) == (False, "the stream was disabled")
        last = [message.body for message in until_closed(publisher)][-1]
        assert b"the stream was disabled" in last


def until_closed(publisher: Publisher) -> Generator[Message]:
    while True:
        try:
            yield publisher.receive()
        except ConnectionResetError:
            return


def test_nothing_more_arrives_once_the_sink_has_ended_it(
    receiver: Receiver, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        recording = receiver.recording(key)
        monkeypatch.setattr(recording, "tag", lambda _: recording.connection.close("enough"))
        publisher.socket.sendall(bytes.fromhex("04 000000 000001 08 01000000 af") * 2)
        assert recording.ending(1) == (False, "enough")
        assert list(until_closed(publisher))


def test_the_server_stops(key: str) -> None:
    with receiving() as server:
        publisher = Publisher(f"{server.url}/{key}")
        recording = server.recording(key)
    assert recording.endings == [(False, "the server ended it")]
    publisher.socket.close()


def test_a_pause_is_no_end_while_pings_are_answered(impatient: Receiver, key: str) -> None:
    with Publisher(f"{impatient.url}/{key}") as publisher:
        recording = impatient.recording(key)
        for _ in range(4):  # each comes after 0.3 s of silence
            ping = next(one for one in until_closed(publisher) if one.kind == USER_CONTROL)
            assert ping.body[:2] == PING_REQUEST.to_bytes(2)
            publisher.send_message(Message(USER_CONTROL, 0, 0, b"\0\7" + ping.body[2:]), 2)
        assert recording.endings == []
        assert impatient.ask(lambda: recording.connection.silent_seconds) > 1
        publisher.send(FRAME)
        eventually(lambda: recording.tags)
        assert impatient.ask(lambda: recording.connection.silent_seconds) < 0.5
        assert recording.ending(2) == (False, "nothing was received for 0.6 s")


def test_a_pause_has_an_end(impatient: Receiver, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSE", 0.4)
    with Publisher(f"{impatient.url}/{key}") as publisher:
        recording = impatient.recording(key)
        for one in until_closed(publisher):
            if one.kind == USER_CONTROL:
                publisher.send_message(Message(USER_CONTROL, 0, 0, b"\0\7" + one.body[2:]), 2)
        clean, reason = recording.ending(3)
        assert not clean
        assert "no picture or sound came" in reason


def test_who_asks_without_listening_is_silent(impatient: Receiver, key: str) -> None:
    """Answers that nobody takes would fill the memory."""
    question = Message(COMMAND, 0, 0, amf0.encode("connect", 1.0, {}))
    with Publisher(f"{impatient.url}/{key}") as publisher:
        recording = impatient.recording(key)
        publisher.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with suppress(OSError):
            while not recording.endings:
                publisher.socket.sendall(chunked(question, COMMAND_STREAM, CHUNK_SIZE) * 1000)
        assert recording.ending(3) == (False, "nothing was received for 0.6 s")


def test_a_paused_connection_loses_nothing(impatient: Receiver, key: str) -> None:
    frames = [Tag(flv.VIDEO, number, bytes(50_000)) for number in range(200)]
    with Publisher(f"{impatient.url}/{key}") as publisher:
        recording = impatient.recording(key)
        impatient.ask(recording.connection.pause)
        publisher.socket.settimeout(0.8)  # longer than the server waits for a silent one
        with suppress(TimeoutError):
            for frame in frames:
                publisher.send(frame)
        assert recording.endings == []
        assert len(recording.tags) < 20
        assert impatient.ask(lambda: recording.connection.silent_seconds) == 0
        impatient.ask(recording.connection.resume)
        eventually(lambda: len(recording.tags) > 20)


def test_bytes_are_acknowledged_when_asked(receiver: Receiver, key: str) -> None:
    with Publisher(f"{receiver.url}/{key}") as publisher:
        publisher.send_message(Message(WINDOW_SIZE, 0, 0, (1000).to_bytes(4)), 2)
        publisher.send(Tag(flv.VIDEO, 0, bytes(5000)))
        received = next(one for one in until_closed(publisher) if one.kind == ACKNOWLEDGEMENT)
        assert int.from_bytes(received.body) > 1000
        publisher.stop()


@pytest.mark.usefixtures("failing")
class TestFailingSink:
    """A fault of ours ends one broadcast, is logged, and leaves the server as it is."""

    @pytest.fixture
    def failing(self) -> None:
        """Lets the log have the tracebacks."""

    @pytest.mark.parametrize("method", ["tag", "closed"])
    def test_ends_one_broadcast(
        self, receiver: Receiver, key: str, monkeypatch: pytest.MonkeyPatch, method: str
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("The disk is full.")

        with Publisher(f"{receiver.url}/{key}") as publisher:
            monkeypatch.setattr(receiver.recording(key), method, fail)
            publisher.send(FRAME)
            publisher.send(FRAME)
            publisher.stop()
        with Publisher(f"{receiver.url}/other") as publisher:
            publisher.stop()
        assert receiver.recording("other").ending() == (True, "the encoder stopped")

    def test_refuses_when_it_cannot_be_made(
        self, receiver: Receiver, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiver, "recordings", None)
        with pytest.raises(PublishFailed, match="the server failed"):
            Publisher(f"{receiver.url}/{key}")
