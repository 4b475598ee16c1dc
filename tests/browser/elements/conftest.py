"""Servers for the tests of single elements."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.elements.media import StreamHost, make_stream
from tests.browser.elements.player import Player
from tests.browser.elements.site import Site


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
