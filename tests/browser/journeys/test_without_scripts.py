"""A browser without JavaScript does everything but send a file."""

import shlex
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from localmux.testing import eventually
from tests.browser.journeys.conftest import NewTab
from tests.harness import PASSWORD, Person


@pytest.fixture
def plain_tab(new_tab: NewTab) -> Page:
    """A tab whose browser runs no scripts."""
    return new_tab(java_script_enabled=False)


def test_somebody_can_join_sign_out_and_sign_in_again(plain_tab: Page) -> None:
    plain_tab.goto("/register")
    plain_tab.get_by_label("Name").fill("Mary Jackson")
    plain_tab.get_by_label("Password").fill(PASSWORD)
    plain_tab.get_by_role("button", name="Join").click()
    plain_tab.get_by_role("button", name="Sign out").click()
    plain_tab.goto("/login")
    plain_tab.get_by_label("Name").fill("Mary Jackson")
    plain_tab.get_by_label("Password").fill(PASSWORD)
    plain_tab.get_by_role("button", name="Sign in").click()
    expect(plain_tab.get_by_role("link", name="Mary Jackson")).to_be_visible()


def test_an_upload_is_sent_with_the_command_on_its_page(
    new_tab: NewTab, ada: Person, clip: Path
) -> None:
    tab = new_tab(ada, java_script_enabled=False)
    tab.goto("/upload")
    tab.get_by_label("Choose a video").set_input_files(clip)
    tab.get_by_label("Title").fill("Sent by hand")
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sent by hand")
    expect(tab.get_by_label("Choose the file")).to_be_hidden()
    program, option, file, url = shlex.split(tab.locator("noscript code").inner_text())
    assert (program, option, file) == ("curl", "-T", "./clip.mp4")
    httpx.put(url, content=clip.read_bytes(), timeout=20).raise_for_status()
    eventually(lambda: "curl" not in ada.get(tab.url).text)
    tab.reload()
    # If the video is not ready yet, the page now looks again by itself.
    tab.get_by_role("link", name="Watch it").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sent by hand")


def test_videos_can_be_found_renamed_and_deleted(new_tab: NewTab, ada: Person, clip: Path) -> None:
    ada.upload(clip, title="Sea without sound")
    tab = new_tab(ada, java_script_enabled=False)
    tab.goto("/videos")
    tab.get_by_label("Search videos").fill("sea SOUND")
    tab.get_by_role("button", name="Search").click()
    expect(tab.get_by_text("1 video matches")).to_be_visible()
    tab.get_by_role("link", name="Sea without sound").click()
    tab.get_by_text("Title and visibility").click()
    tab.get_by_label("Title").fill("Sea with sound")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sea with sound")
    tab.get_by_text("Delete…").click()
    tab.get_by_role("button", name="Delete for ever").click()
    expect(tab.get_by_text("“Sea with sound” is deleted.")).to_be_visible()
