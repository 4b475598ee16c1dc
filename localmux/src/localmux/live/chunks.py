"""The chunk stream of RTMP: messages cut into chunks, several messages under way at once.

Source: Adobe RTMP specification 1.0, section 5.3,
https://rtmp.veriskope.com/pdf/rtmp_specification_1.0.pdf
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from localmux.live.malformed import Malformed

SET_CHUNK_SIZE, ABORT = 1, 2  # message types
DEFAULT_CHUNK_SIZE = 128  # bytes, until the sender sets another
LARGEST_MESSAGE = 0xFFFFFF  # bytes: the length has 24 bits
EXTENDED = 0xFFFFFF  # in place of a timestamp: the true one follows in 32 bits
MAX_CHUNK_STREAMS = 64  # encoders use three to six
HEADER_SIZES = (11, 7, 3, 0)  # bytes of the message header, by chunk type


class Message(NamedTuple):
    kind: int
    stream_id: int
    timestamp: int  # milliseconds, 32 bits
    body: bytes


class _ChunkStream:
    """What the next header of one chunk stream leaves out because it is as before."""

    __slots__ = ("body", "delta", "extended", "kind", "length", "stream_id", "timestamp")

    def __init__(self) -> None:
        self.timestamp = self.delta = self.length = self.kind = self.stream_id = 0
        self.extended = False
        self.body: bytearray | None = None  # of the message under way


class ChunkReader:
    """Puts messages together from bytes that come in pieces of any size.

    `limit` (bytes) is for all unfinished messages of the connection together, by the lengths that
    they announce; nothing is set aside before it has arrived.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._chunk_size = DEFAULT_CHUNK_SIZE
        self._streams: dict[int, _ChunkStream] = {}
        self._unfinished = 0  # bytes announced by unfinished messages
        self._rest = b""  # an incomplete header
        self._current: _ChunkStream | None = None  # the one whose chunk is arriving
        self._wanted = 0  # bytes that are missing of that chunk

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes. Raises Malformed; then the connection is lost.

        Set Chunk Size and Abort are obeyed here, since they are about the very next bytes.
        """
        data = self._rest + data if self._rest else data
        position = 0
        while True:
            if self._current is None:
                start = self._read_header(data, position)
                if start is None:
                    break
                position = start
            if (stream := self._current) is None:
                continue
            end = min(position + self._wanted, len(data))
            body = self._add(stream, data, position, end)
            position = end
            if body is not None:
                message = Message(stream.kind, stream.stream_id, stream.timestamp, body)
                if message.kind in (SET_CHUNK_SIZE, ABORT):
                    self._obey(message)
                else:
                    yield message
            elif self._wanted:
                break
        self._rest = data[position:]
