"""<live-updates> shows what the server sends, leaves the rest alone, and heals itself."""

import pytest
from playwright.sync_api import expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.elements.player import Player
from tests.browser.elements.updates import HANG_UP, Updates


def test_an_element_is_replaced_by_its_namesake(updates: Updates) -> None:
    updates.open('<p id="state">old</p><p id="other">other</p>')
    updates.mark("#other")
    updates.send('<p id="state">new</p>\n<p id="unknown">?</p>')
    updates.expect_text("new")
    assert updates.is_marked("#other")
    expect(updates.page.locator("#unknown")).to_have_count(0)


def test_one_message_can_change_several_elements_anywhere_on_the_page(updates: Updates) -> None:
    updates.open('<p id="state">old</p>', around='<p id="count">1</p>{}')
    updates.send('<p id="state">new</p><p id="count">2</p>')
    updates.expect_text("new")
    expect(updates.page.locator("#count")).to_have_text("2")


def test_what_the_server_repeats_is_not_touched_even_if_scripts_changed_it(
    updates: Updates,
) -> None:
    updates.open('<p id="state"><b hidden>a</b></p><p id="count">1</p>')
    updates.page.evaluate("document.querySelector('b').hidden = false")
    updates.mark("b")
    for count in (2, 3):
        updates.send(f'<p id="state"><b hidden="">a</b></p><p id="count">{count}</p>')
        expect(updates.page.locator("#count")).to_have_text(str(count))
    assert updates.is_marked("b")
    updates.send('<p id="state"><b hidden>b</b></p>')
    updates.expect_text("b")


def test_an_element_inside_another_can_change_alone_and_back(updates: Updates) -> None:
    outer = '<div id="outer"><p id="state">{}</p></div>'
    updates.open(outer.format("one"))
    for text, html in (
        ("two", '<p id="state">two</p>'),
        ("one", outer.format("one")),
        ("two", '<p id="state">two</p>'),
        ("three", outer.format("three")),
        ("two", '<p id="state">two</p>'),
    ):
        updates.send(html)
        updates.expect_text(text)


def test_a_kept_part_stays_the_same_element_in_new_surroundings(updates: Updates) -> None:
    html = '<div id="state"><em>{}</em><div><b data-keep="it\'s">{}</b></div></div>'
    updates.open(html.format("old", "kept "))
    updates.mark("b")
    updates.send(html.format("new", "not shown").replace("<em>", "<i>").replace("</em>", "</i>"))
    updates.expect_text("newkept ")
    assert updates.is_marked("b")
    updates.send('<div id="state"><b data-keep="another">fresh</b></div>')
    updates.expect_text("fresh")
    assert not updates.is_marked("b")


def test_a_player_plays_on_while_everything_around_it_changes(
    updates: Updates, player: Player
) -> None:
    html = '<div id="state"><h1>{}</h1>' + player.markup() + "</div>"
    updates.open(html.format("Old title"), "hls-player")
    player.play()
    token = "token=" + player.stream.token
    updates.send(html.format("New title").replace(token, "token=other"))
    expect(updates.page.get_by_role("heading")).to_have_text("New title")
    player.expect_progress()
    player.expect_state("playing")
    assert player.site.requests("/stream/master.m3u8") == 1
    updates.send('<div id="state"><h1>Ended</h1></div>')
    expect(player.element).to_have_count(0)


def test_the_focus_stays_on_the_namesake(updates: Updates) -> None:
    html = '<div id="state">{} <button id="b">B</button><input data-keep="i" aria-label="I"></div>'
    updates.open(html.format("old"))
    by_id, kept = updates.page.get_by_role("button"), updates.page.get_by_label("I")
    for number, focused in enumerate((by_id, kept)):
        focused.focus()
        updates.send(html.format(f"new {number}"))
        updates.expect_text(f"new {number} B")
        expect(focused).to_be_focused()


def test_a_lost_connection_is_made_again_by_itself(updates: Updates) -> None:
    updates.open('<p id="state">old</p>')
    updates.messages.put("retry: 10\n\n")
    updates.messages.put(HANG_UP)
    eventually(lambda: updates.connected == 2)
    updates.send('<p id="state">new</p>')
    updates.expect_text("new")
    expect(updates.notice).to_have_count(0)


def test_a_server_that_answers_with_an_error_is_asked_again(
    updates: Updates, page_errors: PageErrors
) -> None:
    page_errors.allow("503", "ERR_INCOMPLETE", "MIME")
    updates.open('<p id="state">old</p>')
    updates.messages.put("retry: 10\n\n")
    # One for the browser's own try and one for the question why that failed.
    updates.statuses = [503, 503]
    updates.messages.put(HANG_UP)
    eventually(lambda: updates.connected == 2)


@pytest.mark.parametrize(("status", "told"), [(204, 0), (404, 1), (401, 1)])
def test_a_server_that_has_no_more_to_say_is_left_alone(
    updates: Updates, page_errors: PageErrors, status: int, told: int
) -> None:
    page_errors.allow(str(status))
    updates.page.clock.install()
    updates.open('<p id="state">old</p>')
    updates.statuses = [status] * 3
    updates.messages.put("retry: 10\n\n")
    updates.messages.put(HANG_UP)
    eventually(lambda: len(updates.statuses) == 1)
    updates.page.wait_for_load_state("networkidle")
    expect(updates.notice).to_have_count(told)
    updates.page.clock.run_for(120_000)
    assert len(updates.statuses) == 1
    assert updates.connected == 1
