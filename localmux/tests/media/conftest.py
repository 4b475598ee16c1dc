"""Sources made once per session, and a server that plays prepared assets."""

import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from localmux.media import testing
from localmux.media.asset_media import AssetMedia
from localmux.media.encoders import Encoders
from localmux.playback import Playable, playback_routes


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a file with ffmpeg once per session: `sample(name, *arguments)`."""
    folder = tmp_path_factory.mktemp("samples")

    def made(name: str, *arguments: str) -> Path:
        path = folder / name
        return path if path.exists() else testing.make_file(path, *arguments)

    return made


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[[Path], AssetMedia]:
    """Make an asset of a file."""
    return lambda source: testing.prepare(source, tmp_path / f"asset-{source.name}")


@pytest.fixture(scope="session")
def encoders() -> Encoders:
    """Those of the server."""
    return Encoders()


@pytest.fixture(scope="session")
def playables() -> dict[str, Playable]:
    """The playback IDs of the server, for a test to fill in."""
    return {}


@pytest.fixture(scope="session")
def client(encoders: Encoders, playables: dict[str, Playable]) -> Iterator[httpx.Client]:
    """Asks a real server on a free port."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        await encoders.close()

    routes = playback_routes(playables.get, encoders)
    app = Starlette(routes=routes, lifespan=lifespan)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=running.run)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started and thread.is_alive():
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.01)  # between two looks: uvicorn tells nobody
    port = running.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    running.should_exit = True
    thread.join(timeout=10)
