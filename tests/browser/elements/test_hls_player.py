"""<hls-player> plays, adapts, recovers, and says what is wrong in words."""

import threading

from playwright.sync_api import expect

from tests.browser.conftest import HLS_JS_URL, PageErrors
from tests.browser.elements.media import SECONDS
from tests.browser.elements.player import Player
from tests.browser.elements.site import Request, serve_static

LIBRARY = "https://cdn.jsdelivr.net/**"


def test_plays_through_hls_js_and_loads_nothing_twice(player: Player) -> None:
    player.open()
    player.play()
    player.expect_state("playing")
    assert player.uses_library
    assert player.site.requests("/stream/master.m3u8") == 1


def test_a_click_from_before_the_script_ran_is_remembered(player: Player) -> None:
    clicked = threading.Event()

    def serve_late(request: Request) -> None:
        clicked.wait(20)
        serve_static(request)

    player.site.on("GET", "/static/hls-player.js", serve_late)
    player.page.goto(player.site.page("/late", player.markup(), "hls-player"), wait_until="commit")
    player.video.click()
    clicked.set()
    player.expect_state("playing")


def test_a_click_when_the_browser_does_not_heed_clicks_yet_is_remembered(player: Player) -> None:
    # Chromium's own controls know that there is something to play from the next event on.
    player.page.add_init_script(
        "document.addEventListener('resize', ({ target }) => target.readyState && target.click(),"
        " { capture: true, once: true })"
    )
    player.open()
    player.expect_state("playing")


def test_says_loading_then_paused_then_playing_then_ended(player: Player) -> None:
    player.page.add_init_script(
        """window.states = [];
        new MutationObserver((changes) => {
          for (const { target } of changes) states.push(target.dataset.state);
        }).observe(document, { subtree: true, attributeFilter: ["data-state"] });"""
    )
    player.open()
    player.play()
    player.seek(SECONDS - 0.7)
    player.expect_state("ended")
    states = list(dict.fromkeys(player.page.evaluate("states")))
    assert [state for state in states if state != "buffering"] == [
        "loading",
        "paused",
        "playing",
        "ended",
    ]


def test_loads_hls_js_once_for_two_players_and_never_without_one(player: Player) -> None:
    requested: list[str] = []
    player.page.on("request", lambda request: requested.append(request.url))
    player.page.goto(player.site.page("/none", "<p>No player</p>", "hls-player"))
    player.page.wait_for_load_state("networkidle")
    assert HLS_JS_URL not in requested
    body = player.markup(name="one") + player.markup(name="two")
    player.page.goto(player.site.page("/two", body, "hls-player"))
    for index in (0, 1):
        expect(player.element.nth(index)).to_have_attribute("data-state", "paused")
    assert requested.count(HLS_JS_URL) == 1


def test_a_library_with_a_wrong_hash_is_refused_and_the_browsers_own_hls_plays(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("integrity")
    player.open(integrity="sha384-" + "A" * 64)
    player.play()
    assert not player.uses_library
    expect(player.quality).to_be_hidden()


def test_without_the_cdn_the_browsers_own_hls_plays(
    player: Player, page_errors: PageErrors
) -> None:
    page_errors.allow("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    player.page.route(LIBRARY, lambda route: route.abort())
    player.open()
    player.play()
    assert not player.uses_library


def test_a_cdn_that_never_answers_is_given_up_after_some_seconds(player: Player) -> None:
    player.page.clock.install()
    player.page.route(LIBRARY, lambda _: None)
    player.open()
    player.expect_state("loading")
    player.page.clock.run_for(6000)
    player.play()
    assert not player.uses_library


def test_a_browser_without_any_hls_says_so(player: Player, page_errors: PageErrors) -> None:
    page_errors.allow("ERR_FAILED")
    player.page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    player.page.route(LIBRARY, lambda route: route.abort())
    player.open()
    expect(player.message).to_contain_text("This browser cannot play this video")
    player.expect_state("error")


def test_the_menu_names_renditions_by_lines_and_the_one_in_use(player: Player) -> None:
    player.open()
    player.expect_state("paused")
    expect(player.quality).to_be_visible()
    expect(player.quality.locator("option").first).to_have_text("Auto (360p)")
    options = player.quality.locator("option").all_text_contents()
    assert options[1:] == ["720p", "360p", "270p"]


def test_a_portrait_video_is_named_by_its_short_side(player: Player) -> None:
    player.stream.portrait = True
    player.open()
    expect(player.quality.locator("option")).to_have_text([r"Auto (360p)", "720p", "360p", "270p"])


def test_choosing_a_quality_changes_the_picture_and_automatic_is_taken_back(player: Player) -> None:
    player.open()
    player.play()
    for label, height in (("270p", 270), ("720p", 720)):
        player.quality.select_option(label)
        player.expect_height(height)
        expect(player.quality.locator("option").first).to_have_text("Auto")
    player.quality.select_option("0")
    expect(player.quality.locator("option").first).to_have_text("Auto (720p)")


def test_choosing_a_quality_while_paused_changes_the_still_picture(player: Player) -> None:
    player.open()
    player.play()
    player.video.evaluate("video => video.pause()")
    player.quality.select_option("270p")
    player.expect_height(270)
    player.expect_state("paused")


def test_go_live_is_offered_behind_the_edge_and_leads_there(player: Player) -> None:
    player.stream.live = True
    player.open(live=True)
    player.play()
    button = player.page.get_by_role("button", name="Go to live")
    expect(button).to_be_hidden()
    player.seek(1)
    expect(button).to_be_visible()
    button.click()
    expect(button).to_be_hidden()
    assert player.time > 10


def test_letter_keys_work_on_the_player_and_not_in_its_menu(player: Player) -> None:
    player.open()
    player.play()
    player.video.focus()
    player.page.keyboard.press("k")
    player.expect_state("paused")
    player.page.keyboard.press("l")
    player.page.wait_for_function("document.querySelector('video').currentTime > 10")
    player.page.keyboard.press("m")
    assert player.video.evaluate("video => video.muted") is False
    player.quality.focus()
    player.page.keyboard.press("k")
    player.expect_state("paused")


def test_a_moved_player_plays_on(player: Player) -> None:
    player.open()
    player.play()
    player.page.evaluate(
        "document.querySelector('aside').append(document.querySelector('hls-player'))"
    )
    player.expect_progress()
    assert player.site.requests("/stream/master.m3u8") == 1
    expect(player.page.get_by_label("Quality")).to_have_count(1)


def test_a_removed_player_lets_go_and_one_put_back_starts_again(player: Player) -> None:
    player.open()
    player.play()
    removed = player.page.evaluate_handle("document.querySelector('hls-player')")
    removed.evaluate("player => player.remove()")
    player.page.wait_for_function("player => !player.querySelector('video').src", arg=removed)
    removed.evaluate("player => document.querySelector('aside').append(player)")
    player.expect_state("paused")
    expect(player.page.get_by_label("Quality")).to_have_count(1)
