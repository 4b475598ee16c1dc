"""The studio in a browser: what the host does there, and what its viewers see of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from localmux.testing import Encoder, eventually
from tests.broadcasting import Channel
from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import PASSWORD, Person

type Encode = Callable[..., Encoder]

ACTIONS = (
    ("End the broadcast…", "for all viewers at once", "End it now", "The broadcast has ended"),
    ("Switch off…", "The broadcast ends at once", "Switch off", "Switched off"),
    ("New stream key…", "Your encoder is cut off", "Make a new key", "Reconnecting"),
    ("Delete…", "gone for ever", "Delete for ever", "This live stream is gone"),
)
CONTROLS = "main :is(a[href], button, summary, input, select)"
REACHABLE = """all => all
    .filter(element => element.checkVisibility())
    .map((element, number) => element.dataset.number = String(number))"""


def test_a_newcomer_goes_live_with_clicks_alone(
    tab: Page, new_tab: NewTab, page_errors: PageErrors
) -> None:
    page_errors.allow("412")  # asked for by the player at the moment of the end
    tab.goto("/")
    tab.get_by_role("link", name="Live", exact=True).click()
    tab.get_by_role("link", name="Go live").click()
    tab.locator("main").get_by_role("link", name="Join").click()
    tab.get_by_label("Name").fill("Radia Perlman")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Join").click()
    tab.wait_for_url("**/stream/new")
    tab.get_by_label("Title").fill("Spanning trees")
    tab.get_by_role("button", name="Create").click()
    tab.wait_for_url("**/studio")
    tab.get_by_role("button", name="Start a test broadcast").click()

    viewer = new_tab()
    viewer.goto(tab.url.removesuffix("/studio"))
    expect_playing(viewer)
    expect_playing(tab)
    expect(tab.locator("#studio-viewers")).to_have_text("1 viewer now, 1 at most")
    tab.get_by_role("button", name="Stop the test broadcast").click()
    expect(viewer.locator("#stream-state")).to_contain_text("Reconnecting")
    tab.get_by_text("End the broadcast…").click()
    tab.get_by_role("button", name="End it now").click()
    expect(viewer.get_by_text("The broadcast has ended", exact=True)).to_be_visible()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action[2])
def test_what_ends_things_asks_first_and_viewers_are_told(
    tab: Page,
    ada_tab: Page,
    channel: Channel,
    encode: Encode,
    page_errors: PageErrors,
    action: tuple[str, str, str, str],
) -> None:
    label, consequence, button, seen = action
    page_errors.allow("404", "409", "412")
    tab.goto(channel.path)
    ada_tab.goto(f"{channel.path}/studio")
    encode(channel)
    expect_playing(tab)
    expect(ada_tab.locator("#studio-state")).to_contain_text("You are live")
    expect(ada_tab.get_by_role("button", name=button)).to_be_hidden()
    ada_tab.get_by_text(label).click()
    expect(ada_tab.get_by_text(consequence).filter(visible=True)).to_be_visible()
    assert channel.at_mux()["status"] == "active"
    ada_tab.get_by_role("button", name=button).click()
    expect(tab.get_by_text(seen).first).to_be_visible()
    expect(ada_tab.locator(".flash")).to_be_visible()


def test_the_key_stays_hidden_until_asked_for_and_is_copied_unseen(
    new_tab: NewTab, ada: Person, channel: Channel
) -> None:
    tab = new_tab(ada, permissions=["clipboard-read", "clipboard-write"])
    tab.goto(f"{channel.path}/studio")
    key = channel.ingest.rpartition("/")[2]
    expect(tab.get_by_text(key)).to_be_hidden()
    copy = tab.get_by_role("button", name="Copy Stream key")
    for _ in range(2):
        copy.click()
        expect(copy).to_have_text("Copied")
    expect(copy).to_have_text("Copy")
    assert tab.evaluate("navigator.clipboard.readText()") == key
    tab.get_by_role("button", name="Copy Server URL").click()
    server = channel.ingest.rpartition("/")[0]
    eventually(lambda: tab.evaluate("navigator.clipboard.readText()") == server)
    expect(tab.get_by_text(key)).to_be_hidden()
    tab.get_by_text("Show the stream key").click()
    expect(tab.get_by_text(key)).to_be_visible()


def test_where_copying_is_forbidden_the_key_is_shown_and_selected(
    ada_tab: Page, channel: Channel
) -> None:
    ada_tab.add_init_script("Object.defineProperty(navigator, 'clipboard', {})")
    ada_tab.goto(f"{channel.path}/studio")
    ada_tab.get_by_role("button", name="Copy Stream key").click()
    expect(ada_tab.locator("#stream-key")).to_be_visible()
    assert ada_tab.evaluate("getSelection().toString()") == channel.ingest.rpartition("/")[2]


def test_the_start_is_meant_and_shown_in_each_visitors_own_time_zone(
    new_tab: NewTab, ada: Person
) -> None:
    host = new_tab(ada, timezone_id="Asia/Tokyo", locale="en-GB")
    start = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT20:15}"
    host.goto("/stream/new")
    host.get_by_label("Title").fill("Far away")
    host.get_by_label("Start").fill(start)
    host.get_by_role("button", name="Create").click()
    host.wait_for_url("**/studio")
    host.get_by_text("Title, start, latency and visibility").click()
    expect(host.get_by_label("Start")).to_have_value(start)
    for zone, time in (("Asia/Tokyo", "20:15"), ("Asia/Kolkata", "16:45")):
        viewer = new_tab(timezone_id=zone, locale="en-GB")
        viewer.goto(host.url.removesuffix("/studio"))
        expect(viewer.locator("local-time[mode=date]")).to_contain_text(time)


def test_the_keyboard_reaches_every_action(ada_tab: Page, channel: Channel, encode: Encode) -> None:
    encode(channel)
    channel.await_live()
    ada_tab.goto(f"{channel.path}/studio")
    expect_playing(ada_tab)
    for summary in ada_tab.locator("main summary").all():
        summary.focus()
        if not summary.evaluate("summary => summary.parentElement.open"):
            ada_tab.keyboard.press("Enter")
    wanted = set(ada_tab.locator(CONTROLS).evaluate_all(REACHABLE))
    assert len(wanted) > 20
    ada_tab.locator("#content").focus()
    reached: set[str] = set()
    for _ in range(4 * len(wanted)):
        ada_tab.keyboard.press("Tab")
        if number := ada_tab.evaluate("document.activeElement.dataset.number ?? ''"):
            reached.add(number)
    # Of a group of radio buttons, Tab reaches the chosen one, and the arrows the others.
    radios = set(ada_tab.locator("[type=radio]:not(:checked)").evaluate_all(
        "all => all.map(radio => radio.dataset.number)"
    ))  # fmt: skip
    assert reached >= wanted - radios


def test_without_scripts_a_host_creates_a_stream_reads_its_key_and_acts(
    new_tab: NewTab, ada: Person
) -> None:
    tab = new_tab(ada, java_script_enabled=False)
    tab.goto("/stream/new")
    tab.get_by_label("Title").fill("By hand")
    tab.get_by_role("button", name="Create").click()
    tab.wait_for_url("**/studio")
    expect(tab.get_by_role("button", name="Copy")).to_have_count(0)
    expect(tab.locator("#stream-key")).to_be_hidden()
    tab.get_by_text("Show the stream key").click()
    expect(tab.locator("#stream-key")).to_have_text(re.compile(r"^[\w-]{20,}$"))
    tab.get_by_role("button", name="Stop recording").click()
    expect(tab.get_by_text("Recording is off")).to_be_visible()
    tab.get_by_text("Title, start, latency and visibility").click()
    tab.get_by_label("Title").fill("By hand again")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", name="By hand again")).to_be_visible()
    tab.get_by_text("Switch off…").click()
    tab.get_by_role("button", name="Switch off").click()
    expect(tab.get_by_role("button", name="Start a test broadcast")).to_have_count(0)
    tab.get_by_role("link", name="The viewers' page").click()
    expect(tab.get_by_text("Switched off", exact=True)).to_be_visible()
    tab.go_back()
    tab.locator("#studio-preview").get_by_role("button", name="Switch on").click()
    expect(tab.get_by_text("Not live yet.")).to_be_visible()
