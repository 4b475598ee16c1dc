"""Chromium for every browser test: started, fed with hls.js, and watched for errors."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

from tests.npm_packages import HLS_JS, bring, integrity

HLS_JS_URL = f"https://cdn.jsdelivr.net/npm/hls.js@{HLS_JS.version}/dist/hls.min.js"
HLS_JS_INTEGRITY = "sha384-p9vgU/7IYJWd3I4STrtqxqR/2cAQlhIX7D/HrTnIMEjjcUox165b7se7sxmm3zDg"
H264 = 'video/mp4; codecs="avc1.64001f,mp4a.40.2"'

# Milliseconds that anything may take, on machines that are busy with something else.
DEADLINE = 15_000
expect.set_options(DEADLINE)


class PageErrors:
    """Errors of the page and its console; each must be empty in the end or allowed by name."""

    def __init__(self) -> None:
        """Start with nothing seen and nothing allowed."""
        self.seen: list[str] = []
        self.allowed: list[str] = []

    def watch(self, page: Page) -> None:
        """Collect what goes wrong in `page`, and in every page it opens."""
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"{message.text} ({message.location.get('url', '')})")

    def allow(self, *patterns: str) -> None:
        """Declare errors (regular expressions) that a test provokes on purpose."""
        self.allowed.extend(patterns)

    def unexpected(self) -> list[str]:
        """Return what nobody declared."""
        return [text for text in self.seen if not any(re.search(p, text) for p in self.allowed)]


def find_chromium(playwright: Playwright) -> str:
    """Return the browser's path: CHROMIUM, the system's, or the one that Playwright downloaded."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    path = found or playwright.chromium.executable_path
    if not Path(path).exists():
        message = "No Chromium found. Install one or set CHROMIUM to its path."
        raise RuntimeError(message)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once per module.

    Not once per session: while Playwright runs, its event loop occupies the thread, and tests of
    other modules could not call `asyncio.run`.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright))
        page = browser.new_page()
        plays_h264 = page.evaluate("type => MediaSource.isTypeSupported(type)", H264)
        page.close()
        if not plays_h264:
            message = "This Chromium cannot play H.264. Set CHROMIUM to one that can."
            raise RuntimeError(message)
        yield browser
        browser.close()


def bring_hls_js() -> bytes:
    """Return the very file that the CDN serves, out of the npm package."""
    script = (bring(HLS_JS) / "dist" / "hls.min.js").read_bytes()
    assert integrity(script, "sha384") == HLS_JS_INTEGRITY
    return script


@pytest.fixture(scope="session")
def hls_js() -> bytes:
    """Return the file that pages load from the CDN."""
    return bring_hls_js()


@pytest.fixture
def page_errors() -> PageErrors:
    """Return the errors of this test's page, to allow some of them."""
    return PageErrors()


@pytest.fixture
def page(browser: Browser, hls_js: bytes, page_errors: PageErrors) -> Iterator[Page]:
    """Open a page whose CDN serves `hls_js`, so that the browser really checks its hash."""
    context = browser.new_context(viewport={"width": 1000, "height": 800}, locale="en-GB")
    context.set_default_timeout(DEADLINE)

    def serve_hls_js(route: Route) -> None:
        route.fulfill(body=hls_js, content_type="application/javascript")

    context.route("https://cdn.jsdelivr.net/npm/hls.js@*/**", serve_hls_js)
    page = context.new_page()
    page_errors.watch(page)
    yield page
    context.close()
    assert page_errors.unexpected() == []
