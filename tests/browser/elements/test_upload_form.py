"""<upload-form> sends a file whole, whatever happens on the way, and says how it goes."""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Dialog, Page, expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.elements.site import Request, Site
from tests.browser.elements.upload_host import (
    UNIT,
    Fault,
    UploadHost,
    cut_before_the_answer,
    cut_in_the_middle,
    keep_a_part,
    keep_nothing,
    refuse_with,
)

MEGABYTE = 1_000_000
SIZE = 10 * MEGABYTE + 17
FIRST_CHUNK = 32 * UNIT
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
<upload-form create="/create-upload" max-bytes="{30 * MEGABYTE}" accept=".mp4,.mov,.mkv">
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

    def __init__(self, page: Page, site: Site, host: UploadHost, file: Path) -> None:
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
        site.page("/upload", FORM, "upload-form")
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


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file in which no two places are alike."""
    file = tmp_path_factory.mktemp("files") / "My_first-video.mp4"
    file.write_bytes(os.urandom(SIZE))
    return file


@pytest.fixture
def uploader(site: Site, page: Page, video: Path) -> Iterator[Uploader]:
    """Return somebody who is about to upload a video."""
    other_origin = Site()
    host = UploadHost(other_origin, origin=site.url, total=SIZE)
    yield Uploader(page, site, host, video)
    host.released.set()
    other_origin.close()


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes other files."""

    def make(name: str, size: int = 1000) -> Path:
        file = tmp_path / name
        with file.open("wb") as content:
            content.truncate(size)
        return file

    return make


def test_sends_the_file_in_chunks_and_opens_its_page(uploader: Uploader) -> None:
    uploader.start()
    uploader.expect_done()
    assert uploader.page.url == f"{uploader.site.url}/upload/u1"
    assert uploader.host.chunks == [
        f"bytes 0-{FIRST_CHUNK - 1}/{SIZE}",
        f"bytes {FIRST_CHUNK}-{SIZE - 1}/{SIZE}",
    ]
    assert uploader.created == [
        {
            "title": ["My first video"],
            "visibility": ["public"],
            "filename": [uploader.file.name],
            "size": [str(SIZE)],
            "content_type": ["video/mp4"],
        }
    ]


@pytest.mark.parametrize(
    "faults",
    [
        [cut_in_the_middle],
        [UploadHost.take, cut_in_the_middle],
        [cut_before_the_answer],
        [UploadHost.take, cut_before_the_answer],
        [keep_a_part, keep_a_part],
        [keep_nothing],
        [UploadHost.take, keep_nothing],
        [refuse_with(503), refuse_with(500)],
        [refuse_with(429)],
        [refuse_with(408)],
    ],
    ids=[
        "cut in the first chunk",
        "cut in the last chunk",
        "cut before the first answer",
        "cut before the last answer",
        "chunks kept in part",
        "first chunk lost",
        "last chunk lost",
        "server errors",
        "too many requests",
        "time-out",
    ],
)
def test_a_fault_costs_time_but_no_byte(
    uploader: Uploader, page_errors: PageErrors, faults: list[Fault]
) -> None:
    page_errors.allow("ERR_", "status of (400|408|429|500|503)")
    uploader.host.faults.extend(faults)
    uploader.start()
    uploader.expect_done()


