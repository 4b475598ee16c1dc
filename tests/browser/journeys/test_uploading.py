"""Sending a file over a line that breaks, under the hands of somebody who changes their mind."""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import Person, Site

MB = 1_000_000


@pytest.fixture(scope="session")
def padded(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Makes a file of any size that plays: the clip, and behind it a box that players skip."""
    folder = tmp_path_factory.mktemp("padded")

    def make(size: int) -> Path:
        path = folder / f"{size // MB} MB.mp4"
        copyfile(clip, path)
        with path.open("ab") as file:
            file.write(struct.pack(">I4s", size - clip.stat().st_size, b"free"))
            file.truncate(size)
        return path

    return make


@pytest.fixture
def sender(new_tab: NewTab, ada: Person) -> Page:
    """Ada's tab, which sends as fast as it can."""
    return new_tab(ada, has_cdn=False)


class Sending:
    """An upload in a tab, and the ranges of bytes that the tab sends."""

    def __init__(self, tab: Page, file: Path, bytes_per_second: int) -> None:
        """Fill in the form and press the button."""
        self.tab = tab
        self.file = file
        self.ranges: list[tuple[int, int]] = []
        self.status = tab.locator(".upload-status")
        self.bar = tab.get_by_role("progressbar")
        tab.on("request", self._note)
        self.network = tab.context.new_cdp_session(tab)
        self.limit(bytes_per_second)
        tab.goto("/upload")
        tab.get_by_label("Choose a video").set_input_files(file)
        expect(tab.get_by_label("Title")).to_have_value(file.stem)
        tab.get_by_role("button", name="Upload").click()

    def _note(self, request: Request) -> None:
        header = request.headers.get("content-range", "")
        if found := re.match(r"bytes (\d+)-(\d+)/", header):
            self.ranges.append((int(found[1]), int(found[2])))

    def limit(self, bytes_per_second: int) -> None:
        """Change the speed of the line; -1 takes the limit away."""
        line = {"offline": False, "latency": 0, "downloadThroughput": -1}
        line["uploadThroughput"] = bytes_per_second
        self.network.send("Network.emulateNetworkConditions", line)

    def reach(self, percent: int) -> None:
        """Wait until so much has been sent."""
        self.tab.wait_for_function(
            "percent => document.querySelector('progress').value >= percent", arg=percent
        )

    def expect_video(self) -> None:
        """Let the rest go as fast as it can, and play what becomes of it."""
        self.limit(-1)
        self.tab.wait_for_url("**/video/*")
        self.tab.locator("video").click()
        expect_playing(self.tab)


def test_after_a_reload_only_the_missing_part_of_200_mb_is_sent(
    sender: Page, padded: Callable[[int], Path]
) -> None:
    film = padded(200 * MB)
    warnings: list[str] = []

    def leave(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.accept()

    sender.on("dialog", leave)
    sending = Sending(sender, film, bytes_per_second=80 * MB)
    sending.reach(50)
    first_part = sending.ranges[:]
    sender.reload()
    assert warnings == ["beforeunload"]
    expect(sender.get_by_text("Choose 200 MB.mp4 (200.0 MB) to send it")).to_be_visible()

    sending.ranges.clear()
    sender.get_by_label("Choose the file").set_input_files(film)
    sending.expect_video()
    assert min(start for start, _ in first_part) == 0
    assert min(start for start, _ in sending.ranges) > 80 * MB
    assert max(end for _, end in sending.ranges) == 200 * MB - 1


def test_another_file_is_not_taken_for_the_interrupted_one(
    new_tab: NewTab, ada: Person, clip: Path, make_video: Callable[..., Path]
) -> None:
    tab = new_tab(ada)
    tab.goto(ada.create_upload(clip)["page"])
    tab.get_by_label("Choose the file").set_input_files(make_video("other.mp4", seconds=1))
    expect(tab.locator(".form-errors")).to_contain_text("is not the file that was being sent")


def test_a_lost_connection_is_named_and_heals_by_itself(
    sender: Page, padded: Callable[[int], Path], page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_INTERNET_DISCONNECTED")
    sending = Sending(sender, padded(10 * MB), bytes_per_second=3 * MB)
    sending.reach(20)
    sender.context.set_offline(True)
    expect(sending.status).to_have_text("Connection lost – still trying.")
    sender.context.set_offline(False)
    sending.expect_video()


def test_a_connection_cut_by_the_server_is_taken_up_again(
    sender: Page, site: Site, padded: Callable[[int], Path], page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_CONNECTION_(RESET|ABORTED)", "ERR_FAILED", "CORS")
    cut = {"action": "drop", "method": "PUT", "path": "/upload/*", "after_bytes": MB, "times": 1}
    site.control("POST", "/faults", json=cut).raise_for_status()
    sending = Sending(sender, padded(10 * MB), bytes_per_second=-1)
    sending.expect_video()
    assert min(start for start, _ in sending.ranges[1:]) >= MB // 2
    assert site.control("GET", "/faults").json()["data"] == []


def test_pause_stops_sending_and_resume_goes_on(
    sender: Page, padded: Callable[[int], Path]
) -> None:
    sending = Sending(sender, padded(10 * MB), bytes_per_second=3 * MB)
    sending.reach(20)
    sender.get_by_role("button", name="Pause").click()
    expect(sending.status).to_have_text("Paused.")
    expect(sender.get_by_role("button", name="Resume")).to_be_focused()
    begun = len(sending.ranges)
    sender.get_by_role("button", name="Resume").click()
    expect(sender.get_by_role("button", name="Pause")).to_be_focused()
    sending.expect_video()
    assert len(sending.ranges) > begun
    assert sending.ranges[begun][0] > 0


def test_cancel_asks_first_and_ends_the_upload_at_mux_too(
    sender: Page, site: Site, padded: Callable[[int], Path]
) -> None:
    answers = [False, True]

    def answer(dialog: Dialog) -> None:
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    sender.on("dialog", answer)
    sending = Sending(sender, padded(10 * MB), bytes_per_second=MB)
    sending.reach(5)
    upload_id = sender.url.rpartition("/")[2]
    sender.get_by_role("button", name="Cancel").click()
    sending.reach(10)
    sender.get_by_role("button", name="Cancel").click()
    sender.wait_for_url("**/upload")
    expect(sender.get_by_text("is cancelled.")).to_be_visible()
    upload = site.mux_api("GET", f"/video/v1/uploads/{upload_id}").json()["data"]
    assert upload["status"] == "cancelled"
    assert answers == []
