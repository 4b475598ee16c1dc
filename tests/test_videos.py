"""The gallery: what is listed for whom, search, and pages."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.harness import Person, Site, a_site
from views.cards import clock


@pytest.fixture(scope="module")
def filled() -> Generator[Site]:
    """A site of fourteen videos, and one that failed."""
    with a_site() as site:
        yield site


@pytest.fixture(scope="module")
def owner(filled: Site, clip: Path, not_a_video: Path) -> Generator[Person]:
    """Whoever uploaded all of them."""
    with Person(filled) as person:
        person.join("Olga")
        for number in range(13):
            person.upload(clip, title=f"Wave {number}")
        person.upload(clip, title="Köln at night")
        person.upload(not_a_video, title="Broken", ends_with="could not be made playable")
        yield person


@pytest.fixture
def reader(filled: Site, owner: Person, visit: Callable[[Site], Person]) -> Person:
    """Somebody who only looks."""
    assert owner.name
    return visit(filled)


def titles(page: str) -> list[str]:
    return [part.partition("<")[0] for part in page.split('">')[1:] if "</h3>" in part]


def test_the_newest_come_first_and_twelve_to_a_page(reader: Person) -> None:
    first, second = reader.get("/videos").text, reader.get("/videos?page=2").text
    assert titles(first)[:2] == ["Köln at night", "Wave 12"]
    assert (len(titles(first)), len(titles(second))) == (12, 2)
    assert "Page 1 of 2" in first
    assert 'href="/videos?page=2"' in first
    assert 'href="/videos?page=1"' in second


def test_a_search_looks_for_every_word_in_title_and_uploader(reader: Person) -> None:
    assert titles(reader.get("/videos", params={"q": "KÖLN olga"}).text) == ["Köln at night"]
    assert "1 video matches “KÖLN olga”" in reader.get("/videos", params={"q": "KÖLN olga"}).text


def test_pages_of_a_search_keep_the_search(reader: Person) -> None:
    assert 'href="/videos?q=wave&amp;page=2"' in reader.get("/videos?q=wave").text


def test_a_search_without_success_says_so_and_leads_back(reader: Person) -> None:
    page = reader.get("/videos", params={"q": "desert"}).text
    assert "No video matches “desert”." in page
    assert "Show all videos" in page


def test_a_page_beyond_the_last_leads_back(reader: Person) -> None:
    assert "There is nothing on this page." in reader.get("/videos?page=99").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40])
def test_an_impossible_page_number_is_not_found(reader: Person, page: str) -> None:
    assert reader.get("/videos", params={"page": page}).status_code == 404


def test_what_failed_is_listed_for_its_uploader_only(owner: Person, reader: Person) -> None:
    assert "Broken" in owner.get("/videos").text
    assert "Failed" in owner.get("/videos").text
    assert "Broken" not in reader.get("/videos").text


def test_every_card_has_a_poster_and_a_preview_that_exist(reader: Person) -> None:
    page = reader.get("/videos?q=köln").text
    for kind in ("thumbnail.webp", "animated.webp"):
        before, _, after = page.partition(kind)
        address = before.rpartition('"')[2] + kind + after.partition('"')[0]
        image = reader.get(address.replace("&amp;", "&"))
        assert image.status_code == 200
        assert image.content[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")],
)
def test_lengths_read_like_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
