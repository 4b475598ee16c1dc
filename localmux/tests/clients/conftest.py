"""What the clients work with: packages as npm has them, and a browser whose pages we serve."""

import functools
import http.server
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import find_chromium
from tests.npm_packages import HLS_JS, MUX_PLAYER, MUX_UPLOADER, UPCHUNK, bring

PATIENCE = 30_000  # milliseconds, on machines that are busy with something else
SCRIPTS = {
    "upchunk.js": (UPCHUNK, "dist/upchunk.js"),
    "mux-uploader.js": (MUX_UPLOADER, "dist/mux-uploader.js"),
    "mux-player.js": (MUX_PLAYER, "dist/mux-player.js"),
    "hls.js": (HLS_JS, "dist/hls.min.js"),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Path, str]]:
    """A folder whose files a web server on this machine serves, and the server's address."""
    folder = tmp_path_factory.mktemp("pages")
    for name, (package, file) in SCRIPTS.items():
        (folder / name).symlink_to(bring(package) / file)

    class Files(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: object = "-", size: object = "-") -> None: ...

    handler = functools.partial(Files, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--autoplay-policy=no-user-gesture-required"]
        path = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, pages: tuple[Path, str]) -> Generator[Callable[[str, str], Page]]:
    """Opens a page of this HTML, with the script of that name loaded before it."""
    folder, address = pages
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    # Usage statistics and the sender of Google Cast: nothing of the sort may leave a test.
    for elsewhere in ("https://*.litix.io/**", "https://www.gstatic.com/**"):
        context.route(elsewhere, lambda route: route.abort())

    def opened(script: str, html: str) -> Page:
        head = f'<!doctype html><meta charset="utf-8"><script src="/{script}"></script>'
        (folder / "index.html").write_text(head + html)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    context.close()
