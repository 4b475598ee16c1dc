"""Mux answers with something that makes no sense, or with something new."""

from collections.abc import Callable
from pathlib import Path

from localmux.testing import eventually
from tests.faults.actions import Afflict, assert_explained, belongings
from tests.harness import Person, Site


def test_half_an_answer_ends_in_words_and_then_in_the_truth(afflict: Afflict) -> None:
    tried = afflict({"action": "half"})
    # Calls whose answer is empty cannot be cut in half.
    broken = {name: each for name, each in tried.items() if each.answer.status_code != 303}
    assert len(broken) > 3
    assert_explained(broken)


def test_a_page_of_html(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "html", "status": 502}))


def test_values_that_are_not_known_yet_disturb_nothing(afflict: Afflict) -> None:
    tried = afflict({"action": "rewrite", "old": '"idle"', "new": '"levitating"'})
    failed = {
        name: each.answer.text
        for name, each in tried.items()
        if not each.answer.has_redirect_location
    }
    assert not failed


def test_an_empty_list_takes_nothing_away(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    things = belongings(visit(site).join(), clip)
    things.person.post(f"{things.upload}/cancel")  # otherwise not everything is read
    site.control("DELETE", "/requests")
    empty = {"action": "rewrite", "path": "/video/v1/*", "method": "GET"}
    empty |= {"old": '"data":[', "new": '"data":[],"not":['}
    hurry = {"action": "status", "path": "/video/v1/*", "method": "PUT"}
    with site.mux_fault(empty), site.mux_fault(hurry):
        assert things.person.post(f"{things.stream}/enable").status_code == 502
        last = "/requests?method=GET&path=/video/v1/uploads"  # after assets and live streams
        eventually(lambda: site.control("GET", last).json()["total"])
        pages = (things.video, f"{things.stream}/studio", "/account", "/videos")
        assert all(things.person.get(page).is_success for page in pages)
        assert f'href="{things.video}"' in things.person.get("/videos").text
    assert not things.differences()
