"""What one sees of a video that plays."""

from playwright.sync_api import Page

PICTURE = """video => {
    const canvas = new OffscreenCanvas(64, 36), pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0, 64, 36);
    return pen.getImageData(0, 0, 64, 36).data.join();
}"""
PLAYS_ON = """([start, frames]) => {
    const video = document.querySelector("video");
    return video.currentTime > start + 0.5
        && video.getVideoPlaybackQuality().totalVideoFrames > frames;
}"""


def expect_playing(page: Page) -> None:
    """Wait until half a second more has been played and new frames were decoded."""
    state = page.locator("video").evaluate(
        "video => [video.currentTime, video.getVideoPlaybackQuality().totalVideoFrames]"
    )
    page.wait_for_function(PLAYS_ON, arg=state)


def expect_height(page: Page, lines: int) -> None:
    """Wait until the picture on screen has this many lines."""
    page.wait_for_function(
        "lines => document.querySelector('video').videoHeight === lines", arg=lines
    )


def picture(page: Page) -> str:
    """What is on screen, as the values of its pixels."""
    return page.locator("video").evaluate(PICTURE)
