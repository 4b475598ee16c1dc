"""Watching a broadcast: from the waiting room to the recording, without ever reloading."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from localmux.testing import Encoder, eventually
from tests.broadcasting import Channel, create_channel
from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import Person, Site

type Encode = Callable[..., Encoder]

LENGTH = "video => Number.isFinite(video.duration) && video.duration"


@contextmanager
def never_reloaded(tab: Page) -> Generator[None]:
    """Whatever happens meanwhile, the page stays the same."""
    tab.evaluate("window.sameAsEver = true")
    yield
    assert tab.evaluate("window.sameAsEver") is True


def state(tab: Page, words: str) -> None:
    expect(tab.locator("#stream-state")).to_contain_text(re.compile(words))


def seconds_left(tab: Page) -> int:
    return int(tab.locator("local-time[mode=remaining]").inner_text().removesuffix(" s"))


def test_from_the_waiting_room_over_a_lost_encoder_to_the_recording(
    tab: Page, ada: Person, encode: Encode, page_errors: PageErrors
) -> None:
    page_errors.allow("412")  # asked for by the player at the moment of the end
    start = f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    channel = create_channel(ada, start_time=start)
    tab.goto(channel.path)
    with never_reloaded(tab):
        expect(tab.locator(".countdown")).to_have_text(re.compile(r"1:5\d:\d\d"))
        encoder = encode(channel)
        state(tab, r"Live for \d\d:\d\d")
        expect_playing(tab)
        begun = channel.at_mux()["active_asset_id"]

        encoder.crash()
        state(tab, r"Reconnecting.* \d+ s$")
        left = seconds_left(tab)
        assert left <= 20
        eventually(lambda: seconds_left(tab) < left)
        encoder = encode(channel)
        state(tab, "Live for")
        expect_playing(tab)
        assert channel.at_mux()["active_asset_id"] == begun

        channel.act("end")
        encoder.stop()
        state(tab, "The broadcast has ended.")
        expect(tab.locator("hls-player")).to_have_count(0)
        expect(tab.get_by_role("article").filter(has_text="Evening concert")).to_be_visible()
    (whole,) = channel.recordings()
    assert whole["id"] == begun

    tab.get_by_role("link", name="Watch the recording").click()
    tab.wait_for_url(f"**/video/{begun}")
    video = tab.locator("video")
    video.click()
    expect_playing(tab)
    assert video.evaluate("video => video.played.start(0)") < 0.3
    length = eventually(lambda: video.evaluate(LENGTH))
    assert length == pytest.approx(whole["duration"], abs=0.3)
    assert length == pytest.approx(
        sum(each["duration"] for each in whole["recording_times"]), abs=0.5
    )


def test_who_comes_late_watches_from_the_start(tab: Page, channel: Channel, encode: Encode) -> None:
    encode(channel)
    tab.goto(channel.path)
    state(tab, "Live for")
    expect_playing(tab)
    tab.get_by_role("link", name="Watch from the start").click()
    tab.wait_for_url("**/video/*")
    tab.locator("video").click()
    expect_playing(tab)
    assert tab.locator("video").evaluate("video => video.played.start(0)") < 0.3
    assert channel.at_mux()["status"] == "active"


def since(elapsed: Locator) -> float:
    """Since when a broadcast is live, as the page says; in Unix seconds."""
    return datetime.fromisoformat(elapsed.get_attribute("datetime") or "").timestamp()


def test_pages_outlive_a_restart_of_the_app_and_the_recording_stays_one(
    new_tab: NewTab,
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    encode: Encode,
    page_errors: PageErrors,
) -> None:
    page_errors.allow("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "503", "412")
    site = start_site()
    channel = create_channel(visit(site).join())
    encode(channel)
    channel.await_live()
    tab = new_tab()
    tab.goto(site.url + channel.path)
    expect_playing(tab)
    elapsed = tab.locator("local-time[mode=elapsed]")
    expect(elapsed).to_have_text(re.compile("00:(0[5-9]|[1-5])"))
    begun = since(elapsed)
    with never_reloaded(tab):
        site.app.kill()
        site.app.start()
        counted = "1 viewer"
        eventually(lambda: counted in channel.host.get(channel.path).text, within=10)
        expect(tab.locator("#stream-viewers")).to_have_text(counted)
        expect_playing(tab)
        assert since(elapsed) == pytest.approx(begun, abs=4)
        channel.act("end")
        state(tab, "The broadcast has ended.")
    channel.await_page("Watch the recording")
    assert len(channel.recordings()) == 1


def test_three_tabs_are_one_viewer(tab: Page, ada_tab: Page, channel: Channel) -> None:
    ada_tab.goto(channel.path)
    for _ in range(3):
        tab.context.new_page().goto(channel.path)
    expect(ada_tab.locator("#stream-viewers")).to_have_text("2 viewers")
    tab.context.close()
    expect(ada_tab.locator("#stream-viewers")).to_have_text("1 viewer")
