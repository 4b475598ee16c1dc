"""What becomes of an upload: its page tells, by itself, and so does the page of its video."""

from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import Person


def send(upload: dict[str, str], file: Path) -> None:
    """Send a file as another program than the browser would."""
    httpx.put(upload["url"], content=file.read_bytes(), timeout=20).raise_for_status()


def upload(tab: Page, file: Path) -> None:
    """Use the upload form."""
    tab.get_by_label("Choose a video").set_input_files(file)
    expect(tab.get_by_label("Title")).to_have_value(file.stem)
    tab.get_by_role("button", name="Upload").click()


def test_a_text_file_called_mp4_is_explained_and_another_try_offered(
    ada_tab: Page, not_a_video: Path
) -> None:
    ada_tab.goto("/upload")
    upload(ada_tab, not_a_video)
    expect(ada_tab.get_by_text("This file could not be made playable.")).to_be_visible()
    expect(ada_tab.locator("#upload-state")).to_contain_text("text")
    ada_tab.get_by_role("link", name="Upload another file").click()
    expect(ada_tab.get_by_label("Choose a video")).to_be_visible()


def test_the_page_of_an_upload_follows_it_to_the_finished_video(
    new_tab: NewTab, ada: Person, clip: Path, prepare_for: Callable[[int], None]
) -> None:
    prepare_for(3)
    tab, upload = new_tab(ada), ada.create_upload(clip)
    tab.goto(upload["page"])
    tab.evaluate("window.unchanged = true")
    send(upload, clip)
    expect(tab.get_by_text("The file has arrived and is being prepared.")).to_be_visible()
    assert tab.evaluate("window.unchanged")
    tab.wait_for_url("**/video/*")
    tab.locator("video").click()
    expect_playing(tab)


def test_the_page_of_a_video_in_the_making_becomes_the_player_without_a_reload(
    new_tab: NewTab, ada: Person, clip: Path, prepare_for: Callable[[int], None]
) -> None:
    prepare_for(4)
    tab, upload = new_tab(ada), ada.create_upload(clip, title="In the making")
    send(upload, clip)
    eventually(lambda: "Processing" in ada.get("/account").text)
    tab.goto("/account")
    tab.get_by_role("article").filter(has_text="Processing").get_by_role("link").click()
    expect(tab.get_by_text("This video is being prepared.")).to_be_visible()
    tab.evaluate("window.unchanged = true")
    before = tab.locator(".stage").bounding_box()
    expect(tab.locator("hls-player")).to_be_visible()
    tab.locator("video").click()
    expect_playing(tab)
    assert tab.evaluate("window.unchanged")
    after = tab.locator("video").bounding_box()
    assert before
    assert after
    assert (before["y"], before["width"]) == (after["y"], after["width"])


def test_a_video_deleted_in_one_tab_leaves_the_other_with_words(
    new_tab: NewTab, ada: Person, clip: Path, page_errors: PageErrors
) -> None:
    page_errors.allow("404")
    path = ada.upload(clip, title="Only for a while")
    one, other = new_tab(ada), new_tab(ada)
    one.goto(path)
    other.goto(path)
    one.get_by_text("Delete…").click()
    one.get_by_role("button", name="Delete for ever").click()
    expect(one.get_by_text("“Only for a while” is deleted.")).to_be_visible()
    expect(one.get_by_role("link", name="Only for a while")).to_have_count(0)
    other.get_by_text("Title and visibility").click()
    other.get_by_label("Title").fill("Too late")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("This video is gone, or never was.")).to_be_visible()
    other.goto("/videos?q=Only+for+a+while")
    expect(other.get_by_text("No video matches")).to_be_visible()


def test_who_waits_for_a_video_that_is_deleted_is_led_away(
    new_tab: NewTab, ada: Person, clip: Path, prepare_for: Callable[[int], None]
) -> None:
    prepare_for(60)
    tab, upload = new_tab(), ada.create_upload(clip, title="Never finished")
    send(upload, clip)
    account = eventually(lambda: ada.get("/account").text.partition('href="/video/')[2])
    path = "/video/" + account.partition('"')[0]
    tab.goto(path)
    expect(tab.get_by_text("This video is being prepared.")).to_be_visible()
    ada.post(f"{path}/delete")
    tab.wait_for_url("**/videos")


def test_back_after_an_upload_leads_out_of_it_and_forward_to_the_video_again(
    ada_tab: Page, clip: Path
) -> None:
    ada_tab.goto("/videos")
    ada_tab.get_by_role("link", name="Upload", exact=True).click()
    upload(ada_tab, clip)
    ada_tab.wait_for_url("**/video/*")
    video = ada_tab.url
    ada_tab.go_back()
    ada_tab.wait_for_url("**/videos")
    ada_tab.go_forward()
    ada_tab.wait_for_url(video)
