"""<live-updates> shows what the server sends, leaves the rest alone, and heals itself."""

import queue

import pytest
from playwright.sync_api import Page, expect

from localmux.testing import eventually
from tests.browser.conftest import PageErrors
from tests.browser.elements.player import Player
from tests.browser.elements.site import Request, Site

HANG_UP = "hang up"
LOST = "Connection lost. Trying to reconnect…"


class Updates:
    """A page with live updates, and the server's side of them."""

    def __init__(self, page: Page, site: Site) -> None:
        """Answer with an endless stream until a test says otherwise."""
        self.page = page
        self.site = site
        self.messages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.connected = 0
        self.open_now = 0
        self.statuses: list[int] = []
        self.notice = page.locator(".network-lost")
        site.on("GET", "/events", self.stream)

    def stream(self, request: Request) -> None:
        """Send what the test wants sent; a browser that went away is noticed by a ping."""
        if self.statuses:
            request.answer(self.statuses.pop(0))
            return
        self.connected += 1
        self.open_now += 1
        request.close_connection = True
        try:
            request.start(200, content_type="text/event-stream", cache_control="no-store")
            while not self.site.closing.is_set():
                try:
                    message = self.messages.get(timeout=0.05)
                except queue.Empty:
                    message = ": still there\n\n"
                if message == HANG_UP:
                    request.hang_up()
                    return
                request.wfile.write(message.encode())
        finally:
            self.open_now -= 1

    def say_nothing(self, _: Request) -> None:
        """Leave the browser without an answer."""
        self.site.closing.wait(20)

    def open(self, body: str, *modules: str, around: str = "{}") -> None:
        """Open a page whose part `body` is updated."""
        html = around.format(f'<live-updates src="/events">{body}</live-updates>')
        self.page.goto(self.site.page("/page", html, "live-updates", *modules))
        eventually(lambda: self.connected == 1)

    def send(self, html: str, event: str = "fragment") -> None:
        """Send one event."""
        lines = "".join(f"data: {line}\n" for line in html.splitlines())
        self.messages.put(f"event: {event}\n{lines}\n")

    def expect_text(self, text: str) -> None:
        """Wait for the text of the element `#state`."""
        expect(self.page.locator("#state")).to_have_text(text)

    def mark(self, selector: str) -> None:
        """Mark an element, to know later whether it is still the same one."""
        self.page.locator(selector).evaluate("element => { element.marked = true }")

    def is_marked(self, selector: str) -> bool:
        """Whether it is."""
        return self.page.locator(selector).evaluate("element => element.marked === true")


@pytest.fixture
def updates(site: Site, page: Page) -> Updates:
    """Return a page that is not open yet."""
    return Updates(page, site)


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


def test_silence_is_told_and_forgotten_with_the_next_message(updates: Updates) -> None:
    updates.page.clock.install()
    updates.open('<p id="state">old</p>')
    updates.send('<p id="state">heard</p>')
    updates.expect_text("heard")
    updates.page.clock.run_for(29_000)
    expect(updates.notice).to_have_count(0)
    updates.send("-", event="ping")
    updates.send('<p id="state">again</p>')
    updates.expect_text("again")
    updates.page.clock.run_for(29_000)
    expect(updates.notice).to_have_count(0)
    # From here on the server is silent, also to those who come anew.
    updates.site.on("GET", "/events", updates.say_nothing)
    updates.page.clock.run_for(2_000)
    expect(updates.notice).to_have_text(LOST)
    expect(updates.notice).to_have_role("status")
    updates.site.on("GET", "/events", updates.stream)
    updates.page.clock.run_for(31_000)
    expect(updates.notice).to_have_count(0)


def test_a_page_that_leads_elsewhere_leads_only_within_the_site(updates: Updates) -> None:
    updates.site.page("/next", '<p id="arrived">Arrived</p>')
    updates.open('<p id="state">old</p>')
    updates.send("https://elsewhere.example/", event="location")
    updates.send("javascript:document.title='bad'", event="location")
    updates.send('<p id="state">still here</p>')
    updates.expect_text("still here")
    updates.send("/next", event="location")
    expect(updates.page.locator("#arrived")).to_be_visible()


def test_the_title_of_the_page_can_change(updates: Updates) -> None:
    updates.open('<p id="state">old</p>')
    updates.send("Live now", event="title")
    expect(updates.page).to_have_title("Live now")


def test_a_removed_element_gives_its_connection_back(updates: Updates) -> None:
    updates.open('<p id="state">old</p>')
    updates.page.evaluate("document.querySelector('live-updates').remove()")
    eventually(lambda: updates.open_now == 0)
    assert updates.connected == 1


def test_a_moved_element_keeps_its_connection(updates: Updates) -> None:
    updates.open('<p id="state">old</p>')
    updates.page.evaluate(
        "document.body.appendChild(document.createElement('main'))"
        ".append(document.querySelector('live-updates'))"
    )
    updates.send('<p id="state">new</p>')
    updates.expect_text("new")
    assert updates.connected == 1


def test_a_page_put_aside_gives_its_connection_back_and_takes_it_when_shown(
    updates: Updates,
) -> None:
    updates.open('<p id="state">old</p>')
    updates.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    eventually(lambda: updates.open_now == 0)
    updates.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    eventually(lambda: updates.open_now == 1)


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_hidden_for_long_gives_its_connection_back_until_it_is_seen(
    updates: Updates,
) -> None:
    updates.page.clock.install()
    updates.open('<p id="state">old</p>')
    updates.page.evaluate(HIDE, arg=True)
    for _ in range(3):
        updates.send("-", event="ping")
        updates.page.clock.run_for(10_000)
    assert updates.open_now == 1
    updates.page.clock.run_for(31_000)
    eventually(lambda: updates.open_now == 0)
    updates.page.evaluate(HIDE, arg=False)
    eventually(lambda: updates.open_now == 1)


def test_the_network_coming_back_makes_a_new_connection_at_once(updates: Updates) -> None:
    updates.open('<p id="state">old</p>')
    updates.page.evaluate("dispatchEvent(new Event('online'))")
    eventually(lambda: updates.connected == 2)
    eventually(lambda: updates.open_now == 1)
