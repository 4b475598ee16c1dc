"""A file of one minute of every kind that people send, made of a few seconds played in a loop."""

from pathlib import Path

from localmux.media.testing import make_file

MINUTE = 60  # seconds
LOOP = 6  # seconds
PICTURE = ("-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=30:d={LOOP}")
SOUND = ("-f", "lavfi", "-i", f"sine=440:d={LOOP}:r=48000")
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
KINDS = {
    "h264.mp4": H264,
    "hevc-10-bit.mp4": (
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"),
        *("-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"),
    ),
    "varying-rate.mp4": ("-vf", "select='gt(random(1),0.3)'", "-fps_mode", "vfr", *H264),
    "quicktime.mov": (*H264, "-c:a", "pcm_s16le"),
    "matroska.mkv": (*H264, "-c:a", "libopus"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", "5", "-c:a", "mp3"),
    "sound-only.mp3": ("-vn",),
    "silent.mp4": (*H264, "-an"),
    "portrait.mp4": ("-vf", "transpose=1", *H264),
}


def make_all(folder: Path) -> list[Path]:
    """Make one file of each kind."""
    return [make(folder / name, *options) for name, options in KINDS.items()]


def make(path: Path, *options: str) -> Path:
    """Make a file of one minute; the options choose its codecs."""
    loop = make_file(path.with_stem("loop"), *PICTURE, *SOUND, *options)
    times = MINUTE // LOOP - 1
    make_file(path, "-stream_loop", f"{times}", "-i", str(loop), "-map", "0", "-c", "copy")
    loop.unlink()
    return path
