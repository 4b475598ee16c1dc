"""Mux takes the request and says nothing for half a minute."""

from concurrent.futures import ThreadPoolExecutor

from localmux.testing import eventually
from tests.faults.actions import Afflict, Belongings, assert_explained
from tests.faults.test_clicks import LIVE_STREAM, UPLOAD, filled
from tests.harness import Person, Site

TOO_LATE = 11  # seconds, more than the app waits


def test_nobody_waits_longer_than_ten_seconds(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "delay", "seconds": 30}, at_once=True))


def test_a_silence_after_the_deed_does_not_undo_it(site: Site, things: Belongings) -> None:
    silence = {"action": "delay", "seconds": 30, "method": "GET", "path": "/video/v1/live*"}
    with site.mux_fault(silence):
        answer = things.person.post(f"{things.stream}/disable")
    assert answer.status_code == 303
    assert "Switched off." in things.person.get(answer.headers["location"]).text


def test_what_comes_about_after_it_was_given_up_is_not_there_twice(site: Site, ada: Person) -> None:
    forms = (UPLOAD, LIVE_STREAM)
    sent = [(action, filled(ada, page, form)) for page, action, form, _ in forms]
    before = len(site.app.log())
    with (
        site.mux_fault({"action": "delay", "seconds": TOO_LATE, "method": "POST"}),
        ThreadPoolExecutor() as pool,
    ):
        given_up = pool.map(lambda each: ada.post(each[0], data=each[1]).status_code, sent)
        assert set(given_up) == {504}
    places = [ada.post(action, data=form).headers["location"] for action, form in sent]

    removed = "made twice, removed"
    eventually(lambda: site.app.log()[before:].count(removed) == len(forms), within=30)
    for *_, mux_path in forms:
        listed = site.mux_api("GET", mux_path, params={"limit": 100}).json()["data"]
        own = [each for each in listed if ada.name in str(each) and each["status"] != "cancelled"]
        assert len(own) == 1
    assert [ada.get(place).status_code for place in places] == [200, 200]
    assert ada.get("/account").text.count("Sea") == 2
