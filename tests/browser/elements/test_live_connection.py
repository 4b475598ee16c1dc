"""How the connection behind live updates is kept, given back and made again."""

from playwright.sync_api import expect

from localmux.testing import eventually
from tests.browser.elements.updates import LOST, Updates


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
    for seconds in (10, 20, 30):
        updates.send(f'<p id="state">{seconds}</p>')
        updates.expect_text(str(seconds))
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
