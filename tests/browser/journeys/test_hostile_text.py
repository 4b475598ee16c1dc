"""Hostile titles, names and file names in a real browser: none of them ever runs."""

from pathlib import Path

from playwright.sync_api import Dialog, FilePayload, Page, expect

from tests.browser.journeys.conftest import NewTab, collect
from tests.harness import Person, Site

TITLE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
FILE = "<img src=x onerror=alert(3)>.mp4"
NAME = "<svg onload=alert(4)>"


def test_hostile_text_runs_nowhere(new_tab: NewTab, site: Site, clip: Path) -> None:
    dialogs: list[Dialog] = []
    with Person(site) as mallory, Person(site) as victim:
        author, reader = new_tab(mallory.join(NAME)), new_tab(victim.join())
    for tab in (author, reader):
        tab.on("dialog", collect(dialogs))

    author.goto("/upload")
    chooser = author.get_by_label("Choose a video")
    chooser.set_input_files(FilePayload(name=FILE + ".txt", mimeType="", buffer=b"text"))
    expect(author.locator(".form-errors")).to_contain_text(FILE)
    chooser.set_input_files(FilePayload(name=FILE, mimeType="video/mp4", buffer=clip.read_bytes()))
    author.get_by_label("Title").fill(TITLE)
    author.get_by_role("button", name="Upload").click()
    author.wait_for_url("**/video/*")
    video = author.url

    for tab in (author, reader):
        expect_text(tab, video, TITLE)
        expect_text(tab, f"/videos?q={NAME}", TITLE)
    expect_text(reader, "/videos?q=<script>alert(5)</script>", "<script>alert(5)</script>")
    expect_text(author, "/account", NAME)
    assert dialogs == []


def expect_text(tab: Page, path: str, text: str) -> None:
    """Open a page that shows the text as text."""
    tab.goto(path)
    expect(tab.get_by_text(text).first).to_be_visible()
    assert tab.locator("main :is(script, svg, img[onerror])").count() == 0
