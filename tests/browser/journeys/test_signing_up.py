"""Signing up to watch, in a browser: the way in, the way out, and nobody thrown out between."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.watching import expect_playing
from tests.harness import Person

LOCKED = "This video is for people who sign up"
FAR_ON = 75  # seconds, beyond what a player fetches ahead


@pytest.fixture
def rehearsal(ada: Person, make_video: Callable[..., Path]) -> str:
    """The path of ninety seconds of video for people who sign up."""
    path = ada.upload(make_video("long.mp4", seconds=90, bit_rate="300k"), title="Rehearsal")
    make_for(ada, path, "signup")
    return path


def make_for(owner: Person, path: str, visibility: str) -> None:
    answer = owner.post(f"{path}/edit", data={"title": "Rehearsal", "visibility": visibility})
    assert answer.status_code == 303


def test_who_signs_up_watches_also_in_the_tabs_that_were_open(
    new_tab: NewTab, ada: Person, bob: Person, rehearsal: str
) -> None:
    tab, other = new_tab(bob), new_tab(bob)
    other.goto(rehearsal)
    expect(other.get_by_text(LOCKED)).to_be_visible()
    tab.goto(f"/videos?q=Rehearsal+{ada.name.replace(' ', '+')}")
    tab.get_by_role("link", name="Rehearsal").click()
    tab.get_by_role("button", name="Sign up to watch").click()
    expect(tab.get_by_text("You are signed up.", exact=True)).to_be_visible()
    for each in (tab, other):
        each.locator("video").click()
        expect_playing(each)
    tab.get_by_role("button", name="Cancel").click()
    for each in (tab, other):
        expect(each.get_by_text(LOCKED)).to_be_visible()
        expect(each.locator("video")).to_have_count(0)


def test_who_watches_goes_on_when_it_is_made_for_other_people(
    new_tab: NewTab, ada: Person, bob: Person, rehearsal: str, page_errors: PageErrors
) -> None:
    page_errors.allow("404")
    bob.post(f"{rehearsal}/signup")
    tab = new_tab(bob)
    tab.goto(rehearsal)
    tab.locator("video").click()
    expect_playing(tab)
    make_for(ada, rehearsal, "public")
    tab.locator("video").evaluate(f"video => {{ video.currentTime = {FAR_ON} }}")
    expect_playing(tab)
    assert tab.locator("video").evaluate("video => video.currentTime") > FAR_ON
