"""Sessions: what a cookie may say, and what begins and ends them."""

import json
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest
from itsdangerous import TimestampSigner

from tests.harness import PASSWORD, Person, Site


def cookie(contents: object) -> dict[str, str]:
    """A session cookie as the site would sign it."""
    data = b64encode(json.dumps(contents).encode())
    return {"cookie": f"session={TimestampSigner('session-secret').sign(data).decode()}"}


@pytest.mark.parametrize(
    "account",
    [None, "Ada", 7, [], {}, {"id": 7, "name": "Ada"}, {"id": "x"}, {"id": "", "name": "Ada"},
     {"id": "x", "name": "\u202e"}, {"id": "x", "name": "Ada", "password_set_at": "now"}],
)  # fmt: skip
def test_a_session_that_makes_no_sense_is_nobodys(site: Site, account: object) -> None:
    for session in ({"account": account}, {"account": account, "messages": [1, None, {}]}):
        answer = httpx.get(f"{site.url}/account", headers=cookie(session))
        assert answer.headers.get("location") == "/login?next=%2Faccount"
        assert httpx.get(f"{site.url}/", headers=cookie(session)).status_code == 200


def test_an_account_that_comes_back_is_cleaned_and_is_one_however_many_ask(site: Site) -> None:
    name = "<b>Zoë</b>\u202e" + "x" * 100
    session = cookie({"account": {"id": "zoe", "name": name}})
    with ThreadPoolExecutor(4) as tabs:
        ask = partial(httpx.get, f"{site.url}/account", headers=session)
        pages = [tab.result().text for tab in [tabs.submit(ask) for _ in range(8)]]
    assert all(f"Hello, &lt;b&gt;Zoë&lt;/b&gt;{'x' * 20}<" in page for page in pages)


def test_two_who_come_back_with_one_name_are_told_apart(site: Site) -> None:
    pages = [
        httpx.get(f"{site.url}/account", headers=cookie({"account": {"id": i, "name": "Yui"}}))
        for i in ("yui-a", "yui-b", "yui-c", "yui-a")
    ]
    hellos = [page.text.partition("Hello, ")[2].partition("<")[0] for page in pages]
    assert hellos == ["Yui", "Yui 2", "Yui 3", "Yui"]


def test_a_new_password_ends_every_other_session(
    site: Site, ada: Person, visit: Callable[[Site], Person]
) -> None:
    phone = visit(site)
    phone.post("/login", data={"name": ada.name, "password": PASSWORD})
    assert phone.get("/account").status_code == 200
    ada.post("/account", data={"current": PASSWORD, "password": "another horse"})
    assert ada.get("/account").status_code == 200
    assert phone.get("/account").status_code == 303
    phone.post("/login", data={"name": ada.name, "password": "another horse"})
    assert phone.get("/account").status_code == 200


def test_after_a_restart_the_newer_of_two_sessions_counts(site: Site) -> None:
    older, newer = (
        cookie({"account": {"id": "xia", "name": "Xia", "password_set_at": at}}) for at in (1, 2)
    )
    for session, status in ((older, 200), (newer, 200), (older, 303)):
        assert httpx.get(f"{site.url}/account", headers=session).status_code == status


def test_what_one_browser_does_the_other_one_shows(
    site: Site, ada: Person, visit: Callable[[Site], Person]
) -> None:
    phone = visit(site)
    phone.post("/login", data={"name": ada.name, "password": PASSWORD})
    upload = ada.post("/create-upload", data={"title": "From the desk", "filename": "a.mp4"})
    assert "From the desk" in phone.get("/account").text
    assert phone.post(f"{upload.headers['location']}/cancel").status_code == 303
    assert "From the desk" not in ada.get("/account").text
    phone.post("/logout")
    assert ada.get("/account").status_code == 200


def test_signing_in_takes_nothing_along_from_the_session_before(ada: Person, bob: Person) -> None:
    ada.post("/create-stream", data={"title": "x"})
    ada.post("/account", data={"current": PASSWORD, "password": PASSWORD})
    before = ada.cookies["session"]
    ada.post("/login", data={"name": bob.name, "password": PASSWORD})
    assert ada.cookies["session"] != before
    page = ada.get("/account").text
    assert bob.name in page
    assert "Your password is changed." not in page


def test_a_new_password_ends_what_other_browsers_have_open(
    site: Site, ada: Person, visit: Callable[[Site], Person]
) -> None:
    phone = visit(site)
    phone.post("/login", data={"name": ada.name, "password": PASSWORD})
    studio = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    upload = ada.post("/create-upload", data={"title": "x", "filename": "a.mp4"}).headers[
        "location"
    ]
    for page, action, shown in (
        (studio, studio.replace("/studio", "/disable"), "are refused"),
        (upload, f"{upload}/cancel", "was cancelled"),
    ):
        with phone.stream("GET", f"{page}/events") as events:
            lines = events.iter_lines()
            next(line for line in lines if line.startswith("data: "))
            ada.post("/account", data={"current": PASSWORD, "password": PASSWORD})
            ada.post(action)
            assert not any(shown in line for line in lines), page
        phone.post("/login", data={"name": ada.name, "password": PASSWORD})
