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
        self._missing = 0  # bytes of that chunk

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes. Raises Malformed; then the connection is lost.

        Set Chunk Size and Abort are obeyed here, since they are about the very next bytes.
        """
        data, position = self._rest + data, 0
        self._rest = b""
        while True:
            if self._current is None:
                after_header = self._read_header(data, position)
                if after_header is None:
                    self._rest = data[position:]
                    return
                position = after_header
            end = min(position + self._missing, len(data))
            message = self._add(data[position:end])
            position = end
            if message is None and self._current is not None:
                return
            if message is not None and not self._obeyed(message):
                yield message

    def _read_header(self, data: bytes, position: int) -> int | None:
        """Where the chunk's payload starts, or None when the header is not complete yet."""
        if position == len(data):
            return None
        form, number = data[position] >> 6, data[position] & 63
        start = position + 1
        if number < 2:  # the number is in the next one or two bytes
            start += number + 1
            number = 64 + int.from_bytes(data[position + 1 : start], "little")
        end = start + HEADER_SIZES[form]
        if end > len(data):
            return None
        stream = self._streams.get(number) or self._opened(number, form)
        if form < 3:
            stream.extended = int.from_bytes(data[start : start + 3]) == EXTENDED
            end += 4 * stream.extended
        elif stream.extended:
            # The time comes again, says the specification, but OBS has left it out. No body is to
            # be expected to begin with the very same bytes.
            again = data[end : end + 4]
            end += 4 * stream.delta.to_bytes(4).startswith(again)
        if end > len(data):
            return None
        self._begin_chunk(stream, form, data[start:end])
        return end

    def _opened(self, number: int, form: int) -> _ChunkStream:
        if form > 1:
            raise Malformed("A chunk refers to an earlier one that never came.")
        if len(self._streams) == MAX_CHUNK_STREAMS:
            raise Malformed("There are too many chunk streams.")
        return self._streams.setdefault(number, _ChunkStream())

    def _begin_chunk(self, stream: _ChunkStream, form: int, header: bytes) -> None:
        if stream.body is None:
            self._begin_message(stream, form, header)
        elif form < 3:
            raise Malformed("A message begins inside another of its chunk stream.")
        received = len(stream.body) if stream.body else 0
        self._current = stream
        self._missing = min(self._chunk_size, stream.length - received)

    def _begin_message(self, stream: _ChunkStream, form: int, header: bytes) -> None:
        """Type 0 has an absolute time; 1 and 2 a difference; 3 is one more with the same."""
        if form < 3:
            stream.delta = int.from_bytes(header[-4:] if stream.extended else header[:3])
        if form < 2:
            stream.length, stream.kind = int.from_bytes(header[3:6]), header[6]
        if form == 0:
            stream.stream_id, stream.timestamp = int.from_bytes(header[7:11], "little"), 0
        stream.timestamp = (stream.timestamp + stream.delta) & 0xFFFFFFFF
        self._unfinished += stream.length
        if self._unfinished > self.limit:
            raise Malformed("Unfinished messages are too large.")

    def _add(self, piece: bytes) -> Message | None:
        """Take a piece of the current chunk; the message when it is the last one's."""
        stream = self._current
        if stream is None:
            return None
        self._missing -= len(piece)
        if not self._missing:
            self._current = None
        if stream.body is None and len(piece) == stream.length:
            body = piece  # whole messages in one chunk are the common case, and need no joining
        else:
            stream.body = stream.body or bytearray()
            stream.body += piece
            if len(stream.body) < stream.length:
                return None
            body, stream.body = bytes(stream.body), None
        self._unfinished -= stream.length
        return Message(stream.kind, stream.stream_id, stream.timestamp, body)

    def _obeyed(self, message: Message) -> bool:
        if message.kind not in (SET_CHUNK_SIZE, ABORT):
            return False
        number = number_in(message)
        if message.kind == SET_CHUNK_SIZE:
            if not 0 < number <= 0x7FFFFFFF:
                raise Malformed("The chunk size is out of bounds.")
            self._chunk_size = min(number, LARGEST_MESSAGE)
        elif (stream := self._streams.get(number)) and stream.body is not None:
            stream.body = None
            self._unfinished -= stream.length
        return True


def number_in(message: Message) -> int:
    """The 32-bit number that a protocol control message begins with. Raises Malformed."""
    if len(message.body) < 4:
        raise Malformed("A protocol control message is too short.")
    return int.from_bytes(message.body[:4])


def chunked(message: Message, chunk_stream: int, chunk_size: int) -> bytes:
    """The message with a complete header, as chunks of a chunk stream below 64."""
    kind, stream_id, timestamp, body = message
    extension = struct.pack(">I", timestamp) if timestamp >= EXTENDED else b""
    header = min(timestamp, EXTENDED).to_bytes(3) + len(body).to_bytes(3) + bytes([kind])
    parts = [bytes([chunk_stream]), header, stream_id.to_bytes(4, "little"), extension]
    for start in range(0, len(body), chunk_size):
        parts += [bytes([0xC0 | chunk_stream]), extension] if start else []
        parts.append(body[start : start + chunk_size])
    return b"".join(parts)
