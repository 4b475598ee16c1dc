"""Watching, also on a bad day: without the CDN, without a network, without the video."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import HLS_JS_URL, PageErrors
from tests.browser.journeys.conftest import NewTab, collect
from tests.browser.watching import expect_playing
from tests.harness import Person, Site

SOUND = "video => video.webkitAudioDecodedByteCount > 0"
FAR_ON = 85  # seconds: nothing of it is buffered when playback starts


@pytest.fixture(scope="session")
def long_clip(make_video: Callable[..., Path]) -> Path:
    """Longer than what a player keeps ready."""
    return make_video("long.mp4", seconds=90, size="320x180", bit_rate="100k")


@pytest.fixture
def faults(site: Site) -> Generator[Callable[..., None]]:
    """Has localmux fail in some way, until the test is over or calls it without a fault."""

    def order(**fault: object) -> None:
        if fault:
            site.control("POST", "/faults", json=fault).raise_for_status()
        else:
            site.control("DELETE", "/faults").raise_for_status()

    yield order
    order()


def test_play_pressed_before_the_player_is_ready_counts(new_tab: NewTab, video: str) -> None:
    tab = new_tab()
    held: list[Route] = []
    tab.route(HLS_JS_URL, collect(held))
    with tab.expect_request(HLS_JS_URL):
        tab.goto(video, wait_until="commit")
    tab.locator("video").click()
    held[0].fallback()
    expect_playing(tab)


def test_play_pressed_before_any_script_arrived_counts(new_tab: NewTab, video: str) -> None:
    tab = new_tab()
    held: list[Route] = []
    tab.route("**/static/hls-player.*.js", collect(held))
    with tab.expect_request("**/static/hls-player.*.js"):
        tab.goto(video, wait_until="commit")
    tab.locator("video").evaluate("video => { video.play().catch(() => {}) }")
    held[0].continue_()
    expect(tab.locator("hls-player[data-state=playing]")).to_be_visible()
    expect_playing(tab)


def test_without_internet_there_still_is_picture_and_sound(
    tab: Page, video: str, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_FAILED")
    tab.route(HLS_JS_URL, lambda route: route.abort())
    tab.goto(video)
    tab.locator("video").click()
    expect_playing(tab)
    source = tab.locator("video").evaluate("video => video.currentSrc")
    assert source.endswith(".m3u8")
    tab.wait_for_function(f"({SOUND})(document.querySelector('video'))")


def test_a_library_that_is_not_the_pinned_one_never_runs(
    tab: Page, video: str, hls_js: bytes, page_errors: PageErrors
) -> None:
    page_errors.allow("integrity")
    foreign = b"window.foreign = true;" + hls_js
    tab.route(HLS_JS_URL, lambda route: route.fulfill(body=foreign))
    tab.goto(video)
    tab.locator("video").click()
    expect_playing(tab)
    assert tab.evaluate("[typeof window.foreign, typeof window.Hls]") == ["undefined"] * 2


def test_a_video_deleted_while_it_is_watched_is_called_gone(
    tab: Page, ada: Person, long_clip: Path, page_errors: PageErrors
) -> None:
    page_errors.allow("404", "ERR_CONTENT_LENGTH_MISMATCH")
    path = ada.upload(long_clip, title="Short-lived")
    tab.goto(path)
    tab.locator("video").click()
    expect_playing(tab)
    ada.post(f"{path}/delete")
    tab.locator("video").evaluate(f"video => {{ video.currentTime = {FAR_ON} }}")
    expect(tab.locator(".player-message")).to_have_text("This video is gone.")
    tab.goto(path)
    expect(tab.get_by_text("This video is gone, or never was.")).to_be_visible()


def test_a_video_that_is_not_ready_starts_by_itself_when_it_is(
    tab: Page, video: str, faults: Callable[..., None], page_errors: PageErrors
) -> None:
    page_errors.allow("412")
    faults(action="status", status=412, path="/stream/*")
    tab.clock.install()
    tab.goto(video)
    tab.locator("video").click()
    expect(tab.locator(".player-message")).to_contain_text("not ready yet")
    faults()
    tab.clock.run_for(10_000)
    expect(tab.locator(".player-message")).to_be_hidden()
    expect_playing(tab)


def test_who_is_offline_is_told_so_and_watches_on_when_back(
    tab: Page, ada: Person, long_clip: Path, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_INTERNET_DISCONNECTED")
    tab.goto(ada.upload(long_clip, title="On a train"))
    tab.locator("video").click()
    expect_playing(tab)
    tab.context.set_offline(True)
    tab.locator("video").evaluate(f"video => {{ video.currentTime = {FAR_ON} }}")
    expect(tab.locator(".player-message")).to_contain_text("You are offline.")
    tab.context.set_offline(False)
    expect_playing(tab)
    expect(tab.locator(".player-message")).to_be_hidden()
    assert tab.locator("video").evaluate("video => video.currentTime") > FAR_ON
