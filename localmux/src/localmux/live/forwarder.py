"""Forwards tags to one RTMP address through an ffmpeg that copies, and tries again when it ends."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from localmux.answers import Document
from localmux.live.flv import HEADER, Tag, written
from localmux.live.replay import Beginning
from localmux.media.encoders import Encoders, EncodersClosed

MOST_WAITING = 16 << 20  # bytes for a slow receiver; about 20 seconds of 6 Mbit/s
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries, doubling
ANSWER_WITHIN = 10  # seconds without progress on the network
END_WITHIN = 3.0  # seconds to send what is left and say goodbye
KEPT_COMPLAINT = 4096  # bytes

# ffmpeg's words for a codec that the receiver's format cannot carry
INCOMPATIBLE = (b"not compatible with", b"not currently supported in container", b"Invalid data")

type Tell = Callable[[str, str, str | None], None]

logger = logging.getLogger("localmux.live")
unfinished: set[asyncio.Task[None]] = set()  # asyncio itself would let go of them


class Forwarder:
    """One simulcast target while an encoder is connected.

    `tell` gets the target's id, its status and, for errored, its severity. Neither the address nor
    the key is ever logged, nor what ffmpeg says, which holds both.
    """

    def __init__(
        self, target: Document, beginning: Beginning, encoders: Encoders, tell: Tell
    ) -> None:
        self.target_id: str = target["id"]
        self.tries = self.dropped = 0  # dropped: tags that a slow receiver never got
        self._address: str = target["url"]
        if key := target.get("stream_key"):
            self._address = f"{target['url'].rstrip('/')}/{key}"
        self._beginning, self._encoders = beginning, encoders
        self._tell = tell
        self._waiting: deque[Tag] = deque()
        self._size = 0  # bytes waiting
        self._keyframe_first = True
        self._news = asyncio.Event()
        self._ended = False
        self._task = asyncio.create_task(self._work())
        unfinished.add(self._task)
        self._task.add_done_callback(unfinished.discard)

    def tag(self, tag: Tag, *, header: bool) -> None:
        """Take a tag of the encoder; never blocks."""
        if self._keyframe_first and not header:
            if not self._beginning.may_follow(tag):
                return
            self._keyframe_first = False
        if self._size > MOST_WAITING:
            self.dropped += len(self._waiting)
            self._start_over()
            return
        self._waiting.append(tag)
        self._size += len(tag.body)
        self._news.set()

    def _start_over(self) -> None:
        """Forget what waits, and go on with the headers and the next keyframe."""
        self._waiting = deque(self._beginning.tags())
        self._size = 0
        self._keyframe_first = True

    def end(self) -> None:
        """Send what waits, then end; the receiver gets a proper goodbye."""
        self._ended = True
        self._news.set()
        asyncio.get_running_loop().call_later(END_WITHIN, self._task.cancel)

    async def _work(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended:
            self.tries += 1
            self._start_over()
            try:
                fatal, sent = await self._forward()
            except EncodersClosed:
                return
            if self._ended:
                return
            logger.info("simulcast target %s errored", self.target_id)
            self._tell(self.target_id, "errored", "fatal" if fatal else "normal")
            if fatal:
                return
            pause = FIRST_PAUSE if sent else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _forward(self) -> tuple[bool, bool]:
        """One try, until ffmpeg ends: whether another is useless, and whether anything got out."""
        if self._address.startswith("srt:"):
            return True, False  # the source would have to be SRT too
        async with self._encoders.lasting(_arguments(self._address)) as child:
            feeding = asyncio.create_task(self._feed(child.stdin))
            try:
                watching = self._watch(child.stdout)
                sent, complaint = await asyncio.gather(watching, _last(child.stderr))
            finally:
                feeding.cancel()
        return any(words in complaint for words in INCOMPATIBLE), sent

    async def _feed(self, pipe: asyncio.StreamWriter | None) -> None:
        if pipe is None:
            return
        with contextlib.suppress(OSError):
            pipe.write(HEADER)
            while await self._something():
                tags, self._waiting, self._size = self._waiting, deque(), 0
                pipe.write(b"".join(map(written, tags)))
                await pipe.drain()
        pipe.close()

    async def _something(self) -> bool:
        """Wait until there is something to send; False when there never will be."""
        while not self._waiting:
            if self._ended:
                return False
            self._news.clear()
            await self._news.wait()
        return True

    async def _watch(self, pipe: asyncio.StreamReader | None) -> bool:
        """Tell when ffmpeg reports that it sends; whether it ever did."""
        sending = False
        while pipe and (line := await pipe.readline()):
            name, _, value = line.strip().partition(b"=")
            if name == b"total_size" and value.isdigit() and int(value) and not sending:
                sending = True
                if not self._ended:
                    self._tell(self.target_id, "broadcasting", None)
        return sending


def _arguments(address: str) -> list[str]:
    reading = ["-analyzeduration", "1000000", "-probesize", "1000000", "-f", "flv", "-i", "pipe:0"]
    timeout = ["-rw_timeout", str(ANSWER_WITHIN * 1_000_000)]
    progress = ["-progress", "pipe:1", "-stats_period", "0.5"]
    writing = ["-c", "copy", "-f", "flv", "-flvflags", "no_duration_filesize"]
    return [*progress, *reading, *writing, *timeout, address]


async def _last(pipe: asyncio.StreamReader | None) -> bytes:
    """What ffmpeg complained about last."""
    kept = b""
    while pipe and (some := await pipe.read(KEPT_COMPLAINT)):
        kept = (kept + some)[-KEPT_COMPLAINT:]
    return kept
