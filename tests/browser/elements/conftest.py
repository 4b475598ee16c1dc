"""Servers for the tests of single elements."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.elements.media import StreamHost, make_stream
from tests.browser.elements.player import Player
from tests.browser.elements.site import Site
from tests.browser.elements.updates import Updates
from tests.browser.elements.upload_host import UploadHost
from tests.browser.elements.uploader import LARGE, SIZE, Uploader


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the app's static files, and pages and answers that a test adds."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def stream_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encode the stream once."""
    return make_stream(tmp_path_factory.mktemp("stream"))


@pytest.fixture
def stream(site: Site, stream_files: Path) -> StreamHost:
    """Serve the stream at the site."""
    return StreamHost(site, stream_files)


@pytest.fixture
def player(stream: StreamHost, page: Page) -> Player:
    """Return a player that is not open yet."""
    return Player(page, stream)


# Real pauses between two tries, but a fifth as long: they are all that a test would wait for.
HURRY = """
const wait = window.setTimeout;
window.setTimeout = (work, milliseconds, ...rest) => wait(work, milliseconds / 5, ...rest);
"""


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file in which no two places are alike."""
    file = tmp_path_factory.mktemp("files") / "My_first-video.mp4"
    file.write_bytes(os.urandom(SIZE))
    return file


@pytest.fixture(scope="session")
def large_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one that is worth sending whole."""
    file = tmp_path_factory.mktemp("files") / "large.mp4"
    file.write_bytes(os.urandom(LARGE))
    return file


@pytest.fixture
def upload_host(site: Site) -> Iterator[UploadHost]:
    """Wait for a video on another origin."""
    other_origin = Site()
    host = UploadHost(other_origin, origin=site.url, total=SIZE)
    yield host
    host.released.set()
    other_origin.close()


@pytest.fixture
def uploader(site: Site, page: Page, upload_host: UploadHost, video: Path) -> Uploader:
    """Return somebody who is about to upload a video."""
    page.add_init_script(HURRY)
    return Uploader(page, site, upload_host, video)


@pytest.fixture
def large(site: Site, page: Page, upload_host: UploadHost, large_video: Path) -> Uploader:
    """Return somebody whose video is a large one."""
    page.add_init_script(HURRY)
    upload_host.total = LARGE
    return Uploader(page, site, upload_host, large_video, max_bytes=LARGE)


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes other files."""

    def make(name: str, size: int = 1000) -> Path:
        file = tmp_path / name
        with file.open("wb") as content:
            content.truncate(size)
        return file

    return make


@pytest.fixture
def updates(site: Site, page: Page) -> Updates:
    """Return a page that is not open yet."""
    return Updates(page, site)
