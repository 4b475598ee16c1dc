"""Where ffmpeg is, and how every call of it reads a file that a stranger sent.

Only formats that carry their own media are opened, from files alone: a playlist or an `ffconcat`
text would otherwise make ffmpeg read its neighbours' files or fetch addresses.
https://ffmpeg.org/ffmpeg-formats.html#Format-Options (`format_whitelist`, `protocol_whitelist`)
"""

import os
import shutil
from functools import cache
from pathlib import Path

import imageio_ffmpeg

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,mp3,aac,wav,ogg,flac"
PROTOCOLS = "file"


@cache
def ffmpeg_executable() -> str:
    """The ffmpeg named by LOCALMUX_FFMPEG, else the wheel's, else the one on the PATH."""
    if chosen := os.environ.get("LOCALMUX_FFMPEG"):
        return chosen
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        return shutil.which("ffmpeg") or "ffmpeg"


def source_address(path: Path) -> str:
    """Spelt with its protocol, so that no file name can be taken for another address."""
    return f"file:{path.absolute()}"


def reading(path: Path, *, start: float = 0.0) -> list[str]:
    """Input options: `path` from the last keyframe at or before `start` (seconds) on.

    Time stamps stay as they are in the file, counted from its beginning; the filters cut to the
    exact frame, which `-ss` alone does not do for sources with a varying frame rate.
    """
    seek = ["-noaccurate_seek", "-ss", f"{start:.6f}"] if start > 0 else []
    whitelists = ["-format_whitelist", FORMATS, "-protocol_whitelist", PROTOCOLS]
    return [*whitelists, *seek, "-copyts", "-start_at_zero", "-i", source_address(path)]
