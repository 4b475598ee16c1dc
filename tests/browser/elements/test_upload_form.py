"""What somebody sees while a file is sent, and can do about it."""

import re

from playwright.sync_api import Dialog, expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.elements.upload_host import (
    UNIT,
)
from tests.browser.elements.uploader import LOST, SIZE, Uploader


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
