"""Publishes over RTMP as OBS does, down to the chunk headers, for tests and test broadcasts.

OBS sends what ffmpeg never does: its chunk size before `connect`; audio and video on one chunk
stream, where time may go back; headers left out wherever a message is like the one before.
Source: https://github.com/obsproject/obs-studio (plugins/obs-outputs: librtmp/rtmp.c, flv-mux.c)
"""

import os
import socket
import struct
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from localmux.live import amf0
from localmux.live.amf0 import EcmaArray, Value
from localmux.live.chunks import (
    DEFAULT_CHUNK_SIZE,
    EXTENDED,
    SET_CHUNK_SIZE,
    ChunkReader,
    Message,
    chunked,
)
from localmux.live.flv import SCRIPT, Tag
from localmux.live.messages import SET_DATA_FRAME
from localmux.live.replies import COMMAND, COMMAND_STREAM, CONTROL_STREAM, STREAM_ID
from localmux.live.wire import HANDSHAKE, VERSION

PORT = 1935
CHUNK_SIZE = 4096  # bytes
MEDIA_STREAM = 4  # chunk stream of audio, video, metadata and `publish`
ANSWER_WITHIN = 10.0  # seconds


class PublishFailed(Exception):
    """The server refused; the text is its description."""


class ChunkWriter:
    """Cuts messages into chunks with the shortest headers that say enough.

    `repeat_extended` false leaves extended times out of type 3 chunks, as OBS long did.
    """

    def __init__(self, chunk_size: int = CHUNK_SIZE, *, repeat_extended: bool = True) -> None:
        self._chunk_size = chunk_size
        self._repeat_extended = repeat_extended
        self._last: dict[int, tuple[Message, int]] = {}  # with the time as it was written

    def chunks(self, message: Message, number: int, *, complete: bool = False) -> list[bytes]:
        """The message on chunk stream `number` (2 to 63), with a complete header if wanted."""
        form, time = (0, message.timestamp) if complete else self._form(message, number)
        self._last[number] = message, time
        extension = struct.pack(">I", time) if time >= EXTENDED else b""
        fields = (
            min(time, EXTENDED).to_bytes(3),
            len(message.body).to_bytes(3) + bytes([message.kind]),
            message.stream_id.to_bytes(4, "little"),
        )
        repeated = extension if self._repeat_extended else b""
        head = bytes([form << 6 | number]) + b"".join(fields[: 3 - form])
        head += extension if form < 3 else repeated
        parts = []
        for start in range(0, len(message.body) or 1, self._chunk_size):
            parts.append(head + message.body[start : start + self._chunk_size])
            head = bytes([0xC0 | number]) + repeated
        return parts

    def _form(self, message: Message, number: int) -> tuple[int, int]:
        """The chunk type, and the time to write: absolute for 0, else the difference."""
        if number not in self._last or self._last[number][0].stream_id != message.stream_id:
            return 0, message.timestamp
        last, last_time = self._last[number]
        time = (message.timestamp - last.timestamp) & 0xFFFFFFFF
        if (last.kind, len(last.body)) != (message.kind, len(message.body)):
            return 1, time
        return (3 if time == last_time else 2), time


def parameters_of_obs(app: str, address: str) -> dict[str, Value]:
    """What OBS says in `connect`; `address` is the URL up to the application."""
    version = "FMLE/3.0 (compatible; FMSc/1.0)"
    members = {"app": app, "type": "nonprivate", "flashVer": version}
    return {**members, "swfUrl": address, "tcUrl": address}


def metadata_of_obs(width: int, height: int, frame_rate: float, channels: int) -> EcmaArray:
    """The twenty members of OBS's onMetaData, in its order."""
    numbers: dict[str, float] = {"duration": 0, "fileSize": 0, "width": width, "height": height}
    numbers |= {"videocodecid": 7, "videodatarate": 2500, "framerate": frame_rate}
    numbers |= {"audiocodecid": 10, "audiodatarate": 160, "audiosamplerate": 48000}
    numbers |= {"audiosamplesize": 16, "audiochannels": channels}
    layouts = dict.fromkeys(("2.1", "3.1", "4.0", "4.1", "5.1", "7.1"), False)
    encoder = "obs-output module (libobs version 29.0.2)"
    return EcmaArray({**numbers, "stereo": channels == 2, **layouts, "encoder": encoder})


