"""Who may watch goes on watching, however short the life of a token; who copied it does not."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from localmux.testing import Encoder
from tests.broadcasting import create_channel
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import Person, Site

LIFETIME = 20  # seconds of a token
WATCHED = float(os.environ.get("WATCH_SECONDS", "30"))  # the whole suite has no time for more
LONGEST_STALL = 2.0  # seconds

MEASURE_STALLS = """video => {
    window.longest = 0;
    performance.setResourceTimingBufferSize(5000);
    let last = video.currentTime, since = performance.now();
    setInterval(() => {
        const now = performance.now();
        if (video.currentTime !== last) [last, since] = [video.currentTime, now];
        window.longest = Math.max(window.longest, (now - since) / 1000);
    }, 50);
}"""
ADDRESSES = """path => new Set(performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => new URL(name).pathname.endsWith(path))).size"""


@pytest.mark.long
def test_a_long_watch_outlives_its_tokens_without_a_stall(
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    encode: Callable[..., Encoder],
    new_tab: NewTab,
    make_video: Callable[..., Path],
) -> None:
    """No request is ever refused, which the page's console would tell."""
    site = start_site(PLAYBACK_TOKEN_SECONDS=str(LIFETIME))
    host, viewer = visit(site).join(), visit(site).join()
    channel = create_channel(host, visibility="signup")
    encode(channel)
    film = host.upload(make_video("long.mp4", seconds=WATCHED + 20, size="320x180"))
    host.post(f"{film}/edit", data={"title": "Rehearsal", "visibility": "signup"})
    channel.await_live()
    live, live_url = watch(new_tab(viewer), viewer, channel.path)
    recorded, film_url = watch(new_tab(viewer), viewer, film)
    live.wait_for_timeout(1000 * WATCHED)

    for tab in (live, recorded):
        expect_playing(tab)
        assert tab.evaluate("longest") < LONGEST_STALL
    for path in ("/180p.m3u8", "/audio.m3u8"):
        assert recorded.evaluate(ADDRESSES, path) > WATCHED // LIFETIME
    assert live.evaluate(ADDRESSES, "/180p.m3u8") > WATCHED // LIFETIME
    live.locator("video").evaluate("video => { video.currentTime -= 2 }")
    live.wait_for_function("() => document.querySelector('video').playbackRate > 1")
    for url in (live_url, film_url):
        assert httpx.get(url).status_code == 403


def watch(tab: Page, viewer: Person, path: str) -> tuple[Page, str]:
    """A tab that plays, and the address that somebody could copy from it."""
    viewer.post(f"{path}/signup")
    tab.goto(viewer.site.url + path)
    if tab.locator("video").evaluate("video => video.paused"):
        tab.locator("video").click()
    expect_playing(tab)
    tab.locator("video").evaluate(MEASURE_STALLS)
    return tab, tab.locator("hls-player").get_attribute("src") or ""
