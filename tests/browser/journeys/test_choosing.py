"""Choosing a file: what is refused before a byte is sent, and every way to hand a file over."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.journeys.conftest import NewTab, collect
from tests.harness import Person

LIMIT = 4_000_000_000  # bytes, the default of MAX_UPLOAD_MB


@pytest.fixture
def form(ada_tab: Page) -> Page:
    """Ada's tab with the upload form, ready for use."""
    ada_tab.goto("/upload")
    return ada_tab


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("slides.pdf", 5, "“slides.pdf” is not a video or audio file"),
        ("nothing.mp4", 0, "“nothing.mp4” is empty"),
        ("opera.mp4", LIMIT + 1, "“opera.mp4” is too large"),
    ],
)
def test_a_file_that_cannot_work_is_named_before_anything_is_sent(
    form: Page, tmp_path: Path, name: str, size: int, reason: str
) -> None:
    sent: list[Request] = []
    form.on("request", collect(sent))
    file = tmp_path / name
    with file.open("wb") as empty:
        empty.truncate(size)
    form.get_by_label("Choose a video").set_input_files(file)
    box = form.locator(".form-errors")
    expect(box).to_be_focused()
    expect(box).to_contain_text(reason)
    expect(form.get_by_label("Choose a video")).to_have_accessible_description(
        f"MP4, MOV, MKV, WebM, AVI, MP3 and more, up to 4,000 MB and 720 minutes. "
        "You can also drop it here. "
        f"{box.get_by_role('link').inner_text()}"
    )
    expect(form).to_have_title("Error: Upload – Mux Live")
    form.get_by_label("Title").fill("Sea")
    form.get_by_role("button", name="Upload").click()
    box.get_by_role("link").click()
    expect(form.get_by_label("Choose a video")).to_be_focused()
    assert [request.url for request in sent if request.method != "GET"] == []


def test_the_title_comes_from_the_file_name_unless_it_was_typed(
    form: Page, clip: Path, tmp_path: Path
) -> None:
    title = form.get_by_label("Title")
    form.get_by_label("Choose a video").set_input_files(clip)
    expect(title).to_have_value("clip")
    other = tmp_path / "A_day  at-the.beach.MP4"
    other.write_bytes(b"x")
    form.get_by_label("Choose a video").set_input_files(other)
    expect(title).to_have_value("A day at the.beach")
    title.fill("Summer")
    form.get_by_label("Choose a video").set_input_files(clip)
    expect(title).to_have_value("Summer")


def test_a_file_dropped_anywhere_on_the_page_is_chosen(form: Page, clip: Path) -> None:
    page_of_the_browser = form.context.new_cdp_session(form)
    data = {"items": [], "files": [str(clip)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": 20, "y": 500, "data": data}
        page_of_the_browser.send("Input.dispatchDragEvent", event)
        if kind == "dragOver":
            expect(form.locator(".dragging .drop-zone")).to_be_visible()
    expect(form.locator(".dragging")).to_have_count(0)
    expect(form.get_by_label("Title")).to_have_value("clip")
    form.get_by_role("button", name="Upload").click()
    form.wait_for_url("**/video/*")


def test_a_file_chosen_before_the_script_arrived_counts(
    new_tab: NewTab, ada: Person, clip: Path
) -> None:
    held: list[Route] = []
    tab = new_tab(ada)
    tab.route("**/static/upload-form.*.js", collect(held))
    with tab.expect_request("**/static/upload-form.*.js"):
        tab.goto("/upload", wait_until="commit")
    tab.get_by_label("Choose a video").set_input_files(clip)
    held[0].continue_()
    expect(tab.get_by_label("Title")).to_have_value("clip")