class Publisher:
    """A connection that publishes to `rtmp://host:port/application/key`.

    Raises PublishFailed when it is refused and OSError when nobody listens. Leaving the context
    without `stop` cuts the connection, as a crash would.
    """

    def __init__(
        self,
        url: str,
        *,
        parameters: Mapping[str, Value] | None = None,
        chunk_size: int = CHUNK_SIZE,
        repeat_extended: bool = True,
    ) -> None:
        address, _, self._key = url.rpartition("/")
        parts = urlsplit(address)
        self._chunks = ChunkWriter(chunk_size, repeat_extended=repeat_extended)
        self._reader = ChunkReader(limit=1 << 20)
        self._received: deque[Message] = deque()
        self._transaction = 0
        where = (parts.hostname or "localhost", parts.port or PORT)
        self.socket = socket.create_connection(where, ANSWER_WITHIN)
        try:
            self._shake_hands()
            resize = Message(SET_CHUNK_SIZE, 0, 0, chunk_size.to_bytes(4))
            self.socket.sendall(chunked(resize, CONTROL_STREAM, DEFAULT_CHUNK_SIZE))
            self._connect(dict(parameters or parameters_of_obs(parts.path[1:], address)))
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def _shake_hands(self) -> None:
        ours = bytes(8) + os.urandom(HANDSHAKE - 8)
        self.socket.sendall(VERSION + ours)
        answer = self._receive_exactly(1 + HANDSHAKE)
        self.socket.sendall(answer[1:])
        if self._receive_exactly(HANDSHAKE) != ours:
            raise PublishFailed("The server does not repeat the handshake.")

    def _receive_exactly(self, size: int) -> bytes:
        data = self.socket.recv(size, socket.MSG_WAITALL)
        if len(data) < size:
            raise ConnectionResetError("The server closed during the handshake.")
        return data

    def _connect(self, parameters: dict[str, Value]) -> None:
        """`createStream` waits for `connect`, and `publish` for `createStream`; others do not."""
        self._call("connect", parameters)
        self._answer()
        self._call("releaseStream", None, self._key)
        self._call("FCPublish", None, self._key)
        self._call("createStream", None)
        for _ in range(3):
            self._answer()
        self._call("publish", None, self._key, "live", number=MEDIA_STREAM, stream_id=STREAM_ID)
        self._answer()

    def _call(
        self, name: str, *arguments: Value, number: int = COMMAND_STREAM, stream_id: int = 0
    ) -> None:
        self._transaction += 1
        body = amf0.encode(name, float(self._transaction), *arguments)
        self.send_message(Message(COMMAND, stream_id, 0, body), number, complete=True)

    def _answer(self) -> None:
        """Wait for the next `_result` or `onStatus`. Raises PublishFailed for an error."""
        while (message := self.receive()).kind != COMMAND:
            pass
        information = amf0.decode(message.body)[-1]
        if isinstance(information, dict) and information.get("level") == "error":
            raise PublishFailed(str(information.get("description")))

    def receive(self) -> Message:
        """The next message of the server. Raises ConnectionResetError at the end."""
        while not self._received:
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError("The server closed the connection.")
            self._received.extend(self._reader.feed(data))
        return self._received.popleft()

    def send_message(self, message: Message, number: int, *, complete: bool = False) -> None:
        self.socket.sendall(b"".join(self._chunks.chunks(message, number, complete=complete)))

    def send(self, tag: Tag) -> None:
        """Metadata, audio or video. OBS sends complete headers at time 0 and for metadata."""
        body = SET_DATA_FRAME + tag.body if tag.kind == SCRIPT else tag.body
        complete = tag.kind == SCRIPT or tag.timestamp == 0
        message = Message(tag.kind, STREAM_ID, tag.timestamp, body)
        self.send_message(message, MEDIA_STREAM, complete=complete)

    def stop(self) -> None:
        """End as the stop button does."""
        self._call("FCUnpublish", None, self._key)
        self._call("deleteStream", None, float(STREAM_ID))
        self.socket.close()

    def reset(self) -> None:
        """End with a TCP reset, as a router that lost its state does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
