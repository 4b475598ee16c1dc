"""Test broadcasts: an encoder of localmux's own, for whoever has no OBS at hand.

ffmpeg makes picture and sound; a thread publishes them over RTMP at the same address as everybody
else, so that nothing about the broadcast is make-believe, and the key is on no command line.
"""

import asyncio
import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO

from localmux.live import flv
from localmux.live.clock_picture import clock_picture
from localmux.live.malformed import Malformed
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.publisher import Publisher

GONE_WITHIN = 10.0  # seconds until the server must have noticed a vanished encoder
RUNNING, DROPPED = "running", "dropped"  # states


class TestBroadcast:
    """One encoder; `drop` and `come_back` may follow each other any number of times."""

    __test__ = False  # pytest takes the name for tests

    def __init__(self, url: str) -> None:
        self.state = RUNNING
        self._url = url
        self._encoder: _Encoder | None = None

    @property
    def ended(self) -> bool:
        """Whether the server sent it away, or ffmpeg failed."""
        return self.state == RUNNING and (self._encoder is None or not self._encoder.is_alive())

    async def start(self) -> None:
        """Return when it publishes. Raises PublishFailed when it is refused, or OSError."""
        self._encoder = await asyncio.to_thread(_Encoder, self._url)
        self._encoder.start()
        self.state = RUNNING

    async def stop(self) -> None:
        """As the stop button of an encoder."""
        await self._end(clean=True)

    def drop(self) -> None:
        """As a power cut: nothing comes any more, and nobody says so."""
        self.state = DROPPED
        if self._encoder:
            self._encoder.vanish()

    async def come_back(self) -> None:
        """Publish again. Raises as `start` does."""
        await self._end(clean=False)
        await self.start()

    async def _end(self, *, clean: bool) -> None:
        encoder, self._encoder = self._encoder, None
        if encoder:
            encoder.end(clean=clean and self.state == RUNNING)
            await asyncio.to_thread(encoder.join, GONE_WITHIN)


class _Encoder(threading.Thread):
    """ffmpeg's output on its way into one RTMP connection."""

    def __init__(self, url: str) -> None:
        super().__init__(name="test broadcast", daemon=True)
        self._publisher = Publisher(url)
        self._clean = self._vanished = False
        self._ended = threading.Event()
        nothing = subprocess.DEVNULL
        try:
            self._child = subprocess.Popen(
                _command(), stdin=nothing, stdout=subprocess.PIPE, stderr=nothing
            )
        except OSError:
            self._publisher.socket.close()
            raise

    def run(self) -> None:
        # Whoever was sent away finds the connection closed; that is how it ends for them.
        with self._child, self._publisher, contextlib.suppress(OSError, Malformed):
            try:
                for tag in _tags(self._child.stdout):
                    self._publisher.send(tag)
                if self._vanished:
                    self._ended.wait(GONE_WITHIN)
                elif self._clean:
                    self._publisher.stop()
            finally:
                self._child.kill()

    def vanish(self) -> None:
        """Send nothing more, but leave the connection open."""
        self._vanished = True
        self._child.kill()

    def end(self, *, clean: bool) -> None:
        self._clean = clean
        self._child.kill()
        self._ended.set()


def _tags(output: IO[bytes] | None) -> Iterator[flv.Tag]:
    """The tags of ffmpeg's output; what is cut off in the middle is left out."""
    if output is None or len(output.read(len(flv.HEADER))) < len(flv.HEADER):
        return
    while len(head := output.read(flv.TAG_HEADER)) == flv.TAG_HEADER:
        size = int.from_bytes(head[1:4]) + flv.BACK_POINTER
        body = output.read(size)
        if len(body) < size:
            return
        yield from flv.tags(head + body)


def _command() -> list[str]:
    now = time.time()
    local = time.localtime(now)
    seconds_of_day = local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec + now % 1
    real_time = ["-re", "-readrate_initial_burst", "0.001", "-f", "lavfi", "-i"]
    picture = [*real_time, clock_picture(seconds_of_day, now)]
    tone = [*real_time, "sine=frequency=440:beep_factor=2:sample_rate=48000,volume=0.3"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "60"]
    rate = ["-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "2500k", "-pix_fmt", "yuv420p"]
    audio = ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    head = [ffmpeg_executable(), "-hide_banner", "-nostdin", "-v", "error"]
    return [*head, *picture, *tone, *video, *rate, *audio, "-flush_packets", "1", "-f", "flv", "-"]
