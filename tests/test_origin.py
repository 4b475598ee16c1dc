"""Requests that other sites make in a visitor's name, and this machine's other names."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.harness import PASSWORD, Person, Site

FORM = {"title": "Sea", "filename": "sea.mp4"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
    ],
)
def test_a_form_of_another_site_changes_nothing(ada: Person, headers: dict[str, str]) -> None:
    assert ada.post("/create-upload", data=FORM, headers=headers).status_code == 403
    assert "Unfinished uploads" not in ada.get("/account").text


def test_our_own_forms_pass(ada: Person, site: Site) -> None:
    for headers in (
        {"sec-fetch-site": "same-origin", "origin": site.url},
        {"origin": site.url},
        {},
    ):
        assert ada.post("/create-upload", data=FORM, headers=headers).status_code == 303


def test_links_from_other_sites_open(stranger: Person) -> None:
    assert stranger.get("/videos", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_another_name_of_this_machine_leads_to_the_real_one(stranger: Person, site: Site) -> None:
    port = site.url.rpartition(":")[2]
    answer = stranger.get(f"http://127.0.0.1:{port}/videos?q=sea%20side&page=1")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{site.url}/videos?q=sea%20side&page=1"


def test_a_foreign_name_that_leads_to_this_machine_reads_nothing(ada: Person, site: Site) -> None:
    port = site.url.rpartition(":")[2]
    for host in (f"attacker.example:{port}", "attacker.example", "localhost.attacker.example", "["):
        for method, path in (("GET", "/videos"), ("POST", "/login"), ("HEAD", "/account")):
            answer = ada.request(method, path, headers={"host": host})
            assert answer.status_code == 421, (host, method)
    for host in (f"192.168.1.5:{port}", f"mux-live:{port}", f"[fe80::1]:{port}"):
        assert ada.get("/videos", headers={"host": host}).status_code == 200, host


def test_no_address_leads_off_the_site(site: Site) -> None:
    port = int(site.url.rpartition(":")[2])
    for target in ("@attacker.example/", "//attacker.example/", "http://attacker.example/"):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            location = line.recv(4096).decode().partition("location: ")[2].partition("\r\n")[0]
        assert urlsplit(location).netloc == f"localhost:{port}", target


def test_health_is_told_under_any_name(stranger: Person, site: Site) -> None:
    port = site.url.rpartition(":")[2]
    assert stranger.get(f"http://127.0.0.1:{port}/healthz").text == "ok"


def test_an_app_behind_a_proxy_leads_nobody_away_and_keeps_its_cookie_to_itself(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site(APP_URL="https://video.example.com")
    somebody = visit(site)
    assert somebody.get("/videos").status_code == 200
    form = {"name": "Hedy", "password": PASSWORD}
    cookie = somebody.post("/register", data=form).headers["set-cookie"]
    # No other host of the domain can set a cookie of this name in the browser.
    assert cookie.startswith("__Host-session=")
    assert "path=/;" in cookie
    assert "secure" in cookie
    assert "domain" not in cookie
