"""Chromium plays a live stream, its recording while that grows, and the recording that stays."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from localmux.answers import Document
from localmux.live.flv import Tag
from localmux.live.testing import READ_NUMBER, PacedPublisher
from localmux.testing import Running, eventually
from tests.browser.conftest import bring_hls_js, find_chromium

PATIENCE = 20_000  # milliseconds, on machines that are busy with something else
PAGE = "<!doctype html><video id=screen muted autoplay playsinline></video>"
PLAY = {
    "hls.js": """([url, startPosition]) => {
        const hls = window.hls = new Hls({ startPosition });
        window.problems = [];
        hls.on(Hls.Events.ERROR, (_, error) => error.fatal && problems.push(error.details));
        hls.loadSource(url);
        hls.attachMedia(document.getElementById('screen'));
    }""",
    "native": """([url]) => {
        // Chromium's own HLS changes the rendition after its first segment and gives up when the
        // new one has no later segment yet; a player that tries again gets through.
        window.problems = [];
        const screen = document.getElementById('screen');
        screen.onerror = () => {
            if (screen.currentTime) problems.push(screen.error.message);
            else screen.src = url;
        };
        screen.src = url;
    }""",
}
SHOWN = f"() => ({READ_NUMBER})(document.getElementById('screen'))"
PLAYS = """time => {
    const screen = document.getElementById('screen');
    return screen.readyState > 2 && screen.videoWidth && screen.currentTime > time;
}"""
TIME = "() => document.getElementById('screen').currentTime"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright))
        yield browser
        browser.close()


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page that plays a playlist, and waits until it does."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)

    def opened(engine: str, playlist: str, begin: int = -1) -> Page:
        page = context.new_page()
        page.goto(playlist.rpartition("/")[0])  # a page of the same origin, whatever it says
        page.set_content(PAGE)
        page.add_script_tag(content=bring_hls_js().decode())
        page.evaluate(PLAY[engine], [playlist, begin])
        page.wait_for_function(PLAYS, arg=0)
        return page

    yield opened
    context.close()


def plays_on(page: Page, seconds: float) -> None:
    page.wait_for_function(PLAYS, arg=page.evaluate(TIME) + seconds)
    assert page.evaluate("problems") == []


@pytest.mark.parametrize("engine", PLAY)
def test_a_viewer_sees_it_live_from_the_start_and_afterwards(
    engine: str,
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    watch: Callable[..., Page],
    broadcast: list[Tag],
) -> None:
    localmux = start("--rtmp-port", "0")
    api = connect(localmux)
    public = {"playback_policies": ["public"]}
    body = {**public, "reconnect_window": 20, "new_asset_settings": public}
    stream = api.post("/video/v1/live-streams", json=body).json()["data"]
    url = f"{localmux.urls['rtmp']}/{stream['stream_key']}"

    def playlist(owner: Document) -> str:
        return f"{localmux.urls['stream']}/{owner['playback_ids'][0]['id']}.m3u8"

    def now(kind: str, name: str) -> Document:
        return api.get(f"/video/v1/{kind}/{name}").json()["data"]

    with PacedPublisher(url, broadcast, rounds=20):
        eventually(lambda: now("live-streams", stream["id"])["status"] == "active")
        asset = now("assets", now("live-streams", stream["id"])["active_asset_id"])
        live = watch(engine, playlist(stream))
        plays_on(live, 3)
    with PacedPublisher(url, broadcast, rounds=20):  # the same recording goes on
        plays_on(live, 4)
        whole = watch(engine, playlist(asset), begin=0)
        if engine == "hls.js":
            assert whole.evaluate(TIME) < 2
        plays_on(whole, 1.5)
    api.put(f"/video/v1/live-streams/{stream['id']}/complete").raise_for_status()
    final = now("assets", asset["id"])
    assert not final.get("is_live")
    recording = watch(engine, playlist(asset), begin=0)
    length = recording.evaluate("() => document.getElementById('screen').duration")
    assert length == pytest.approx(final["duration"], abs=0.2)
    assert recording.evaluate(SHOWN) < 90
    recording.evaluate(
        "end => { document.getElementById('screen').currentTime = end; }", length - 1
    )
    recording.wait_for_function("() => document.getElementById('screen').ended")
    assert recording.evaluate("problems") == []
