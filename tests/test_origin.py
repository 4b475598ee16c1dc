"""Requests that other sites make in a visitor's name, and this machine's other names."""

from collections.abc import Callable

import pytest

from tests.harness import Person, Site

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


def test_health_is_told_under_any_name(stranger: Person, site: Site) -> None:
    port = site.url.rpartition(":")[2]
    assert stranger.get(f"http://127.0.0.1:{port}/healthz").text == "ok"


def test_an_app_behind_a_proxy_leads_nobody_away(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site(APP_URL="https://video.example.com")
    assert visit(site).get("/videos").status_code == 200
