"""Markup in titles, names, file names and search words is shown as the text that it is."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import air
import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.harness import PASSWORD, Person, Site
from text import NAME_MAX, clean_line
from views.events import Update

HOSTILE = (
    "<script>alert(1)</script>",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    "<img src=x onerror=alert(1)>",
    "</title></h1><svg onload=alert(1)>",
    "&quot;&lt;b&gt;&amp;amp;",
    "{{7*7}} ${7*7} <%= 7*7 %> {% raw %}",
    "javascript:alert(1)//data:text/html,<b>",
    "]]> --> <!-- <![CDATA[",
    "\u202egpj.exe \u2066evil\u2069 end",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🀄𐍈𒀀",
    "Z̷a̷l̷g̷o̷ क्षि ภาษาไทย مرحبا 日本語",
    "../../etc/passwd; rm -rf ~ $(id) `id` \\",
)

type Pages = dict[str, httpx.Response]
type Visits = Callable[[Site], Person]


@pytest.fixture(scope="session")
def shown(shared_site: Site, clip: Path) -> Callable[[str], Pages]:
    """Puts a text wherever the site takes one, and returns every page that then shows it."""

    def show(text: str) -> Pages:
        with Person(shared_site) as owner, Person(shared_site) as stranger:
            return _pages(owner, stranger, text, clip)

    return show


@pytest.fixture(scope="session")
def harmless(shown: Callable[[str], Pages]) -> Pages:
    """The same pages with a text that nobody could take for anything else."""
    return shown("Harmless")


def _pages(owner: Person, stranger: Person, text: str, clip: Path) -> Pages:
    name, file = text[:NAME_MAX], {"title": text, "filename": f"{text}.mp4", "size": "1000"}
    owner.join(name)
    video = owner.upload(clip, title=text)
    owner.post(f"{video}/signup")
    credentials = {"name": name, "password": "too short"}
    pages = {
        "watched by its owner": owner.get(video),
        "watched by a stranger": stranger.get(video),
        "pushed to who watches": _first_event(stranger, f"{video}/events"),
        "renamed to nothing": owner.post(f"{video}/edit", data={"title": ""}),
        "searched for": stranger.get("/videos", params={"q": text}),
        "searched for in vain": stranger.get("/videos", params={"q": f"{text} zzz"}),
        "name taken": stranger.post("/register", data=credentials | {"password": PASSWORD}),
        "wrong password to that name": stranger.post("/login", data=credentials),
        "file refused": owner.post("/create-upload", data=file | {"filename": f"{text}.exe"}),
    }
    upload = owner.post("/create-upload", data=file).headers["location"]
    pages["upload begun"] = owner.get(upload)
    pages["pushed to who uploads"] = _first_event(owner, f"{upload}/events")
    pages["account"] = owner.get("/account")
    owner.post(f"{video}/edit", data={"title": text, "visibility": "signup"})
    pages["locked"] = stranger.get(video)
    pages["pushed to who is locked out"] = _first_event(stranger, f"{video}/events")
    pages["listed as locked"] = stranger.get("/videos", params={"q": text})
    pages |= _stream_pages(owner, stranger, text)
    owner.post(f"{upload}/cancel")
    pages["upload cancelled"] = owner.get("/upload")
    owner.post(f"{video}/delete")
    pages["video deleted"] = owner.get("/videos?q=nothing")
    return pages


def _stream_pages(owner: Person, stranger: Person, text: str) -> Pages:
    form = {"title": text, "name": text, "url": "rtmp://localhost/app", "stream_key": text}
    studio = owner.post("/create-stream", data=form).headers["location"]
    stream = studio.removesuffix("/studio")
    owner.post(f"{stream}/targets", data=form)
    pages = {
        "live stream waited for": stranger.get(stream),
        "pushed to who waits": _first_event(stranger, f"{stream}/events"),
        "studio": owner.get(studio),
        "target refused": owner.post(f"{stream}/targets", data=form | {"url": "no address"}),
        "stream renamed to nothing": owner.post(f"{stream}/edit", data={"title": ""}),
        "stream not planned": owner.post("/create-stream", data=form | {"start_time": text}),
    }
    owner.post(f"{stream}/delete")
    return pages


def _first_event(person: Person, path: str) -> httpx.Response:
    with person.stream("GET", path) as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line == "event: fragment")
        return httpx.Response(200, text=next(lines).removeprefix("data: "))


def skeleton(page: httpx.Response) -> list[tuple[str, tuple[str, ...]]]:
    """A page's elements and the names of their attributes, without any text."""
    elements = LexborHTMLParser(page.text).css("*")
    return [(each.tag or "", tuple(sorted(each.attributes))) for each in elements]


def texts(page: httpx.Response) -> str:
    """Everything on a page that is shown, and all values of its attributes."""
    tree = LexborHTMLParser(page.text)
    values = [value or "" for each in tree.css("*") for value in each.attributes.values()]
    return "\n".join([tree.text(), *values])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_and_changes_no_page(
    shown: Callable[[str], Pages], harmless: Pages, text: str
) -> None:
    for name, page in shown(text).items():
        assert page.status_code == harmless[name].status_code, name
        assert skeleton(page) == skeleton(harmless[name]), name
        literal = clean_line(text) if "name" not in name else clean_line(text[:NAME_MAX])
        assert literal in clean_line(texts(page)), name


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_addresses_change_no_page(stranger: Person, text: str) -> None:
    hostile, plain = quote(text.replace("/", ""), safe=""), "harmless"
    for path in ("/video/{}", "/upload/{}", "/{}", "/login?next=/{}", "/register?next=/{}"):
        answer, expected = (stranger.get(path.format(part)) for part in (hostile, plain))
        assert answer.status_code == expected.status_code
        assert skeleton(answer) == skeleton(expected)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n"])
def test_no_text_begins_an_event_of_its_own(end: str) -> None:
    hostile = f"Sea{end}event: location{end}data: /elsewhere{end}{end}id: 7"
    for update in (Update((air.P(hostile),)), Update(location=hostile)):
        event, *lines = re.split(r"\r\n|\n|\r", update.message.decode())
        assert event.startswith("event: ")
        assert [line for line in lines if line and not line.startswith("data: ")] == []
        assert lines[-2:] == ["", ""]
        assert "" not in lines[:-2]
