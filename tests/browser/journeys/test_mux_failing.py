"""Mux fails while somebody is on the page: they read why, try again, and have made one thing."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.harness import Person, Site

FAULTS = (
    {"action": "status", "status": 500},
    {"action": "status", "status": 503},
    {"action": "status", "status": 429},
    {"action": "drop"},
    {"action": "html"},
    {"action": "half"},  # at last, because Mux has done it then, and the next try finds that
)
AT_LAST = 10_000  # milliseconds


def made(site: Site, person: Person, path: str) -> int:
    """How many of these Mux has of this person."""
    listed = site.mux_api("GET", path, params={"limit": 100}).json()["data"]
    return sum(person.name in str(each) for each in listed)


def expect_an_answer(tab: Page, button: str, action: str) -> None:
    """Click, and read on the page what the app says to it."""
    with tab.expect_response(f"**{action}", timeout=AT_LAST) as answer:
        tab.get_by_role("button", name=button).click()
    assert answer.value.status >= 400
    expect(tab.get_by_role("alert")).to_contain_text("try again")


def test_an_upload_waits_in_its_form_until_mux_works_again(
    site: Site, new_tab: NewTab, ada: Person, clip: Path, page_errors: PageErrors
) -> None:
    page_errors.allow("status of (4|5)")
    tab = new_tab(ada, has_cdn=False)
    tab.goto("/upload")
    tab.get_by_label("Choose a video").set_input_files(clip)
    tab.get_by_label("Title").fill("Tides")
    for fault in FAULTS:
        with site.mux_fault(fault | {"path": "/video/v1/uploads", "method": "POST"}):
            expect_an_answer(tab, "Upload", "/create-upload")
    tab.get_by_role("button", name="Upload").click()
    tab.wait_for_url("**/video/*")
    expect(tab.get_by_role("heading", name="Tides")).to_be_visible()
    assert made(site, ada, "/video/v1/uploads") == 1


def test_a_live_stream_waits_in_its_form_until_mux_works_again(
    site: Site, new_tab: NewTab, ada: Person, page_errors: PageErrors
) -> None:
    page_errors.allow("status of (4|5)")
    tab = new_tab(ada)
    tab.goto("/stream/new")
    tab.get_by_label("Title").fill("Tides")
    for fault in FAULTS:
        with site.mux_fault(fault | {"path": "/video/v1/live-streams", "method": "POST"}):
            expect_an_answer(tab, "Create", "/create-stream")
            expect(tab.get_by_label("Title")).to_have_value("Tides")
    tab.get_by_role("button", name="Create").dblclick()
    tab.wait_for_url("**/studio")
    assert made(site, ada, "/video/v1/live-streams") == 1
