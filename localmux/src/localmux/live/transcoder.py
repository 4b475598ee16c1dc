"""One ffmpeg that turns a take into segments, every rendition in one process.

Segments of all renditions begin with the same frames; their time stamps go on from one take of
a recording to the next.
"""

import asyncio
import contextlib
import errno
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from localmux.live.published import Published
from localmux.media.encoders import FULL_CODES, Encoders, EncodersClosed
from localmux.media.ladder import AUDIO_BIT_RATE, Rendition
from localmux.media.segments import TIMESTAMP_OFFSET
from localmux.media.timeline import SAMPLE_RATE
from localmux.room import is_full

AUDIO = "audio"  # the name of the only rendition where there is no picture
WITHOUT_PROGRESS = 4.0  # seconds that an ended take gets for its next segment
BLOCK = 4096  # bytes
PACKET = 188  # bytes of MPEG-TS
ROOM = 64 << 10  # bytes that are left on a disk which took all of a segment

logger = logging.getLogger("localmux.live")


class TranscoderEnded(Exception):
    """ffmpeg takes no more."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one ffmpeg is to make. Times in seconds."""

    folder: Path
    published: Published
    renditions: Sequence[Rendition]  # none where there is only sound
    first: int  # number of the first segment
    begin: float  # time of its first frame in the recording
    segment: Fraction  # length
    sound_from: float = 0.0  # where the sound of the take before ends, after `begin`

    @property
    def names(self) -> list[str]:
        return [rendition.name for rendition in self.renditions] or [AUDIO]

    @property
    def frames(self) -> int:
        """Frames of the picture in a whole segment; 0 where there is none."""
        picture = self.published.picture
        return max(1, round(self.segment * picture.frame_rate)) if picture else 0

    def arguments(self) -> list[str]:
        """ffmpeg's command line; it reads FLV from its standard input."""
        outputs = [self._output(number, name) for number, name in enumerate(self.names)]
        return [
            *("-fpsprobesize", "0", "-analyzeduration", "500000", "-probesize", "1000000"),
            *("-f", "flv", "-i", "pipe:0", "-filter_complex", ";".join(self._filters())),
            *[option for output in outputs for option in output],
        ]

    def _filters(self) -> list[str]:
        graph, count = [], len(self.names)
        if picture := self.published.picture:
            split = "".join(f"[s{number}]" for number in range(count))
            rate = f"fps={picture.frame_rate}:start_time=0"
            graph.append(f"[0:v:0]scale=iw*sar:ih,{rate},split={count}{split}")
            graph += [
                f"[s{number}]{_fitted(rendition)}[v{number}]"
                for number, rendition in enumerate(self.renditions)
            ]
        if self.published.sound:
            split = "".join(f"[a{number}]" for number in range(count))
            steps = [
                f"aresample={SAMPLE_RATE}",
                f"aresample={SAMPLE_RATE}:async=1:first_pts=0",
                "aformat=sample_fmts=fltp:channel_layouts=stereo",
                f"asplit={count}{split}",
            ]
            graph.append(f"[0:a:0]{','.join(steps)}")
        return graph

    def _output(self, number: int, name: str) -> list[str]:
        options = []
        if self.renditions:
            options += ["-map", f"[v{number}]", *self._picture(self.renditions[number])]
        if self.published.sound:
            # Chromium's own HLS gives up when sound goes back in time from one take to the next.
            outside = f"noise=drop=lt(pts*tb\\,{self.sound_from:.6f})"
            options += ["-map", f"[a{number}]", "-c:a", "aac", "-b:a", str(AUDIO_BIT_RATE)]
            options += ["-bsf:a", outside]
        # Every keyframe begins a segment; sound alone has no others, so that the time decides.
        length = "0.001" if self.renditions else str(float(self.segment))
        offset = f"output_ts_offset={TIMESTAMP_OFFSET + self.begin:.6f}"
        return [
            *(*options, "-max_interleave_delta", "1000000", "-max_muxing_queue_size", "4096"),
            *("-avoid_negative_ts", "disabled", "-f", "segment", "-segment_time", length),
            *("-segment_format", "mpegts", "-individual_header_trailer", "0"),
            "-segment_format_options",
            # ffmpeg lists a segment before it closes it, so nothing may be left to be written then.
            f"{offset}:mpegts_copyts=1:avoid_negative_ts=disabled:flush_packets=1",
            *("-segment_list", "pipe:1", "-segment_list_type", "csv"),
            *("-segment_list_entry_prefix", f"{name}/", "-segment_start_number", str(self.first)),
            str(self.folder / name / "%d.ts"),
        ]

    def _picture(self, rendition: Rendition) -> list[str]:
        target, frames = str(rendition.target), str(self.frames)
        return [
            *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
            *("-level", rendition.level, "-b:v", target, "-maxrate", target, "-bufsize", target),
            *("-g", frames, "-keyint_min", frames, "-sc_threshold", "0"),
        ]


