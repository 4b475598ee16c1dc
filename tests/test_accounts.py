"""Accounts: joining, signing in and out, and who is let in where."""

import time
from collections.abc import Callable

import httpx
import pytest

import access
from tests.harness import PASSWORD, Person, Site


def test_somebody_new_is_signed_in_at_once(stranger: Person) -> None:
    answer = stranger.post("/register", data={"name": "Grace", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Grace" in stranger.get("/").text


def test_the_password_brings_one_back_in(ada: Person, stranger: Person) -> None:
    form = {"name": ada.name.upper(), "password": PASSWORD}
    assert stranger.post("/login", data=form).status_code == 303
    assert ada.name in stranger.get("/account").text


def test_signing_out_ends_the_session(ada: Person) -> None:
    assert ada.post("/logout").status_code == 303
    assert ada.get("/account").headers["location"] == "/login?next=%2Faccount"


def test_signing_out_takes_a_form_and_not_a_link(ada: Person) -> None:
    assert ada.get("/logout").status_code == 405
    assert ada.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("", PASSWORD), (None, "wrong horse"), ("nobody at all", PASSWORD)]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    ada: Person, stranger: Person, name: str | None, password: str
) -> None:
    given = ada.name if name is None else name
    answer = stranger.post("/login", data={"name": given, "password": password})
    assert answer.status_code == 422
    assert "This name and password do not belong together." in answer.text
    assert password not in answer.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Choose a name."),
        ({"name": "\u202e\u200b"}, "Choose a name."),
        ({"name": "x" * 31}, "Choose a name of at most 30 characters."),
        ({"password": "short"}, "Choose a password of 8 to 200 characters."),
        ({"password": "x" * 201}, "Choose a password of 8 to 200 characters."),
    ],
)
def test_what_cannot_be_an_account_is_refused_beside_its_field(
    stranger: Person, change: dict[str, str], sentence: str
) -> None:
    form = {"name": "Hedy", "password": PASSWORD} | change
    answer = stranger.post("/register", data=form)
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert "<title>Error: Join" in answer.text
    assert form["password"] not in answer.text


def test_a_name_is_taken_whatever_its_capitals(ada: Person, stranger: Person) -> None:
    answer = stranger.post("/register", data={"name": ada.name.upper(), "password": PASSWORD})
    assert "This name is taken." in answer.text


@pytest.mark.parametrize("path", ["/account", "/upload"])
def test_what_needs_an_account_leads_to_the_sign_in_and_back(
    ada: Person, stranger: Person, path: str
) -> None:
    to_login = stranger.get(path).headers["location"]
    form = stranger.get(to_login).text
    assert f'value="{path}"' in form
    back = stranger.post("/login", data={"name": ada.name, "password": PASSWORD, "next": path})
    assert back.headers["location"] == path


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\n/x",
        "x",
    ],
)
def test_signing_in_never_leads_to_another_site(ada: Person, target: str) -> None:
    answer = ada.post("/login", data={"name": ada.name, "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


def test_the_password_can_be_changed(ada: Person, stranger: Person) -> None:
    form = {"current": PASSWORD, "password": "another horse"}
    assert ada.post("/account", data=form).status_code == 303
    assert "Your password is changed." in ada.get("/account").text
    for password, status in ((PASSWORD, 422), ("another horse", 303)):
        answer = stranger.post("/login", data={"name": ada.name, "password": password})
        assert answer.status_code == status


def test_changing_the_password_takes_the_present_one(ada: Person) -> None:
    answer = ada.post("/account", data={"current": "guess", "password": "another horse"})
    assert answer.status_code == 422
    assert "This is not your present password." in answer.text


def test_a_restart_keeps_the_session_and_what_belongs_to_it(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    ada = visit(site).join("Ada")
    site.app.kill()
    site.app.start()
    page = ada.get("/account").text
    assert "Hello, Ada" in page
    assert "You have no password yet" in page
    assert ada.post("/account", data={"password": "another horse"}).status_code == 303


def test_a_name_taken_meanwhile_gets_a_number(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    first = visit(site).join("Ada")
    site.app.kill()
    site.app.start()
    second = visit(site).join("Ada")
    assert "Hello, Ada 2" in first.get("/account").text
    assert "Hello, Ada<" in second.get("/account").text


def test_a_tampered_cookie_is_nobodys(site: Site, ada: Person) -> None:
    cookie = ada.cookies["session"]
    forged = cookie[:-2] + ("aa" if cookie[-2:] != "aa" else "bb")
    answer = httpx.get(f"{site.url}/account", headers={"cookie": f"session={forged}"})
    assert answer.status_code == 303


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(stranger: Person) -> None:
    answer = stranger.post("/register", data={"name": "Katherine", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Mux  LIVE", "This name is kept for the site itself."),
        ("\uff21dmin", "This name is kept for the site itself."),
        ("M\u0430x", "Write the name in one alphabet"),
        ("\U0001d5a0\U0001d5bd\u0430", "Write the name in one alphabet"),
        ("Adm1n.", "This name is kept for the site itself."),
        ("MUX-Live!", "This name is kept for the site itself."),
        ("\u3164\u200d", "Choose a name."),
    ],
)
def test_a_name_that_deceives_is_refused(stranger: Person, name: str, sentence: str) -> None:
    answer = stranger.post("/register", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_name_that_looks_like_another_is_taken(ada: Person, stranger: Person) -> None:
    for old, new in (("P", "\uff30"), ("e", "e\u200d"), ("n", "n\ufe00"), ("n", "n\U000e0100")):
        name = ada.name.replace(old, new)
        answer = stranger.post("/register", data={"name": name, "password": PASSWORD})
        assert "This name is taken." in answer.text


def test_a_name_in_the_letters_of_another_alphabet_is_taken(stranger: Person) -> None:
    stranger.post("/register", data={"name": "BOTAX", "password": PASSWORD})
    for name in ("\u0412\u041e\u0422\u0410\u0425", "\u0392\u039f\u03a4\u0391\u03a7", "B0TAX"):
        answer = stranger.post("/register", data={"name": name, "password": PASSWORD})
        assert "This name is taken." in answer.text


def test_a_megabyte_of_accents_keeps_nobody_waiting(ada: Person) -> None:
    accents = "a" + "\u0300\u0316" * 20_000
    started = time.monotonic()
    for path, field in (("/login", "name"), ("/register", "name"), ("/create-stream", "title")):
        assert ada.post(path, data={field: accents}).status_code in {413, 422}
    assert time.monotonic() - started < 3


def test_a_password_costs_whoever_guesses_it_what_owasp_asks() -> None:
    """https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id"""
    kind, _, cost = access.passwords.hash(PASSWORD).removeprefix("$").split("$")[:3]
    memory, rounds = (int(each.partition("=")[2]) for each in cost.split(",")[:2])
    assert kind == "argon2id"
    assert memory >= 19 * 1024  # KiB
    assert rounds >= 2
