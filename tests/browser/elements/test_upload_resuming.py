"""Going on with an upload that was interrupted."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from localmux.testing import eventually
from tests.browser.elements.upload_host import (
    UNIT,
)
from tests.browser.elements.uploader import SIZE, Uploader


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