def _fitted(rendition: Rendition) -> str:
    """Also when the picture is not of the size that the encoder told."""
    size = f"{rendition.width}:{rendition.height}"
    return (
        f"scale={size}:flags=fast_bilinear:force_original_aspect_ratio=decrease,"
        f"pad={size}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p"
    )


class Transcoder:
    """A running job.

    `on_segment` is told once all renditions have a segment, in their order; it gets the seconds
    that the segment lasts. `on_end` is called when ffmpeg has ended, for whatever reason.
    """

    def __init__(
        self,
        encoders: Encoders,
        job: Job,
        on_segment: Callable[[float], None],
        on_end: Callable[[], None],
    ) -> None:
        self.job = job
        self.made = 0  # segments
        self.overhang = 0.0  # seconds of sound after the end of the picture
        self.disk_full = False
        self._encoders = encoders
        self._on_segment, self._on_end = on_segment, on_end
        self._waiting: dict[str, list[float]] = {name: [] for name in job.names}
        self._input: asyncio.Future[asyncio.StreamWriter] = asyncio.Future()
        self._progress = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def feed(self, data: bytes) -> None:
        """Return when ffmpeg has room for more. Raises TranscoderEnded."""
        try:
            pipe = await asyncio.shield(self._input)
            pipe.write(data)
            await pipe.drain()
        except (OSError, asyncio.CancelledError) as problem:
            if self._input.cancelled() or isinstance(problem, OSError):
                raise TranscoderEnded from None
            raise

    async def finish(self) -> None:
        """Make what is left into segments; ffmpeg is killed when it makes no progress."""
        with contextlib.suppress(TranscoderEnded, OSError):
            await self.feed(b"")
            self._input.result().close()
        while not self._task.done():
            self._progress.clear()
            progress = asyncio.create_task(self._progress.wait())
            done, _ = await asyncio.wait(
                (self._task, progress),
                timeout=WITHOUT_PROGRESS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            progress.cancel()
            if not done:
                await self.kill()

    async def kill(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _live(self) -> None:
        try:
            async with self._encoders.lasting(self.job.arguments()) as child:
                if child.stdin and child.stdout and child.stderr:
                    self._input.set_result(child.stdin)
                    complaints = asyncio.create_task(_discard(child.stderr))
                    await self._read(child.stdout)
                    await complaints
                if code := await child.wait():
                    self.disk_full = code in FULL_CODES
                    logger.warning("ffmpeg ended with code %d while it encoded a stream.", code)
        except EncodersClosed:
            logger.info("A stream is no longer encoded: localmux is shutting down.")
        except OSError as problem:
            self.disk_full = is_full(problem)
            logger.error("A stream cannot be encoded: %s", problem.strerror)  # noqa: TRY400 said all
        finally:
            self._input.cancel()
            self._on_end()

    async def _read(self, output: asyncio.StreamReader) -> None:
        """Lines such as `720p/7.ts,0.000000,1.021333`, written once a segment is closed."""
        while line := await output.readline():
            name, begin, end = line.decode().rstrip().split(",")
            self._waiting[name.rpartition("/")[0]].append(self._length(float(begin), float(end)))
            while all(self._waiting.values()):
                lengths = [waiting.pop(0) for waiting in self._waiting.values()]
                for name in self.job.names:
                    check_whole(self.job.folder / name / f"{self.job.first + self.made}.ts")
                self.made += 1
                self._progress.set()
                self._on_segment(lengths[0])

    def _length(self, begin: float, end: float) -> float:
        """What ffmpeg tells includes sound that reaches into the next segment."""
        picture = self.job.published.picture
        told = end - max(0.0, begin)
        length = min(told, float(self.job.frames / picture.frame_rate)) if picture else told
        self.overhang = told - length
        return length


def check_whole(segment: Path) -> None:
    """Raise OSError for a segment that is cut off: ffmpeg lists those too when the disk is full."""
    size, disk = segment.stat().st_size, os.statvfs(segment.parent)
    if not size or size % PACKET or disk.f_bavail * disk.f_frsize < ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def _discard(stream: asyncio.StreamReader) -> None:
    """What ffmpeg complains about may quote anything, so it goes nowhere."""
    while await stream.read(BLOCK):
        pass
