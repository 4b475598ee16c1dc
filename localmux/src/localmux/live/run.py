"""One connection's media on its way into a recording: sorted, queued, fed to ffmpeg.

Taking a tag never waits. What comes faster than ffmpeg takes it is queued, and when the queue is
full it is dropped up to the next keyframe.
"""

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING

from localmux.live import tag_content
from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag
from localmux.live.load import Load
from localmux.live.measures import Measures
from localmux.live.takes import Take, Takes
from localmux.live.timeline import Part
from localmux.live.transcoder import WITHOUT_PROGRESS, Transcoder, TranscoderEnded
from localmux.room import SENTENCE, is_full

if TYPE_CHECKING:
    from localmux.live.recording import Recording

QUEUE = 16 << 20  # bytes; twenty seconds of 6 Mbit/s
BLOCK = 1 << 16  # bytes that are fed at once
LOOK_AGAIN = 1.0  # seconds between two looks at whether ffmpeg keeps up
ATTEMPTS = 2  # takes in a row from which ffmpeg made nothing, until the connection has failed

logger = logging.getLogger("localmux.live")


class Run:
    """Takes the tags of one connection (never blocks); `end` flushes what is left."""

    def __init__(self, recording: "Recording", number: int) -> None:
        self.failed: str | None = None  # plain words when ffmpeg cannot use what is sent
        self.takes = Takes()
        self.measures = Measures()
        self.dropped = 0  # tags
        self._recording, self._number = recording, number
        self._queue: deque[Take | bytes] = deque()
        self._queued = 0  # bytes
        self._filled = asyncio.Event()
        self._dropping = self._ended = False
        self._fruitless = 0  # takes in a row without a segment
        self._part: Part | None = None
        self._transcoder: Transcoder | None = None
        self._load = Load()
        self._work = asyncio.create_task(self._feed_all())
        self._watch = asyncio.create_task(self._look())

    def tag(self, tag: Tag) -> None:
        """Take the next tag as it came."""
        self.measures.take(tag, self.takes.time)
        if self._ended or self.failed or self._drops(tag):
            return
        for item in self.takes.sort(tag, time.time()):
            self._queue.append(item)
            self._queued += len(item) if isinstance(item, bytes) else 0
        self._filled.set()

    def _drops(self, tag: Tag) -> bool:
        if tag.kind == SCRIPT or tag_content.is_header(tag):
            return False
        kind = VIDEO if self.takes.published is None or self.takes.published.picture else AUDIO
        if self._queued > QUEUE:
            self._dropping = True
        elif self._queued < QUEUE // 2 and tag.kind == kind and tag_content.is_keyframe(tag):
            self._dropping = False
        self.dropped += self._dropping
        return self._dropping

    async def end(self) -> None:
        """Return when everything that came is in the recording."""
        self._ended = True
        self._filled.set()
        made = -1.0
        while not self._work.done():
            if made == self._recording.duration and self._transcoder:
                await self._transcoder.kill()  # it takes nothing, so that the queue never ends
            made = self._recording.duration
            await asyncio.wait([self._work], timeout=WITHOUT_PROGRESS)
        self._watch.cancel()

    async def _feed_all(self) -> None:
        async with self._recording.turn:
            try:
                while item := await self._next():
                    if isinstance(item, Take):
                        await self._begin(item)
                    elif self._transcoder:
                        await self._feed(item)
            except OSError as problem:
                self.failed = _refused(problem)
            finally:
                await self._finish_take()

    async def _next(self) -> Take | bytes | None:
        """The begin of a take, or as much of it as there is; None at the end."""
        while not self._queue:
            if self._ended:
                return None
            self._filled.clear()
            await self._filled.wait()
        item = self._queue.popleft()
        if isinstance(item, Take):
            return item
        blocks, size = [item], len(item)
        while size < BLOCK and self._queue and isinstance(block := self._queue[0], bytes):
            self._queue.popleft()
            blocks.append(block)
            size += len(block)
        self._queued -= size
        return b"".join(blocks)

    async def _begin(self, take: Take) -> None:
        await self._finish_take()
        recording = self._recording
        self._part = recording.begin_part(self._number, take)
        job = recording.job(self._part)
        for name in job.names:
            (job.folder / name).mkdir(exist_ok=True)
        self._load = Load()
        self._transcoder = Transcoder(recording.encoders, job, recording.append, self._lost)
        await self._feed(take.opening)

    async def _feed(self, data: bytes) -> None:
        if self._transcoder is None:
            return
        try:
            await self._transcoder.feed(data)
        except TranscoderEnded:
            await self._finish_take()

    def _lost(self) -> None:
        """ffmpeg ended by itself: what is queued for it is lost, up to the next keyframe."""
        if self._transcoder and self._part and self._part.published is self.takes.published:
            self.takes.restart()

    async def _finish_take(self) -> None:
        """Also judge whether it was of any use."""
        transcoder, self._transcoder = self._transcoder, None
        if transcoder is None:
            return
        await transcoder.finish()
        self._recording.overhang = transcoder.overhang
        self._fruitless = 0 if transcoder.made else self._fruitless + 1
        if transcoder.disk_full and not self._recording.closing:
            self.failed = SENTENCE
        elif self._part and self._fruitless >= ATTEMPTS and not self._recording.closing:
            self.failed = _words(self._part)

    async def _look(self) -> None:
        """Step down, or begin anew, when ffmpeg falls behind or stands still."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            part, transcoder = self._part, self._transcoder
            if not part or not transcoder or part.published is not self.takes.published:
                continue
            self._load.look(self.takes.newest / 1000, part.end - part.begin)
            if self._load.stands_still:
                logger.warning("ffmpeg made nothing for a while and is started again.")
                await transcoder.kill()
            elif self._load.too_heavy and self._recording.step_down(self._load.reason):
                self.takes.cut()


def _refused(problem: OSError) -> str:
    if is_full(problem):
        return SENTENCE
    return f"The recording cannot be written: {problem.strerror}."


def _words(part: Part) -> str:
    picture, sound = part.published.picture, part.published.sound
    codecs = " and ".join(stream.codec for stream in (picture, sound) if stream)
    return f"What the encoder sends ({codecs}) cannot be decoded. Send H.264 and AAC."
