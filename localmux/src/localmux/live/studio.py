"""What tests of live media share: one recording, and two viewers of it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from starlette.applications import Starlette

from localmux.live.flv import Tag
from localmux.live.recording import Recording
from localmux.media.encoders import Encoders
from localmux.playback import Playable, playback_routes

SECONDS = 4.5  # of the broadcast that most tests publish

type Encode = Callable[..., list[Tag]]


class Studio:
    """A recording, who watches it live (`l`) and who watches it from the beginning (`a`)."""

    def __init__(self, folder: Path, encoders: Encoders, mode: str) -> None:
        self.folder, self.encoders = folder, encoders
        self.recording = Recording.create(folder, encoders, latency_mode=mode)
        playables = {
            "a": Playable("public", "ready", folder),
            "l": Playable("public", "ready", folder, live=True),
        }
        app = Starlette(routes=playback_routes(playables.get, encoders))
        transport = httpx.ASGITransport(app)
        self.viewer = httpx.AsyncClient(transport=transport, base_url="http://localmux")

    async def publish(self, media: Sequence[Tag]) -> None:
        """One connection, from its begin to its end, as fast as it goes."""
        run = self.recording.begin_run()
        for tag in media:
            run.tag(tag)
        await run.end()

    async def text(self, path: str) -> str:
        """What is served there. Raises HTTPStatusError for a refusal."""
        answer = await self.viewer.get(path)
        return answer.raise_for_status().text

    async def until(self, look: Callable[[], bool]) -> None:
        """Return when `look` is true. The test that asks has a deadline."""
        while not look():  # noqa: ASYNC110 what is looked at tells nobody
            await asyncio.sleep(0.01)

    def segments(self, name: str) -> list[Path]:
        """The files of a rendition, in the order they are played."""
        timeline = self.recording.timeline
        return [timeline.path(name, number) for number in range(len(timeline))]

    def whole(self, name: str) -> Path:
        """All segments of a rendition as one file."""
        path = self.folder / f"{name}.ts"
        path.write_bytes(b"".join(one.read_bytes() for one in self.segments(name)))
        return path