def test_what_a_server_kept_of_a_broken_chunk_is_not_sent_again(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_")
    uploader.host.faults.append(cut_in_the_middle)
    uploader.start()
    uploader.expect_done()
    assert uploader.host.questions == 1
    assert uploader.host.chunks[1].startswith(f"bytes {5 * UNIT}-")


def test_a_server_that_keeps_nothing_is_asked_ever_more_slowly(uploader: Uploader) -> None:
    clock = uploader.page.clock
    clock.install()
    uploader.host.faults.extend([UploadHost.take] + [keep_nothing] * 50)
    uploader.start()
    # Seconds that a pause lasts at least, and what is still missing to the longest it may last.
    for tries, (least, rest) in enumerate([(0.74, 0.52), (1.49, 1.02), (2.99, 2.02)], start=2):
        eventually(lambda tries=tries: len(uploader.host.chunks) == tries)
        uploader.page.wait_for_load_state("networkidle")
        clock.run_for(int(least * 1000))
        assert len(uploader.host.chunks) == tries
        clock.run_for(int(rest * 1000))
    eventually(lambda: len(uploader.host.chunks) == 5)


def test_a_host_that_hides_its_range_counts_as_having_stored_the_chunk(uploader: Uploader) -> None:
    uploader.host.range_readable = False
    uploader.start()
    uploader.expect_done()
    assert len(uploader.host.chunks) == 2


def test_a_host_that_hides_its_range_gets_the_lost_chunk_again(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_")
    uploader.host.range_readable = False
    uploader.host.faults.extend([UploadHost.take, cut_in_the_middle])
    uploader.start()
    uploader.expect_done()


def test_a_host_that_ends_the_upload_too_early_is_not_believed(uploader: Uploader) -> None:
    uploader.host.faults.append(refuse_with(200))
    uploader.start()
    expect(uploader.errors).to_contain_text("The server ended the upload too early.")
    assert uploader.page.get_by_role("link", name="Start again").get_attribute("href") == "/upload"


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "expired or was cancelled"), (410, "expired or was cancelled"), (422, r"\(422\)")],
)
def test_an_upload_that_cannot_be_saved_says_so_and_stops(
    uploader: Uploader, page_errors: PageErrors, status: int, words: str
) -> None:
    page_errors.allow(str(status))
    uploader.host.gone = status
    uploader.start()
    expect(uploader.errors).to_contain_text(re.compile(words))
    expect(uploader.page.get_by_role("link", name="Start again")).to_be_visible()
    expect(uploader.page.locator(".upload-progress")).to_be_hidden()
    assert len(uploader.host.ranges) == 1


def test_pause_stops_the_bytes_and_resume_asks_where_to_go_on(uploader: Uploader) -> None:
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.get_by_role("button", name="Pause").click()
    expect(uploader.status).to_have_text("Paused.")
    expect(uploader.page.get_by_role("button", name="Resume")).to_be_focused()
    uploader.host.released.set()
    before = len(uploader.host.ranges)
    uploader.page.get_by_role("button", name="Resume").click()
    uploader.expect_done()
    assert uploader.host.ranges[before] == f"bytes */{SIZE}"


def test_progress_is_shown_in_bytes_speed_and_time_left(uploader: Uploader) -> None:
    uploader.host.hold_at = 2 * UNIT
    uploader.start()
    facts = uploader.page.locator(".upload-facts")
    expect(facts).to_contain_text(re.compile(r"^\d+ % · [\d.]+ (bytes|[kM]B) of 10 MB"))
    expect(uploader.page.locator(".upload-name")).to_have_text(uploader.file.name)
    uploader.host.released.set()
    uploader.expect_done()


def test_speed_and_time_left_come_from_the_bytes_of_the_last_seconds(uploader: Uploader) -> None:
    uploader.open()
    words = uploader.page.evaluate(
        """async () => {
            const { UploadProgress } = await import("/static/upload-form/progress.js");
            const upload = new EventTarget();
            Object.assign(upload, { state: "sending", sent: 0, file: { name: "a", size: 200e6 } });
            const progress = new UploadProgress(document.querySelector(".upload-progress"), upload);
            let now = 0;
            Date.now = () => now;
            for (; now <= 10_000; now += 500, upload.sent += 1e6) progress.render();
            const running = document.querySelector(".upload-facts").textContent;
            upload.state = "lost";
            progress.render();
            return [running, document.querySelector(".upload-facts").textContent];
        }"""
    )
    assert words == ["10 % · 20 MB of 200 MB · 2 MB/s · 2 min left", "10 % · 21 MB of 200 MB"]


