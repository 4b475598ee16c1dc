"""Choosing a file, and what is refused before a byte is sent."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageErrors
from tests.browser.elements.uploader import MEGABYTE, Uploader


def test_a_second_submit_creates_no_second_upload(uploader: Uploader) -> None:
    uploader.open()
    uploader.choose()
    uploader.page.evaluate(
        """() => {
            const form = document.querySelector("form");
            form.requestSubmit();
            form.requestSubmit();
            setTimeout(() => form.requestSubmit());
        }"""
    )
    uploader.expect_done()
    assert len(uploader.created) == 1


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("notes.txt", 1000, "“notes.txt” is not a video or audio file"),
        ("nothing.mp4", 0, "“nothing.mp4” is empty"),
        ("long.mp4", 40 * MEGABYTE, "“long.mp4” is too large: 40 MB, the limit is 30 MB"),
    ],
)
def test_a_wrong_file_is_named_before_anything_is_sent(
    uploader: Uploader, make_file: Callable[..., Path], name: str, size: int, words: str
) -> None:
    uploader.open()
    uploader.choose(make_file(name, size))
    expect(uploader.errors).to_contain_text("There is a problem")
    expect(uploader.errors).to_contain_text(words)
    expect(uploader.errors).to_be_focused()
    expect(uploader.page).to_have_title("Error: Page")
    chooser = uploader.page.get_by_label("Choose a video")
    expect(chooser).to_have_accessible_description(re.compile(f"Any video.*{words}"))
    uploader.page.get_by_role("button", name="Upload").click()
    assert uploader.site.requests("/create-upload", "POST") == 0
    uploader.choose()
    expect(uploader.errors).to_be_hidden()
    expect(uploader.page).to_have_title("Page")


def test_a_type_that_the_browser_does_not_know_passes_by_its_ending(
    uploader: Uploader, make_file: Callable[..., Path]
) -> None:
    uploader.open()
    uploader.choose(make_file("clip.mkv"))
    expect(uploader.errors).to_be_hidden()


def test_the_title_follows_the_file_until_somebody_types_one(
    uploader: Uploader, make_file: Callable[..., Path]
) -> None:
    title = uploader.page.get_by_label("Title")
    uploader.open()
    uploader.choose()
    expect(title).to_have_value("My first video")
    uploader.choose(make_file("other--one_v1.2.mp4"))
    expect(title).to_have_value("other one v1.2")
    title.fill("Mine")
    uploader.choose()
    expect(title).to_have_value("Mine")


def test_what_the_server_refuses_stands_beside_its_field(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("422")
    error = {"message": "Give it a title.", "fields": {"title": "Give it a title."}}
    uploader.refuse(422, json.dumps({"error": error}))
    uploader.start()
    link = uploader.errors.get_by_role("link", name="Give it a title.")
    expect(link).to_have_attribute("href", "#title")
    title = uploader.page.get_by_label("Title")
    expect(title).to_have_accessible_description("Give it a title.")
    expect(title).to_have_value("My first video")


@pytest.mark.parametrize("redirected", [False, True])
def test_somebody_signed_out_is_led_to_the_sign_in_page(
    uploader: Uploader, page_errors: PageErrors, *, redirected: bool
) -> None:
    page_errors.allow("401")
    uploader.site.page("/login", "Sign in")
    if redirected:
        uploader.refuse(303, "", location="/login?next=/upload")
    else:
        uploader.refuse(401, "{}")
    uploader.start()
    link = uploader.errors.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", re.compile("/login"))


def test_a_server_out_of_reach_can_be_tried_again(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_INTERNET_DISCONNECTED")
    uploader.open()
    uploader.choose()
    uploader.page.context.set_offline(True)
    uploader.page.get_by_role("button", name="Upload").click()
    expect(uploader.errors).to_contain_text("The server could not be reached")
    uploader.page.context.set_offline(False)
    uploader.page.get_by_role("button", name="Upload").click()
    uploader.expect_done()


DROP = """(names) => {
    const dataTransfer = new DataTransfer();
    for (const name of names) dataTransfer.items.add(new File(["film"], name));
    const over = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(over);
    const marked = document.querySelector("upload-form").classList.contains("dragging");
    const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return [marked, over.defaultPrevented, !document.body.dispatchEvent(drop)];
}"""


def test_a_file_dropped_anywhere_on_the_page_is_taken(uploader: Uploader) -> None:
    uploader.open()
    assert uploader.page.evaluate(DROP, ["Dropped-film.mp4"]) == [True, True, True]
    expect(uploader.page.get_by_label("Title")).to_have_value("Dropped film")
    expect(uploader.form).not_to_have_class("dragging")


def test_several_files_dropped_at_once_are_refused(uploader: Uploader) -> None:
    uploader.open()
    uploader.page.evaluate(DROP, ["one.mp4", "two.mp4"])
    expect(uploader.errors).to_contain_text("Drop one file at a time.")
