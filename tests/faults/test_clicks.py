"""Clicked twice, or again because nothing came back: one form makes one thing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from attempts import FIELD
from tests.faults.actions import STREAM, TARGET, attempt_in
from tests.harness import ACCEPT_JSON, Person, Site

# The page with the form, where it goes, what it says, and where Mux lists what comes of it.
UPLOAD = (
    "/upload",
    "/create-upload",
    {"title": "Sea", "filename": "sea.mp4", "size": "1000"},
    "/video/v1/uploads",
)
LIVE_STREAM = (
    "/stream/new",
    "/create-stream",
    {"title": "Sea", "latency_mode": "low", "record": "on"},
    "/video/v1/live-streams",
)
FORMS = [pytest.param(*UPLOAD, id="upload"), pytest.param(*LIVE_STREAM, id="stream")]


def filled(person: Person, page: str, form: dict[str, str]) -> dict[str, str]:
    """The form as the page has it, filled in."""
    return form | {FIELD: attempt_in(person.get(page).text)}


def made(site: Site, person: Person, mux_path: str) -> int:
    """How many of these Mux has of this person."""
    listed = site.mux_api("GET", mux_path, params={"limit": 100}).json()["data"]
    return sum(person.name in str(each) for each in listed)


@pytest.mark.parametrize(("page", "action", "form", "mux_path"), FORMS)
def test_a_double_click_makes_one(
    site: Site, ada: Person, page: str, action: str, form: dict[str, str], mux_path: str
) -> None:
    filled_in = filled(ada, page, form)
    slow = {"action": "delay", "path": mux_path, "method": "POST", "seconds": 0.5}
    with site.mux_fault(slow), ThreadPoolExecutor() as pool:
        clicks = list(pool.map(lambda _: ada.post(action, data=filled_in), range(3)))
    assert {each.status_code for each in clicks} == {303}
    assert len({each.headers["location"] for each in clicks}) == 1
    again = ada.post(action, data=filled_in)
    assert again.headers["location"] == clicks[0].headers["location"]
    assert made(site, ada, mux_path) == 1


@pytest.mark.parametrize(("page", "action", "form", "mux_path"), FORMS)
def test_when_the_answer_was_lost_the_next_try_takes_what_the_first_made(
    site: Site, ada: Person, page: str, action: str, form: dict[str, str], mux_path: str
) -> None:
    filled_in = filled(ada, page, form)
    with site.mux_fault({"action": "half", "path": mux_path, "method": "POST"}):
        failed = ada.post(action, data=filled_in)
    assert failed.status_code in {502, 504}
    assert "You can send this form again: nothing is made twice." in failed.text
    assert attempt_in(failed.text) == filled_in[FIELD]
    assert 'value="Sea"' in failed.text
    assert made(site, ada, mux_path) == 1

    again = ada.post(action, data=filled_in)
    assert again.status_code == 303
    assert ada.get(again.headers["location"]).status_code == 200
    assert made(site, ada, mux_path) == 1


@pytest.mark.parametrize(("page", "action", "form", "mux_path"), FORMS)
def test_what_was_never_made_is_made_by_the_next_try(
    site: Site, ada: Person, page: str, action: str, form: dict[str, str], mux_path: str
) -> None:
    filled_in = filled(ada, page, form)
    with site.mux_fault({"action": "drop", "path": mux_path, "method": "POST"}):
        assert ada.post(action, data=filled_in).status_code == 504
    assert ada.post(action, data=filled_in).status_code == 303
    assert made(site, ada, mux_path) == 1


def test_another_title_is_another_video_even_from_the_same_form(site: Site, ada: Person) -> None:
    form = filled(ada, "/upload", {"title": "Sea", "filename": "sea.mp4"})
    ada.post("/create-upload", data=form)
    ada.post("/create-upload", data=form | {"title": "Lake"})
    assert made(site, ada, "/video/v1/uploads") == 2


def test_a_cancelled_upload_is_not_taken_for_the_next_one(ada: Person) -> None:
    form = filled(ada, "/upload", {"title": "Sea", "filename": "sea.mp4"})
    first = ada.post("/create-upload", data=form).headers["location"]
    ada.post(f"{first}/cancel")
    assert ada.post("/create-upload", data=form).headers["location"] != first


def test_nobody_gets_what_another_account_made(ada: Person, bob: Person, site: Site) -> None:
    form = filled(ada, "/upload", {"title": "Sea", "filename": "sea.mp4"})
    theirs = [each.post("/create-upload", data=form).headers["location"] for each in (ada, bob)]
    assert theirs[0] != theirs[1]
    assert made(site, bob, "/video/v1/uploads") == 1


def test_a_service_is_forwarded_to_once_however_often_it_is_added(site: Site, ada: Person) -> None:
    stream = ada.post("/create-stream", data=STREAM).headers["location"].removesuffix("/studio")
    path = f"/video/v1/live-streams/{stream.rpartition('/')[2]}"
    adding = {"path": f"{path}/simulcast-targets", "method": "POST"}
    services = [TARGET, TARGET | {"stream_key": "another"}, {"url": TARGET["url"]}]
    with site.mux_fault({"action": "half", **adding}):
        assert ada.post(f"{stream}/targets", data=services[0]).status_code in {502, 504}
    slow = {"action": "delay", "seconds": 0.3, **adding}
    with site.mux_fault(slow), ThreadPoolExecutor() as pool:
        clicks = list(pool.map(lambda each: ada.post(f"{stream}/targets", data=each), 2 * services))
    assert {each.status_code for each in clicks} == {303}
    targets = site.mux_api("GET", path).json()["data"]["simulcast_targets"]
    assert sorted(each.get("stream_key", "") for each in targets) == ["", "another", "k"]


def test_two_clicks_on_the_record_switch_turn_it_once(ada: Person) -> None:
    stream = ada.post("/create-stream", data=STREAM).headers["location"].removesuffix("/studio")
    for form, state in (({"record": "on"}, "on"), ({}, "off")):
        for _ in range(2):
            ada.post(f"{stream}/record", data=form)
            assert f"Recording is {state}" in ada.get(f"{stream}/studio").text


def test_what_failed_leads_back_to_the_page_with_its_form(site: Site, ada: Person) -> None:
    studio = ada.post("/create-stream", data=STREAM).headers["location"]
    own = f"{site.url}{studio}"
    places = {own: own, "https://example.com/a": "/videos", "": "/videos"}
    with site.mux_fault({"action": "drop", "path": "/video/v1/live-streams/*"}):
        for referer, back in places.items():
            record = f"{studio.removesuffix('/studio')}/record"
            failed = ada.post(record, headers={"referer": referer})
            assert failed.status_code == 504
            assert f'href="{back}" class="button"' in failed.text


def test_a_form_from_before_a_restart_makes_nothing_twice(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    ada = visit(site).join()
    form = filled(ada, "/upload", {"title": "Sea", "filename": "sea.mp4"})
    first = ada.post("/create-upload", data=form, headers=ACCEPT_JSON).json()
    site.app.kill()
    site.app.start()
    again = ada.post("/create-upload", data=form, headers=ACCEPT_JSON)
    assert again.json() == first
    assert made(site, ada, "/video/v1/uploads") == 1
