"""Somebody who uploads, for the tests of `<upload-form>`."""

import json
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect

from localmux.testing import eventually
from tests.browser.elements.site import Request, Site
from tests.browser.elements.upload_host import (
    UNIT,
    UploadHost,
)

MEGABYTE = 1_000_000


SIZE = 10 * MEGABYTE + 17


FIRST_CHUNK = 32 * UNIT


# Bytes from which a file may go in one piece.
LARGE = 8 * FIRST_CHUNK


LOST = "Connection lost – still trying."


PROGRESS = """
<section class="upload-progress" hidden>
  <p class="upload-name"></p>
  <progress max="100" value="0" aria-label="Upload progress"></progress>
  <p class="upload-facts"></p>
  <p class="upload-status" role="status"></p>
  <button type="button" class="upload-pause">Pause</button>
  <button type="button" class="upload-resume" hidden>Resume</button>
  <button type="button" class="upload-cancel">Cancel</button>
</section>
"""


CHOOSER = """
<div class="drop-zone"><label for="filename">Choose a video</label>
<input id="filename" type="file" name="filename" aria-describedby="filename-hint" required>
<p id="filename-hint">Any video</p></div>
"""


FORM = f"""
<upload-form create="/create-upload" max-bytes="{{max_bytes}}" accept=".mp4,.mov,.mkv">
  <div class="form-errors" role="alert" tabindex="-1" hidden></div>
  <form method="post" action="/create-upload">{CHOOSER}
    <label for="title">Title</label><input id="title" name="title">
    <input type="radio" name="visibility" value="public" checked aria-label="Public">
    <button type="submit">Upload</button>
  </form>{PROGRESS}
</upload-form>
"""


# What waits on the page until the file has been prepared; only a test that gets there sees it.
DONE = '<h1 id="done">Being prepared</h1>'


class Uploader:
    """Somebody at the upload page, and the two servers behind it."""

    def __init__(
        self,
        page: Page,
        site: Site,
        host: UploadHost,
        file: Path,
        max_bytes: int = 30 * MEGABYTE,
    ) -> None:
        """Put both pages in place."""
        self.page = page
        self.site = site
        self.host = host
        self.file = file
        self.form = page.locator("upload-form")
        self.status = page.locator(".upload-status")
        self.errors = page.get_by_role("alert")
        self.created: list[dict[str, list[str]]] = []
        site.on("POST", "/create-upload", self.create)
        site.on("POST", "/upload/u1/cancel", lambda request: request.answer(200))
        site.page("/upload", FORM.format(max_bytes=max_bytes), "upload-form")
        site.page("/upload/u1", DONE)

    def create(self, request: Request) -> None:
        """Answer as the app does when an upload is made."""
        self.created.append(parse_qs(request.body().decode()))
        answer = {"id": "u1", "url": self.host.url, "page": "/upload/u1"}
        request.answer(201, json.dumps(answer), content_type="application/json")

    def refuse(self, status: int, body: str, **headers: str) -> None:
        """Let the app refuse to make an upload."""
        headers.setdefault("content_type", "application/json")

        def answer(request: Request) -> None:
            request.body()
            request.answer(status, body, **headers)

        self.site.on("POST", "/create-upload", answer)

    def open(self) -> None:
        """Go to the page with the form."""
        self.page.goto(f"{self.site.url}/upload")

    def open_resume_page(self, name: str | None = None, size: int = SIZE) -> None:
        """Go to the page that waits for the rest of a file."""
        resume = (
            f'<upload-form url="{self.host.url}" page="/upload/u1" cancel="/upload/u1/cancel"'
            f' filename="{name or self.file.name}" size="{size}" accept=".mp4">'
            f'<div class="form-errors" role="alert" tabindex="-1" hidden></div>'
            f'<form>{CHOOSER}<button type="submit">Continue</button></form>{PROGRESS}</upload-form>'
        )
        self.page.goto(self.site.page("/upload/u1/waiting", resume, "upload-form"))

    def choose(self, file: Path | None = None) -> None:
        """Choose a file."""
        self.page.get_by_label("Choose a video").set_input_files(file or self.file)

    def start(self) -> None:
        """Open the page and send the file."""
        self.open()
        self.choose()
        self.page.get_by_role("button", name="Upload").click()

    def expect_done(self) -> None:
        """Wait for the page that follows, and compare every byte."""
        expect(self.page.locator("#done")).to_be_visible(timeout=20_000)
        assert self.host.stored == self.file.read_bytes()

    def hold_in_the_middle(self) -> None:
        """Let the host stop reading in the second chunk."""
        self.host.hold_at = FIRST_CHUNK + UNIT

    def expect_held(self) -> None:
        """Wait until it did."""
        eventually(lambda: len(self.host.stored) == self.host.hold_at)
