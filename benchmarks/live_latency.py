"""Glass to glass through localmux: how old the picture is that a viewer in Chromium sees.

The number of every frame is burnt into the picture as boxes; the publisher knows when it sent
the frame, the page reads the boxes back from what it shows. Both use this machine's clock.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Figure
from localmux.answers import Document
from localmux.live.testing import AAC, H264, READ_NUMBER, PacedPublisher, clip, numbered_pictures
from localmux.media.testing import tone
from localmux.testing import Running, eventually, running
from tests.browser.conftest import bring_hls_js, find_chromium

RATE = 30  # frames per second
SECONDS = 60  # of the broadcast, then it begins again
LATE = 12  # seconds after the stream became playable, that the late viewer comes
WATCHED = 8.0  # seconds over which the median is taken
PATIENCE = 20_000  # milliseconds
LIMITS = {"standard": 5.0, "low": 4.0}  # seconds, for who joins late
AT_ONCE = 6.0  # seconds; who joins with the first segment begins with what there is
PAGE = "<!doctype html><video id=screen muted autoplay playsinline crossorigin=anonymous></video>"
HLS_JS = """url => {
    const hls = window.hls = new Hls();
    hls.loadSource(url);
    hls.attachMedia(document.getElementById('screen'));
}"""
# Chromium's own HLS gives up now and then while it starts; a player tries again.
NATIVE = """url => {
    const screen = document.getElementById('screen');
    screen.onerror = () => { if (!screen.currentTime) screen.src = url; };
    screen.src = url;
}"""
SHOWS = """() => {
    const screen = document.getElementById('screen');
    return screen.readyState > 2 && screen.currentTime > 0;
}"""


def figures() -> Iterator[Figure]:
    """Measure both latency modes, with a viewer who is there at once and one who comes late."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright))
        path = Path(name) / "clip.flv"
        picture = numbered_pictures(seconds=SECONDS, size="1280x720", rate=str(RATE))
        options = (*H264, "-b:v", "2500k", "-g", "250", *AAC, "-ac", "2")
        media = clip(path, *picture, *tone(seconds=SECONDS), *options)
        with running("--rtmp-port", "0") as localmux:
            for mode, limit in LIMITS.items():
                stream = _new_stream(localmux, mode)
                url = f"{localmux.urls['rtmp']}/{stream['stream_key']}"
                playlist = f"{localmux.urls['stream']}/{stream['playback_ids'][0]['id']}.m3u8"
                with PacedPublisher(url, media, rounds=3) as publisher:
                    eventually(lambda playlist=playlist: httpx.get(playlist).status_code == 200)
                    ready = time.time() - publisher.began
                    yield Figure(f"publish to playable, {mode}", ready, 3, "s")
                    for title, play in (("hls.js", HLS_JS), ("native", NATIVE)):
                        at_once = _latency(browser.new_page(), play, playlist, publisher)
                        yield Figure(
                            f"glass to glass, {mode}, {title}, joins at once", at_once, AT_ONCE, "s"
                        )
                    # Somebody who comes late is what is measured.
                    time.sleep(max(0.0, LATE - (time.time() - publisher.began)))
                    late = _latency(browser.new_page(), HLS_JS, playlist, publisher)
                    yield Figure(f"glass to glass, {mode}, hls.js, joins late", late, limit, "s")
        browser.close()


def _new_stream(localmux: Running, mode: str) -> Document:
    body = {"playback_policies": ["public"], "latency_mode": mode}
    address = f"{localmux.urls['api']}/video/v1/live-streams"
    return httpx.post(address, json=body, auth=localmux.token).json()["data"]


def _latency(page: Page, play: str, playlist: str, publisher: PacedPublisher) -> float:
    """The median age in seconds of the picture while it plays."""
    page.goto(playlist.rpartition("/")[0])  # a page of the same origin, whatever it says
    page.set_content(PAGE)
    page.add_script_tag(content=bring_hls_js().decode())
    page.evaluate(play, playlist)
    page.wait_for_function(SHOWS, timeout=PATIENCE)
    ages, until = [], time.time() + WATCHED
    screen = page.locator("#screen").element_handle()
    while time.time() < until:
        number, now = page.evaluate(f"video => [({READ_NUMBER})(video), Date.now() / 1000]", screen)
        frames = SECONDS * RATE
        elapsed = (now - publisher.began) * RATE
        ages.append((elapsed - number) % frames / RATE)
        page.wait_for_timeout(50)
    page.close()
    return statistics.median(ages)


if __name__ == "__main__":
    for figure in figures():
        print(figure, flush=True)
