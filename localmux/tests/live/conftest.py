"""RTMP as it is on the wire: a real server, real encoders, and a log that stays clean."""

import logging
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from localmux.live import flv
from localmux.live.ingest import Tag
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.receiver import Receiver, receiving

KEY = "key-5c81f2"


@pytest.fixture
def key() -> str:
    """What must never be logged."""
    return KEY


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Generator[None]:
    """The log may have no key, and no warning or traceback unless the test uses `failing`."""
    with caplog.at_level(logging.DEBUG):
        yield
    records = caplog.get_records("call")
    assert not [one.getMessage() for one in records if KEY in one.getMessage()]
    if "failing" not in request.fixturenames:
        assert not [one.getMessage() for one in records if one.levelno >= logging.WARNING]


@pytest.fixture
def receiver(quiet: None) -> Generator[Receiver]:  # noqa: ARG001 wanted for what it checks
    with receiving(refused={"bad": "No stream has this key."}) as server:
        yield server


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., bytes]:
    """Runs ffmpeg to its end and gives its output."""

    def run(*arguments: str) -> bytes:
        command = [ffmpeg_executable(), "-v", "error", "-nostdin", *arguments]
        return subprocess.run(command, check=True, capture_output=True, timeout=30).stdout

    return run


@pytest.fixture(scope="session")
def encode(
    ffmpeg: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Two seconds of moving picture and tone, encoded with these options."""

    def make(*options: str) -> Path:
        path = tmp_path_factory.mktemp("clip") / "clip.flv"
        picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=2"]
        tone = ["-f", "lavfi", "-i", "sine=duration=2:sample_rate=48000"]
        ffmpeg(*picture, *tone, "-preset", "ultrafast", "-c:a", "aac", *options, str(path))
        return path

    return make


@pytest.fixture(scope="session")
def clip(encode: Callable[..., Path]) -> Path:
    return encode("-c:v", "libx264", "-pix_fmt", "yuv420p", "-ac", "2", "-g", "30")


@pytest.fixture(scope="session")
def tags(clip: Path) -> list[Tag]:
    """What an encoder has to send for the clip."""
    return list(flv.tags(clip.read_bytes()[len(flv.HEADER) :]))


@pytest.fixture(scope="session")
def packets(ffmpeg: Callable[..., bytes]) -> Callable[[Path], bytes]:
    """Every packet of a file: its stream, times, size and hash."""

    def read(path: Path) -> bytes:
        return ffmpeg("-i", str(path), "-map", "0", "-c", "copy", "-f", "framemd5", "-")

    return read
