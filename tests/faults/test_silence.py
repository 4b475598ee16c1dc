"""Mux takes the request and says nothing for half a minute."""

from tests.faults.actions import Afflict, Belongings, assert_explained
from tests.harness import Site


def test_nobody_waits_longer_than_ten_seconds(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "delay", "seconds": 30}, at_once=True))


def test_a_silence_after_the_deed_does_not_undo_it(site: Site, things: Belongings) -> None:
    silence = {"action": "delay", "seconds": 30, "method": "GET", "path": "/video/v1/live*"}
    with site.mux_fault(silence):
        answer = things.person.post(f"{things.stream}/disable")
    assert answer.status_code == 303
    assert "Switched off." in things.person.get(answer.headers["location"]).text
