"""The whole way of a film: from a file on a stranger's disk to a picture on everybody's screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journeys.conftest import NewTab, collect
from tests.browser.watching import expect_height, expect_playing, picture
from tests.harness import PASSWORD, Person

REPORT_PROGRESS = """progress => new MutationObserver(() => report(progress.value))
    .observe(progress, { attributes: true })"""


def slow_down(page: Page, *, upload: int) -> None:
    """Give the tab a slower line, in bytes per second; -1 takes the limit away."""
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)


@pytest.mark.long
def test_a_newcomer_uploads_a_film_and_watches_it_in_the_quality_of_choice(
    tab: Page, make_video: Callable[..., Path]
) -> None:
    film = make_video("Night_at-the-sea.mp4", seconds=20, size="1920x1080", bit_rate="4M")
    moves: list[float] = []
    tab.expose_function("report", collect(moves))

    tab.goto("/")
    tab.get_by_role("link", name="Join to upload").click()
    tab.get_by_label("Name").fill("Grace Hopper")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Join").click()
    tab.get_by_role("link", name="Upload a video").first.click()
    tab.get_by_label("Choose a video").set_input_files(film)
    expect(tab.get_by_label("Title")).to_have_value("Night at the sea")
    slow_down(tab, upload=3_000_000)
    tab.locator("progress").evaluate(REPORT_PROGRESS)
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("progressbar")).to_be_visible()
    expect(tab.locator(".upload-facts")).to_contain_text("MB/s")

    tab.wait_for_url("**/video/*")
    assert len(set(moves)) > 5
    assert moves == sorted(moves)
    assert moves[-1] == 100
    expect(tab.get_by_role("heading", level=1)).to_have_text("Night at the sea")
    tab.locator("video").click()
    expect_playing(tab)
    earlier = picture(tab)
    expect_playing(tab)
    assert picture(tab) != earlier
    quality = tab.get_by_label("Quality")
    quality.select_option(label="360p")
    expect_height(tab, 360)
    quality.select_option(label="1080p")
    expect_height(tab, 1080)
    expect_playing(tab)


def test_cards_lead_from_home_and_gallery_to_the_video(
    new_tab: NewTab, ada: Person, clip: Path
) -> None:
    tab, path = new_tab(), ada.upload(clip, title="Fresh from the sea")
    for start in ("/", "/videos"):
        tab.goto(start)
        card = tab.get_by_role("article").filter(has_text="Fresh from the sea")
        expect(card.get_by_text("0:02")).to_be_visible()
        expect(card.locator("img").first).to_have_js_property("naturalWidth", 480)
        card.get_by_role("link", name="Fresh from the sea").click()
        tab.wait_for_url(f"**{path}")
