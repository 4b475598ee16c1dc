"""What tests and benchmarks of media work with: sources made by ffmpeg, and looks into segments."""

import asyncio
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from .asset_media import AssetMedia
from .encoders import Encoders, Priority
from .ffmpeg import ffmpeg_executable

SHADES = 12  # of grey that tell frames apart
STEP, DARKEST = 18, 24  # luma


def counting_frames(*, seconds: float, rate: str = "30", size: str = "320x180") -> list[str]:
    """Input options of a picture whose grey tells the number of each frame."""
    grey = f"nullsrc=s=16x16:r={rate}:d={seconds},geq=lum='mod(N,{SHADES})*{STEP}+{DARKEST}'"
    scale = f"scale={size.replace('x', ':')}:flags=neighbor,setsar=1"
    return ["-f", "lavfi", "-i", f"{grey}:cb=128:cr=128,{scale},format=yuv420p"]


def tone(*, seconds: float, rate: int = 48_000) -> list[str]:
    """Input options of a sine of 440 Hz."""
    return ["-f", "lavfi", "-i", f"sine=440:d={seconds}:r={rate}"]


def make_file(path: Path, *arguments: str) -> Path:
    """Run ffmpeg to write `path`."""
    command = [ffmpeg_executable(), "-v", "error", "-nostdin", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=120)
    return path


def prepare(source: Path, folder: Path) -> AssetMedia:
    """Make an asset's folder of a copy of the file, and prepare it."""
    folder.mkdir()
    shutil.copy(source, folder / "source")

    async def work() -> AssetMedia:
        encoders = Encoders()
        try:
            return await AssetMedia.prepare(folder, encoders)
        finally:
            await encoders.close()

    return asyncio.run(work())


def make_segments(media: AssetMedia, name: str) -> list[Path]:
    """All segments of a rendition, made last to first: their order must not matter."""
    numbers = range(len(media.track(name) or ()))
    paths = [media.segment_path(name, number) for number in numbers]
    paths[0].parent.mkdir(exist_ok=True)

    async def work() -> None:
        encoders = Encoders()
        for number in reversed(numbers):
            build = media.segment_build(name, number, encoders, Priority.NOW)
            await build(paths[number])
        await encoders.close()

    asyncio.run(work())
    return paths


def pictures(path: Path) -> list[tuple[Fraction, int]]:
    """When each frame of a segment is shown, in seconds, and which number its grey tells."""
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(video=0) if isinstance(frame, VideoFrame)]
    return [((frame.pts or 0) * Fraction(1, 90_000), _number(frame)) for frame in frames]


def packet_times(path: Path) -> list[Fraction]:
    """When each packet of a segment is played, in seconds."""
    with av.open(str(path)) as container:
        stamps = [packet.pts for packet in container.demux() if packet.pts is not None]
    return sorted(stamp * Fraction(1, 90_000) for stamp in stamps)


def samples(paths: list[Path]) -> list[int]:
    """The left channel of audio segments played one after the other."""
    joined = b"".join(path.read_bytes() for path in paths)
    command = [ffmpeg_executable(), "-v", "error", "-i", "pipe:0", "-f", "s16le", "-"]
    raw = subprocess.run(command, input=joined, capture_output=True, check=True, timeout=60).stdout
    return list(memoryview(raw).cast("h"))[::2]


def _number(frame: VideoFrame) -> int:
    plane = frame.planes[0]
    grey = bytes(plane)[plane.line_size * (frame.height // 2) + frame.width // 2]
    return round((grey - DARKEST) / STEP) % SHADES
