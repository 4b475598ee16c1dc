"""What is sent arrives whole, whatever the network and the server do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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
from tests.browser.elements.uploader import FIRST_CHUNK, LARGE, SIZE, Uploader


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


def refuse_what_is_stored(host: UploadHost, request: Request) -> None:
    """Do what the protocol leaves open: say no to bytes that came before."""
    request.body()
    host.say(request, 400)


def keep_slowly(host: UploadHost, request: Request) -> None:
    """Take the chunk, but so long for it that the whole of a long file would need minutes."""
    host.keep(request)
    host.released.wait(0.5)
    host.report(request)


def test_a_large_file_goes_in_one_piece_over_a_quick_connection(large: Uploader) -> None:
    large.start()
    large.expect_done()
    assert large.host.chunks == [
        f"bytes 0-{FIRST_CHUNK - 1}/{LARGE}",
        f"bytes 0-{LARGE - 1}/{LARGE}",
    ]


# The browser itself repeats, once, what a connection that was in use before loses.
@pytest.mark.parametrize(
    "faults", [[cut_in_the_middle, cut_in_the_middle], [refuse_what_is_stored]]
)
def test_a_large_file_that_fails_in_one_piece_goes_on_in_chunks(
    large: Uploader, page_errors: PageErrors, faults: list[Fault]
) -> None:
    page_errors.allow("ERR_", "status of 400")
    large.host.faults.extend([UploadHost.take, *faults])
    large.start()
    large.expect_done()
    assert f"bytes 0-{LARGE - 1}/{LARGE}" not in large.host.chunks[1 + len(faults) :]


def test_over_a_slow_connection_a_large_file_goes_in_chunks(
    site: Site, page: Page, upload_host: UploadHost, make_file: Callable[..., Path]
) -> None:
    size = 32 * LARGE
    uploader = Uploader(page, site, upload_host, make_file("long.mp4", size), max_bytes=size)
    uploader.host.total = size
    uploader.host.faults.append(keep_slowly)
    uploader.hold_in_the_middle()
    uploader.start()
    uploader.expect_held()
    assert uploader.host.chunks[1].startswith(f"bytes {FIRST_CHUNK}-")


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
