"""The lower half of an RTMP connection: handshake, messages, and whether anybody is still there.

Source: Adobe RTMP specification 1.0, sections 5.2 and 5.4,
https://rtmp.veriskope.com/pdf/rtmp_specification_1.0.pdf
"""

import asyncio
import os
from collections.abc import AsyncGenerator

from localmux.live import replies
from localmux.live.chunks import ChunkReader, Message, number_in
from localmux.live.malformed import Malformed
from localmux.live.messages import LARGEST_COMMAND, MEDIA

VERSION = b"\x03"
HANDSHAKE = 1536  # bytes
READ = 256 * 1024  # bytes; as many as asyncio takes from a socket at once
MEMORY = 32 * 1024 * 1024  # bytes of unfinished messages, once the key was found right
PAUSE = 300.0  # seconds a connection may stay without media, as long as it answers pings
LINGER = 1.0  # seconds for the other side to read the last word and close


class Ended(Exception):
    """The connection is of no more use; the text says why in words for the host."""


class Wire:
    """Messages out of an asyncio stream, answers into it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle_seconds: float
    ) -> None:
        self._flow = asyncio.Event()  # cleared while nothing shall be read
        self._flow.set()
        self._clock = asyncio.get_running_loop().time
        self._last_media = self._clock()
        self._reader, self._writer = reader, writer
        self._idle_seconds = idle_seconds
        self._publishing = False
        self._chunks = ChunkReader(LARGEST_COMMAND)
        self._received = self._acknowledged = 0  # bytes
        self._window = replies.WINDOW

    @property
    def silent_seconds(self) -> float:
        return self._clock() - self._last_media if self._flow.is_set() else 0.0

    def pause(self) -> None:
        self._flow.clear()

    def resume(self) -> None:
        self._last_media = self._clock()
        self._flow.set()

    async def shake_hands(self) -> None:
        """The simple handshake, which every encoder falls back to: S2 repeats C1 exactly.

        Raises Malformed, or Ended.
        """
        try:
            if await self._reader.readexactly(1) != VERSION:
                raise Malformed("The handshake is of another protocol.")
            self.send(VERSION + bytes(8) + os.urandom(HANDSHAKE - 8))
            self.send(await self._reader.readexactly(HANDSHAKE))
            await self._reader.readexactly(HANDSHAKE)
        except (OSError, EOFError):
            raise Ended("the connection broke") from None

    def expect_media(self) -> None:
        """From now on the publisher is trusted with memory, and may not fall silent."""
        self._chunks.limit = MEMORY
        self._publishing = True
        self._last_media = self._clock()

    async def messages(self) -> AsyncGenerator[Message]:
        """Everything that is not for the protocol itself. Raises Ended at the end, or Malformed."""
        while True:
            data = await self._read()
            self._received += len(data)
            if self._received - self._acknowledged >= self._window:
                self._acknowledged = self._received
                self.send(replies.control(replies.ACKNOWLEDGEMENT, self._received & 0xFFFFFFFF))
            for message in self._chunks.feed(data):
                if message.kind in MEDIA:
                    self._last_media = self._clock()
                if not self._controlled(message):
                    yield message

    async def _read(self) -> bytes:
        """What comes next. Raises Ended when nothing does.

        After half the time a ping is sent: an encoder that has nothing to show just now, but is
        there, answers it. ffmpeg and OBS do not, but never pause either.
        """
        await self._flow.wait()
        if not self._publishing:
            return await self._read_within(None)
        if self.silent_seconds > PAUSE:
            raise Ended(f"no picture or sound came for {PAUSE / 60:g} minutes")
        try:
            return await self._read_within(self._idle_seconds / 2)
        except TimeoutError:
            self.send(replies.user_control(replies.PING_REQUEST, 0))
        try:
            return await self._read_within(self._idle_seconds / 2)
        except TimeoutError:
            raise Ended(f"nothing was received for {self._idle_seconds:g} s") from None

    async def _read_within(self, seconds: float | None) -> bytes:
        """Raises TimeoutError also for one who asks without end and never reads the answers."""
        try:
            async with asyncio.timeout(seconds):
                await self._writer.drain()
                data = await self._reader.read(READ)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        if not data:
            raise Ended("the connection broke")
        return data

    def _controlled(self, message: Message) -> bool:
        """Whether it was a protocol control message, which is then done with. Raises Malformed."""
        if message.kind == replies.WINDOW_SIZE:
            self._window = number_in(message)
        elif message.kind == replies.USER_CONTROL:
            event, number = message.body[:2], message.body[2:6]
            if int.from_bytes(event) == replies.PING_REQUEST:
                self.send(replies.user_control(replies.PING_RESPONSE, int.from_bytes(number)))
        elif message.kind not in (replies.ACKNOWLEDGEMENT, replies.PEER_BANDWIDTH):
            return False
        return True

    def send(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)

    async def close(self) -> None:
        """Close after the other side, if it does so within LINGER.

        Closing with input unread resets the connection, and the last word would be lost.
        """
        try:
            async with asyncio.timeout(LINGER):
                self._writer.write_eof()
                while await self._reader.read(READ):
                    pass
        except OSError:
            return  # it is gone, or too slow (TimeoutError)
