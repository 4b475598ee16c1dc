"""Playing through at 720p when no segment of it has been made yet, in Chromium at normal speed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Page

from benchmarks.figures import Figure
from benchmarks.films import H264, make
from benchmarks.visitor import PLAYER, a_visitor, until_ready
from tests.harness import Person, Site

SECONDS = 30
FILM = (*H264, "-vf", "noise=alls=8:allf=t", "-b:v", "8M")  # 1080p, so that 720p must be made
# A browser that has the bytes but no processor for its decoder waits too, on a busy machine;
# that is no stall of the server, so only waiting at the end of what is buffered counts.
COUNT_STALLS = """video => {
    window.stalls = 0;
    video.addEventListener("waiting", () => {
        const { buffered, currentTime } = video;
        const ranges = [...Array(buffered.length).keys()];
        const isIn = i => buffered.start(i) <= currentTime && currentTime + 0.5 < buffered.end(i);
        if (!ranges.some(isIn)) window.stalls++;
    });
    return video.currentTime;
}"""
STARTED = """() => {
    const video = document.querySelector("video");
    return video.currentTime > 0 && video.videoHeight === 720;
}"""
PLAYED = "end => document.querySelector('video').currentTime >= end"


def figures() -> Iterator[Figure]:
    """Give how often it stalled after the start."""
    with tempfile.TemporaryDirectory() as folder, a_visitor() as (site, person, new_tab):
        film = make(Path(folder) / "film.mp4", *FILM)
        tab = new_tab()
        tab.goto(f"/video/{_sent(site, person, film)}")
        tab.get_by_label("Quality").select_option(label="720p")
        tab.locator(PLAYER).click()
        tab.wait_for_function(STARTED)
        _play_on(tab)
        height = tab.locator("video").evaluate("video => video.videoHeight")
        if height != 720:
            raise RuntimeError(f"The picture has {height} lines instead of 720.")
        stalls = tab.evaluate("window.stalls")
    yield Figure(f"stalls while {SECONDS} s of 720p are played, all cold", stalls, 0)


def _sent(site: Site, person: Person, film: Path) -> str:
    upload = person.create_upload(film)
    with film.open("rb") as file:
        httpx.put(upload["url"], content=file, timeout=60).raise_for_status()
    return until_ready(site, upload["id"])


def _play_on(tab: Page) -> None:
    start = tab.locator("video").evaluate(COUNT_STALLS)
    tab.wait_for_function(PLAYED, arg=start + SECONDS)