def test_only_milestones_are_announced(uploader: Uploader) -> None:
    uploader.page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            window.said = [];
            const status = document.querySelector(".upload-status");
            new MutationObserver(() => {
                sessionStorage.said = (sessionStorage.said ?? "") + status.textContent;
            }).observe(status ?? document, { childList: true, characterData: true });
        });"""
    )
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.host.released.set()
    uploader.expect_done()
    said = [each.strip() for each in uploader.page.evaluate("sessionStorage.said").split(".")]
    allowed = ["Upload started", "25 % sent", "50 % sent", "75 % sent", "Uploaded"]
    assert [each for each in allowed if each in said] == [each for each in said if each in allowed]
    assert said[0] == "Upload started"
    assert said[-3] == "Uploaded"


def test_without_a_network_it_waits_and_goes_on_at_once_when_it_is_back(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_INTERNET_DISCONNECTED")
    # Time stands still, so that only the network's return can end the pause.
    uploader.page.clock.install()
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.context.set_offline(True)
    expect(uploader.status).to_have_text(LOST)
    uploader.host.released.set()
    uploader.page.context.set_offline(False)
    uploader.expect_done()


def test_cancel_asks_first_and_then_cancels_at_the_server(uploader: Uploader) -> None:
    answers = [Dialog.accept, Dialog.dismiss]

    def reply(dialog: Dialog) -> None:
        answers.pop()(dialog)

    uploader.page.on("dialog", reply)
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    cancel = uploader.page.get_by_role("button", name="Cancel")
    cancel.click()
    assert uploader.site.requests("/upload/u1/cancel", "POST") == 0
    cancel.click()
    expect(uploader.page.get_by_role("button", name="Upload")).to_be_visible()
    assert uploader.site.requests("/upload/u1/cancel", "POST") == 1
    assert len(uploader.host.stored) < SIZE


def test_a_cancel_that_does_not_arrive_leaves_the_upload_paused(
    uploader: Uploader, page_errors: PageErrors
) -> None:
    page_errors.allow("status of 500")
    uploader.site.on("POST", "/upload/u1/cancel", lambda request: request.answer(500))
    uploader.page.on("dialog", lambda dialog: dialog.accept())
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.get_by_role("button", name="Cancel").click()
    expect(uploader.errors).to_contain_text("not cancelled")
    uploader.host.released.set()
    uploader.page.get_by_role("button", name="Resume").click()
    uploader.expect_done()


def test_leaving_the_page_warns_while_sending_and_not_when_paused(uploader: Uploader) -> None:
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    uploader.page.on("dialog", stay)
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.evaluate("setTimeout(() => location.assign('/elsewhere'))")
    eventually(lambda: uploader.page.evaluate("1") and dialogs)
    assert dialogs == ["beforeunload"]
    uploader.page.get_by_role("button", name="Pause").click()
    uploader.page.goto(f"{uploader.site.url}/upload")
    assert dialogs == ["beforeunload"]


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


def test_the_same_file_goes_on_where_the_server_says(uploader: Uploader) -> None:
    sent = 20 * UNIT
    uploader.host.stored += uploader.file.read_bytes()[:sent]
    uploader.open_resume_page()
    uploader.choose()
    uploader.expect_done()
    assert uploader.host.ranges[0] == f"bytes */{SIZE}"
    assert uploader.host.chunks[0].startswith(f"bytes {sent}-")


def test_a_file_that_arrived_in_full_is_not_sent_again(uploader: Uploader) -> None:
    uploader.host.stored += uploader.file.read_bytes()
    uploader.open_resume_page()
    uploader.choose()
    uploader.expect_done()
    assert uploader.host.chunks == []


def test_another_file_is_refused_with_both_names(
    uploader: Uploader, make_file: Callable[..., Path]
) -> None:
    uploader.open_resume_page()
    uploader.choose(make_file("other.mp4", SIZE))
    expect(uploader.errors).to_contain_text("“other.mp4” is not the file that was being sent")
    expect(uploader.errors).to_contain_text(f"Choose “{uploader.file.name}”")
    uploader.choose(make_file(uploader.file.name, 1000))
    expect(uploader.errors).to_contain_text("with 10 MB")
    assert uploader.host.ranges == []


def test_a_name_that_the_server_cleaned_and_cut_is_still_the_same(
    uploader: Uploader, tmp_path: Path
) -> None:
    name = unicodedata.normalize("NFD", "Größe  été " + "x" * 50 + ".mp4")
    file = tmp_path / name
    file.write_bytes(uploader.file.read_bytes())
    uploader.open_resume_page(name=unicodedata.normalize("NFC", "Größe été xxxx"))
    uploader.choose(file)
    uploader.expect_done()


def test_after_a_reload_the_page_of_the_upload_is_shown(uploader: Uploader) -> None:
    uploader.page.on("dialog", lambda dialog: dialog.accept())
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.reload()
    assert uploader.page.url == f"{uploader.site.url}/upload/u1"


def test_a_form_taken_off_the_page_stops_sending(uploader: Uploader) -> None:
    uploader.host.hold_at = 2 * UNIT
    uploader.start()
    uploader.expect_held()
    form = uploader.form.element_handle()
    form.evaluate("form => form.remove()")
    uploader.page.wait_for_function("form => form.upload.state === 'stopped'", arg=form)
    uploader.host.released.set()
    eventually(lambda: uploader.host.ended == 1)
    assert len(uploader.host.chunks) == 1


def test_a_form_that_is_moved_goes_on_sending(uploader: Uploader) -> None:
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    uploader.page.evaluate(
        """() => {
            const main = document.body.appendChild(document.createElement("main"));
            main.append(document.querySelector("upload-form"));
        }"""
    )
    uploader.host.released.set()
    uploader.expect_done()
    assert len(uploader.host.chunks) == 2
