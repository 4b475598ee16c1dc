"""The keyboard alone: no test here touches a mouse."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import PASSWORD, Person

MOST_STOPS = 40
HAS_FOCUS = "element => element === document.activeElement"


def tab_to(tab: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_STOPS):
        tab.keyboard.press("Tab")
        if target.evaluate(HAS_FOCUS):
            return
    raise AssertionError(f"{MOST_STOPS} presses of Tab do not lead to {target}.")


def await_choosers(tab: Page) -> None:
    """Have Playwright ask the browser for them now: asked at the last moment, it can miss one."""
    tab.on("filechooser", lambda _: None)


def test_somebody_can_join_upload_and_watch(tab: Page, clip: Path) -> None:
    await_choosers(tab)
    tab.goto("/")
    tab_to(tab, tab.get_by_role("link", name="Join", exact=True))
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/register")
    tab_to(tab, tab.get_by_label("Name"))
    tab.keyboard.type("Katherine Johnson")
    tab_to(tab, tab.get_by_label("Password"))
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/")
    tab_to(tab, tab.get_by_role("link", name="Upload", exact=True))
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/upload")

    tab_to(tab, tab.get_by_label("Choose a video"))
    with tab.expect_file_chooser() as chooser:
        tab.keyboard.press("Space")
    chooser.value.set_files(clip)
    expect(tab.get_by_label("Title")).to_have_value("clip")
    tab_to(tab, tab.get_by_role("button", name="Upload"))
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/video/*")

    video = tab.locator("video")
    expect(tab.locator("hls-player[data-state=paused]")).to_be_visible()
    tab_to(tab, video)
    tab.keyboard.press("k")
    expect_playing(tab)
    tab.keyboard.press("k")
    expect(video).to_have_js_property("paused", value=True)
    tab.keyboard.press("Space")
    expect(video).to_have_js_property("paused", value=False)


def test_an_upload_can_be_paused_and_resumed(new_tab: NewTab, ada: Person, clip: Path) -> None:
    tab = new_tab(ada)
    await_choosers(tab)
    tab.goto(ada.create_upload(clip)["page"])
    tab.route("**/upload/*?token=*", lambda _: None)
    tab_to(tab, tab.get_by_label("Choose the file"))
    with tab.expect_file_chooser() as chooser:
        tab.keyboard.press("Space")
    chooser.value.set_files(clip)
    expect(tab.get_by_role("button", name="Pause")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator(".upload-status")).to_have_text("Paused.")
    tab.unroute("**/upload/*?token=*")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/video/*")


def test_the_first_press_of_tab_offers_to_skip_the_header(tab: Page, video: str) -> None:
    tab.goto(video)
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to content")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_be_focused()
