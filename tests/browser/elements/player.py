"""One <hls-player> on one page, as a viewer has it."""

import json
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import HLS_JS_INTEGRITY, HLS_JS_URL
from tests.browser.elements.media import StreamHost


class Player:
    """One player on one page, as a viewer has it."""

    def __init__(self, page: Page, stream: StreamHost) -> None:
        """Prepare a page for the stream; `open` goes there."""
        self.page = page
        self.stream = stream
        self.site = stream.site
        self.element = page.locator("hls-player")
        self.video = page.locator("video")
        self.message = page.locator(".player-message")
        self.quality = page.get_by_label("Quality")

    def markup(
        self,
        *,
        live: bool = False,
        expires_in: float | None = None,
        integrity: str = HLS_JS_INTEGRITY,
        name: str = "a",
    ) -> str:
        """Return what the server renders; `expires_in` seconds the token does."""
        source = self.stream.source
        attributes = " live" if live else ""
        if expires_in is not None:
            attributes += f' expires="{time.time() + expires_in:.0f}"'
        return (
            f'<hls-player class="player" data-keep="{name}" src="{source}" playback="/playback"'
            f' data-hls="{HLS_JS_URL}" data-integrity="{integrity}"{attributes}>'
            f'<video controls muted playsinline preload="none" src="{source}"></video>'
            '<p class="player-message" role="status" hidden></p></hls-player>'
        )

    def open(
        self,
        *,
        live: bool = False,
        expires_in: float | None = None,
        integrity: str = HLS_JS_INTEGRITY,
    ) -> None:
        """Open the page."""
        body = self.markup(live=live, expires_in=expires_in, integrity=integrity)
        address = self.site.page("/watch", f"<main>{body}</main><aside></aside>", "hls-player")
        # Not until "load": a script of a CDN that does not answer holds that back.
        self.page.goto(address, wait_until="domcontentloaded")

    def play(self) -> None:
        """Press play and wait for moving pictures."""
        self.expect_state("paused")
        self.video.evaluate("video => video.play()")
        self.expect_progress()

    def expect_state(self, state: str) -> None:
        """Wait for a state that CSS can show."""
        expect(self.element).to_have_attribute("data-state", state)

    def expect_progress(self, beyond: float | None = None) -> None:
        """Wait until half a second more has been played and new frames were decoded."""
        start = self.time if beyond is None else beyond
        frames = self.frames
        self.page.wait_for_function(
            """([start, frames]) => {
                const video = document.querySelector("video");
                // A new source counts its frames from zero.
                const { totalVideoFrames } = video.getVideoPlaybackQuality();
                return video.currentTime > start + 0.5 && totalVideoFrames !== frames;
            }""",
            arg=[start, frames],
        )

    def expect_height(self, height: int) -> None:
        """Wait until the picture on screen has this many lines."""
        self.page.wait_for_function(
            "height => document.querySelector('video').videoHeight === height", arg=height
        )

    @property
    def time(self) -> float:
        """Seconds into the video."""
        return self.video.evaluate("video => video.currentTime")

    @property
    def frames(self) -> int:
        """Frames decoded so far."""
        return self.video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames")

    def seek(self, seconds: float) -> None:
        """Go to a time."""
        self.video.evaluate("(video, seconds) => { video.currentTime = seconds }", seconds)

    @property
    def uses_library(self) -> bool:
        """Whether hls.js feeds the video, not the browser's own HLS."""
        return self.video.evaluate("video => video.currentSrc.startsWith('blob:')")

    def renew_with(self, status: int, token: str = "") -> None:
        """Let our own server answer like this when asked for a new address."""
        source = f"{self.site.url}/stream/master.m3u8?token={token}"
        expires_at = int(time.time()) + 3600
        body = json.dumps({"src": source, "expires_at": expires_at}) if token else "{}"
        self.site.on("GET", "/playback", lambda request: request.answer(status, body))
