"""What the player does when the network, the host or the token fails."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageErrors
from tests.browser.elements.media import UNBUFFERED
from tests.browser.elements.player import Player

LIBRARY = "https://cdn.jsdelivr.net/**"


@pytest.mark.parametrize("refusal", [403, 404], ids=["expired", "moved"])
def test_a_refused_address_is_renewed_and_the_video_goes_on_where_it_was(
    player: Player, page_errors: PageErrors, refusal: int
) -> None:
    page_errors.allow(str(refusal))
    player.stream.refusal = refusal
    player.stream.hold()
    player.open()
    player.play()
    player.quality.select_option("270p")
    player.expect_height(270)
    player.stream.token = "second"
    player.renew_with(200, "second")
    player.stream.released.set()
    player.seek(UNBUFFERED)
    player.expect_progress(beyond=UNBUFFERED)
    assert player.site.requests("/playback") == 1
    expect(player.quality).to_have_value("270")
    player.expect_height(270)
    expect(player.message).to_be_hidden()


def test_a_renewed_token_that_is_refused_too_means_not_allowed(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("403")
    player.stream.master_faults.extend([403, 403])
    player.renew_with(200, "first")
    player.open()
    expect(player.message).to_have_text("You may not watch this.")
    player.expect_state("error")
    assert player.site.requests("/playback") == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "You may not watch this."), (403, "You may not watch this."), (404, "gone")],
)
def test_our_own_server_has_the_last_word_about_a_refused_token(
    player: Player, page_errors: PageErrors, status: int, words: str
) -> None:
    page_errors.allow("403", str(status))
    player.stream.master_faults.append(403)
    player.renew_with(status)
    player.open()
    expect(player.message).to_contain_text(words)


def test_a_deleted_video_is_told_apart(player: Player, page_errors: PageErrors) -> None:
    page_errors.allow("404")
    player.stream.master_faults.append(404)
    player.open()
    expect(player.message).to_have_text("This video is gone.")


def test_a_video_that_moved_to_another_address_goes_on_where_it_was(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("404")
    player.stream.master_faults.append(404)
    player.renew_with(200, "first")
    player.open()
    player.play()
    player.expect_progress()
    assert player.site.requests("/playback") == 1


@pytest.mark.parametrize("blocked", [False, True], ids=["hls.js", "native"])
def test_a_video_that_is_not_ready_starts_by_itself_later(
    player: Player, page_errors: PageErrors, *, blocked: bool
) -> None:
    page_errors.allow("412", "ERR_FAILED")
    if blocked:
        player.page.route(LIBRARY, lambda route: route.abort())
    player.page.clock.install()
    player.stream.master_faults.extend([412, 412])
    player.open()
    expect(player.message).to_contain_text("not ready yet")
    player.stream.master_faults.clear()
    player.page.clock.run_for(7000)
    player.expect_state("paused")
    expect(player.message).to_be_hidden()


def test_a_failing_host_is_asked_again_and_playback_goes_on_there(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("400")
    player.stream.hold()
    player.open()
    player.play()
    player.stream.segment_fault = 400
    player.stream.released.set()
    player.seek(UNBUFFERED)
    expect(player.message).to_contain_text("Trying again")
    player.expect_state("buffering")
    player.stream.segment_fault = None
    player.expect_progress(beyond=UNBUFFERED)
    expect(player.message).to_be_hidden()


def test_native_playback_goes_on_where_it_was_after_a_refused_token(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("403", "ERR_FAILED")
    player.page.route(LIBRARY, lambda route: route.abort())
    player.stream.master_faults.extend([403, 403])
    player.renew_with(200, "first")
    player.open()
    player.play()
    assert player.site.requests("/playback") == 1


def test_without_a_network_the_viewer_is_told_and_playback_comes_back_by_itself(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_INTERNET_DISCONNECTED")
    player.stream.hold()
    player.open()
    player.play()
    player.page.context.set_offline(True)
    player.stream.released.set()
    player.seek(UNBUFFERED)
    expect(player.message).to_contain_text("You are offline.")
    player.page.context.set_offline(False)
    player.expect_progress(beyond=UNBUFFERED)
    expect(player.message).to_be_hidden()


def test_who_is_offline_is_told_though_nothing_is_tried_that_could_fail(player: Player) -> None:
    player.stream.hold()
    player.open()
    player.play()
    player.page.context.set_offline(True)
    # As hls.js does when its last request failed while enough was buffered.
    player.element.evaluate("player => player.hls.stopLoad()")
    player.seek(UNBUFFERED)
    expect(player.message).to_contain_text("You are offline.")
    player.page.context.set_offline(False)
    player.stream.released.set()
    player.element.evaluate("player => player.hls.startLoad()")
    player.expect_progress(beyond=UNBUFFERED)
    expect(player.message).to_be_hidden()


def test_a_file_that_cannot_be_decoded_ends_in_words_and_a_button(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow(".*")
    player.stream.garbage = True
    player.open()
    expect(player.message).to_contain_text("cannot be played")
    player.stream.garbage = False
    player.page.get_by_role("button", name="Try again").click()
    player.play()
