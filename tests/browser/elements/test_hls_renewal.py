"""A token is renewed before it expires, and nobody notices."""

import pytest
from playwright.sync_api import expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.elements.media import UNBUFFERED, signature
from tests.browser.elements.player import Player

LIBRARY = "https://cdn.jsdelivr.net/**"
SECOND = f"signature={signature('second')}"
STALLS = """window.stalls = 0;
document.querySelector("video").addEventListener("waiting", () => stalls++);"""


def let_the_token_expire(player: Player) -> None:
    """Once the new one is in use: a request with the old one would be an error on the console."""
    playlist = "/stream/270.m3u8?" + SECOND
    eventually(lambda: ("GET", playlist) in player.site.seen)
    player.stream.tokens_before.clear()


@pytest.mark.parametrize("live", [False, True], ids=["complete", "live"])
def test_a_token_is_renewed_in_time_without_a_break(player: Player, *, live: bool) -> None:
    begin, unbuffered = (4, 0.5) if live else (0, UNBUFFERED)
    if not live:
        player.stream.hold()
    player.stream.live = live
    player.open(expires_in=6, live=live)
    player.expect_state("paused")
    player.quality.select_option("270p")
    player.seek(begin)
    player.video.evaluate("video => video.play()")
    player.expect_height(270)
    player.page.evaluate(STALLS)
    player.stream.tokens_before.add("first")
    player.stream.token = "second"
    player.renew_with(200, "second")
    let_the_token_expire(player)
    player.stream.released.set()
    player.expect_progress()
    assert player.page.evaluate("stalls") == 0
    player.seek(unbuffered)
    player.expect_progress(beyond=unbuffered)
    assert player.site.requests("/playback") == 1
    expect(player.quality).to_have_value("270")
    expect(player.message).to_be_hidden()


def test_a_computer_that_slept_past_the_expiry_plays_on_with_one_new_token(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("403")
    player.open(expires_in=-3600)
    player.stream.token = "second"
    player.renew_with(200, "second")
    player.play()
    assert player.site.requests("/playback") == 1


def test_who_may_not_watch_any_more_is_told_when_the_token_ends(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("403")
    player.renew_with(403)
    player.open(expires_in=4)
    player.play()
    expect(player.message).to_have_text("You may not watch this.")
    player.expect_state("error")


def test_our_server_is_asked_again_when_it_fails(player: Player, page_errors: PageErrors) -> None:
    page_errors.allow("503")
    player.renew_with(503)
    player.open(expires_in=2)
    player.play()
    eventually(lambda: player.site.requests("/playback") >= 2)
    player.stream.tokens_before.add("first")
    player.stream.token = "second"
    player.renew_with(200, "second")
    eventually(lambda: any(SECOND in path for _, path in player.site.seen))
    player.expect_progress()
    expect(player.message).to_be_hidden()


def test_other_renditions_than_before_are_loaded_anew_where_the_viewer_is(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("403")
    player.stream.hold()
    player.open()
    player.play()
    player.stream.portrait = True
    player.stream.token = "second"
    player.renew_with(200, "second")
    player.stream.released.set()
    player.seek(UNBUFFERED)
    player.expect_progress(beyond=UNBUFFERED)
    assert player.site.requests("/playback") == 1


def test_native_playback_is_left_alone_until_it_is_refused(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_FAILED")
    player.page.route(LIBRARY, lambda route: route.abort())
    player.open(expires_in=2)
    player.play()
    player.expect_progress(beyond=2)
    assert player.site.requests("/playback") == 0
