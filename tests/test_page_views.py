"""Looking at pages: each link leads somewhere, and none of them makes the app ask Mux."""

from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from localmux.testing import eventually
from tests.harness import Person, Site, a_site

# What the reconciliation lists by itself, every few seconds at most.
OWN_CALLS = ("/video/v1/assets", "/video/v1/uploads", "/video/v1/live-streams")
ROUNDS = 5


@pytest.fixture(scope="module")
def furnished(clip: Path, not_a_video: Path) -> Generator[tuple[Site, Person]]:
    """A site with one of everything, and whoever owns it all."""
    with a_site() as site, Person(site) as owner:
        owner.join("Olga")
        owner.upload(clip, title="Ready")
        owner.upload(not_a_video, title="Failed", ends_with="could not be made playable")
        owner.create_upload(clip, title="Waiting")
        owner.post("/create-stream", data={"title": "Planned"})
        video = owner.upload(clip, title="For few")
        owner.post(f"{video}/edit", data={"title": "For few", "visibility": "signup"})
        eventually(lambda: _all_told(site))
        yield site, owner


def _all_told(site: Site) -> bool:
    """Whether the app has heard of all that was done, after each of which it asks Mux."""
    sent = site.control("GET", "/deliveries").json()["data"]
    return all(each["state"] == "delivered" for each in sent)


def crawl(person: Person) -> dict[str, int]:
    """Follow every link of our own from the front page on; returns each page's status."""
    statuses: dict[str, int] = {}
    found = ["/", "/healthz"]
    while found:
        path = found.pop()
        if path in statuses:
            continue
        answer = person.get(path)
        statuses[path] = answer.status_code
        if answer.is_redirect:
            found.append(answer.headers["location"])
        elif "html" in answer.headers["content-type"]:
            links = LexborHTMLParser(answer.text).css("a[href], link[href], script[src], video")
            found += filter(None, (_own_path(person, link.attributes) for link in links))
    return statuses


def _own_path(person: Person, attributes: dict[str, str | None]) -> str:
    target = person.base_url.join(attributes.get("href") or attributes.get("src") or "")
    if target.host != person.base_url.host or target.port != person.base_url.port:
        return ""
    return urlsplit(str(target))._replace(scheme="", netloc="", fragment="").geturl()


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_every_link_leads_to_a_page(
    furnished: tuple[Site, Person], stranger: Person, who: str
) -> None:
    site, owner = furnished
    stranger.base_url = site.url
    statuses = crawl(owner if who == "owner" else stranger)
    assert {path: status for path, status in statuses.items() if status not in (200, 303)} == {}
    kinds = {path.strip("/").partition("/")[0] for path in statuses}
    assert {"video", "videos", "upload", "static"} <= kinds


def test_no_page_view_asks_mux_for_anything(furnished: tuple[Site, Person]) -> None:
    site, owner = furnished
    crawl(owner)  # in which the app has long read what the last events were about
    site.control("DELETE", "/requests")
    views = sum(len(crawl(owner)) for _ in range(ROUNDS))
    calls = site.control("GET", "/requests").json()["data"]
    assert {call["path"] for call in calls} <= set(OWN_CALLS)
    assert {call["method"] for call in calls} <= {"GET"}
    assert max((call["count"] for call in calls), default=0) < views / ROUNDS


def test_an_answer_is_sent_at_once_also_on_a_connection_in_use(stranger: Person) -> None:
    """Held back until the browser confirms what came before, each would take 40 ms and more."""
    answers = [stranger.get("/healthz") for _ in range(20)]
    assert min(each.elapsed.total_seconds() for each in answers[1:]) < 0.03
