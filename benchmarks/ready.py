"""How long somebody waits after the last byte of a film of one minute, whatever its kind is.

The files are sent one after the other: what waits for nothing but itself is measured.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Page, Request

from benchmarks.figures import Figure, worst
from benchmarks.films import make_all
from benchmarks.visitor import PLAYER, a_visitor, choose, until_ready
from tests.harness import Person, Site

CHUNK = 256 * 1024  # bytes, the unit of all chunks but the last
PLAYS = "() => document.querySelector('video')?.currentTime > 0"


def figures() -> Iterator[Figure]:
    """Give the slowest kind, once as the API says it, once as Chromium shows it."""
    with tempfile.TemporaryDirectory() as folder, a_visitor() as (site, person, new_tab):
        files = make_all(Path(folder))
        ready = {file.name: _until_ready(site, person, file) for file in files}
        yield worst("last byte → ready", ready, 2, "s")
        shown = {file.name: _until_shown(new_tab(), file) for file in files}
        yield worst("last byte → first frame", shown, 4, "s")


def _until_ready(site: Site, person: Person, file: Path) -> float:
    """Seconds from before the last chunk is sent until the API says that the asset is ready."""
    upload = person.create_upload(file)
    body = file.read_bytes()
    cut = (len(body) - 1) // CHUNK * CHUNK
    if cut:
        _put(upload["url"], body[:cut], f"bytes 0-{cut - 1}/{len(body)}")
    begin = time.perf_counter()
    _put(upload["url"], body[cut:], f"bytes {cut}-{len(body) - 1}/{len(body)}")
    until_ready(site, upload["id"])
    return time.perf_counter() - begin


def _put(url: str, part: bytes, place: str) -> None:
    answer = httpx.put(url, content=part, headers={"content-range": place}, timeout=60)
    if answer.status_code != 308:
        answer.raise_for_status()


def _until_shown(tab: Page, file: Path) -> float:
    """Seconds from the page's last request with bytes until the watch page plays them."""
    sent: list[float] = []

    def hear(request: Request) -> None:
        if request.method == "PUT":
            sent.append(time.perf_counter())

    tab.on("request", hear)
    choose(tab, file)
    tab.get_by_role("button", name="Upload").click()
    tab.wait_for_url("**/video/*", wait_until="commit")
    tab.locator(PLAYER).click()
    tab.wait_for_function(PLAYS)
    taken = time.perf_counter() - sent[-1]
    tab.context.close()
    return taken
