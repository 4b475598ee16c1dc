"""Broadcasts as tags, recordings made of them by a real ffmpeg, and what a viewer gets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from localmux.live.flv import Tag
from localmux.live.studio import SECONDS, Encode, Studio
from localmux.live.testing import AAC, H264, clip, numbered_pictures
from localmux.media.encoders import Encoders
from localmux.media.testing import tone

DEADLINE = 30.0  # seconds that anything may take, on machines that are busy with something else


@pytest.fixture
def studio(tmp_path: Path) -> Callable[..., None]:
    """Runs a coroutine with a studio, within the deadline; no child outlives it."""

    @asynccontextmanager
    async def opened(mode: str) -> AsyncGenerator[Studio]:
        encoders = Encoders()
        one = Studio(tmp_path / "asset", encoders, mode)
        try:
            yield one
        finally:
            await one.recording.finish()
            await one.viewer.aclose()
            await encoders.close()
            assert not encoders.running

    def run(work: Callable[[Studio], Coroutine[None, None, None]], mode: str = "standard") -> None:
        async def within() -> None:
            async with asyncio.timeout(DEADLINE), opened(mode) as one:
                await work(one)

        asyncio.run(within())

    return run


@pytest.fixture(scope="session")
def encode(tmp_path_factory: pytest.TempPathFactory) -> Encode:
    """The tags of a file that ffmpeg makes."""

    def make(*arguments: str) -> list[Tag]:
        return clip(tmp_path_factory.mktemp("clip") / "clip.flv", *arguments)

    return make


@pytest.fixture(scope="session")
def broadcast(encode: Encode) -> list[Tag]:
    """Numbered pictures with a keyframe every eight seconds, and a tone of 44.1 kHz in mono."""
    pictures = numbered_pictures(seconds=SECONDS)
    sound = tone(seconds=SECONDS, rate=44_100)
    return encode(*pictures, *sound, *H264, "-g", "250", *AAC, "-ac", "1")
