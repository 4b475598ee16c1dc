"""Every page about live streams in every state: on phones, in both themes, for screen readers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from localmux.testing import Encoder
from tests.broadcasting import Channel, create_channel
from tests.browser.conftest import PageErrors
from tests.browser.journeys.test_every_page import PHONES, serious_faults
from tests.browser.watching import expect_playing
from tests.harness import Person

type Encode = Callable[..., Encoder]

OPEN = "all => all.forEach(details => { details.open = true })"


def expect_sound(tab: Page, action: Locator) -> None:
    """Nothing keeps people from using this page, least of all what matters on it."""
    expect(action).to_be_visible()
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        assert serious_faults(tab) == []
    wide = tab.viewport_size
    for width in PHONES:
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        action.click(trial=True)
        expect(action).to_be_in_viewport(ratio=0.95)
    if wide:
        tab.set_viewport_size(wide)


def test_the_pages_of_a_long_title_before_a_broadcast(ada_tab: Page, ada: Person) -> None:
    start = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    channel = create_channel(ada, title="Anticonstitutionnellement" * 4, start_time=start)
    ada_tab.goto(f"{channel.path}/studio")
    ada_tab.locator("main details").evaluate_all(OPEN)
    expect_sound(ada_tab, ada_tab.get_by_role("button", name="Start a test broadcast"))
    channel.act("disable")
    ada_tab.goto(channel.path)
    expect_sound(ada_tab, ada_tab.get_by_role("link", name="Open the studio"))


def test_the_pages_of_a_broadcast(
    tab: Page, ada_tab: Page, channel: Channel, encode: Encode, page_errors: PageErrors
) -> None:
    page_errors.allow("412")  # asked for by the player at the moment of the end
    channel.act("targets", name="Another site", url="rtmp://127.0.0.1:9/app")
    tab.goto(channel.path)
    ada_tab.goto(f"{channel.path}/studio")
    encoder = encode(channel)
    from_start = tab.get_by_role("link", name="Watch from the start")
    expect_playing(tab)
    expect_sound(tab, from_start)
    expect(ada_tab.get_by_text("Another site – failed")).to_be_visible()
    expect_sound(ada_tab, ada_tab.get_by_text("End the broadcast…"))
    ada_tab.goto("/streams")
    expect_sound(ada_tab, ada_tab.get_by_role("link", name="Evening concert").first)
    channel.set_window(300)
    encoder.crash()
    expect(tab.locator("#stream-state")).to_contain_text("Reconnecting")
    expect_sound(tab, from_start)
    ada_tab.goto(f"{channel.path}/studio")
    expect_sound(ada_tab, ada_tab.get_by_role("button", name="Start a test broadcast"))
    channel.act("end")
    expect_sound(tab, tab.get_by_role("link", name="Watch the recording"))
    expect_sound(ada_tab, ada_tab.get_by_role("link", name="The viewers' page"))
