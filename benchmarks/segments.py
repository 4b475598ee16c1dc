"""What localmux adds to bare ffmpeg when it makes a segment, and the memory that it takes.

Everything that is compared runs in turns in this one process, so that a busy machine slows both.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from localmux.media.asset_media import AUDIO, AssetMedia
from localmux.media.encoders import Encoders, Priority
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.media.maker import Maker
from localmux.media.testing import make_file, prepare

SECONDS = 24  # of the source whose segments are made
PICTURE = ("-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=30:d={SECONDS},noise=alls=8:allf=t")
SOUND = ("-f", "lavfi", "-i", f"sine=440:d={SECONDS}")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-pix_fmt", "yuv420p")
GOPS = {"keyframe every 2 s": "60", "keyframe every 8.3 s": "250"}


def figures() -> Iterator[Figure]:
    """Give what a segment costs, whether playing can keep up, and what a server needs."""
    with tempfile.TemporaryDirectory() as folder:
        for title, gop in GOPS.items():
            yield from _segments(title, gop, Path(folder))
    yield Figure("memory of a server that has loaded playback", _memory(), 80, "MB")


def _segments(title: str, gop: str, folder: Path) -> Iterator[Figure]:
    source = make_file(folder / f"gop-{gop}.mp4", *PICTURE, *SOUND, *H264, "-g", gop)
    media = prepare(source, folder / f"asset-{gop}")
    ours, bare = [], []
    for number in range(len(media.picture or ())):
        bare.append(_timed(lambda number=number: _bare(source, number, folder)))
        ours.append(_timed(lambda number=number: _cold(media, "720p", number)))
    sound = sum(_timed(lambda n=n: _cold(media, AUDIO, n)) for n in range(len(media.sound or ())))
    ratio = statistics.median(map(float.__truediv__, ours, bare))
    yield Figure(f"cold 720p segment over bare ffmpeg, {title}", ratio, 1.3)
    factor = SECONDS / (sum(ours) + sound)
    yield Figure(f"speed of making 720p and sound, {title}", factor, 1, at_least=True)


def _cold(media: AssetMedia, rendition: str, number: int) -> None:
    async def work() -> None:
        encoders = Encoders()
        build = media.segment_build(rendition, number, encoders, Priority.NOW)
        await Maker().make(media.segment_path(rendition, number), build)
        await encoders.close()

    asyncio.run(work())


def _bare(source: Path, number: int, folder: Path) -> None:
    command = [
        *(ffmpeg_executable(), "-v", "error", "-nostdin", "-y"),
        *("-ss", str(4 * number), "-t", "4", "-i", str(source), "-an"),
        *("-vf", "scale=-2:720:flags=fast_bilinear", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-crf", "23", "-f", "mpegts", str(folder / "bare.ts")),
    ]
    subprocess.run(command, check=True)


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _memory() -> float:
    """In MB, as the process itself sees it: its peak would be inherited from this one."""
    code = "import os, uvicorn, localmux.playback; print(resident(os.getpid()))"
    command = [sys.executable, "-c", f"from benchmarks.memory import resident; {code}"]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)
