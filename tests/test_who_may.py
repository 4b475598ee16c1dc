"""Every route for everybody: what strangers, accounts, those signed up, and owners get there."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.routing import Route

import main
from tests.harness import Person, Site

ROLES = ("stranger", "account", "signed up", "other owner", "owner")

# Led to the sign-in page; refused; sees a page without what is to be seen there; or with it.
SIGN_IN, NO, LOCKED, OPEN = "sign in", "403", "locked", "200"
DONE = "303"

ALL = (OPEN,) * 5
ACCOUNTS = (SIGN_IN, OPEN, OPEN, OPEN, OPEN)
VIEWERS = (LOCKED, LOCKED, OPEN, LOCKED, OPEN)
OWN = (SIGN_IN, NO, NO, NO, OPEN)
OWN_DONE = (SIGN_IN, NO, NO, NO, DONE)
SIGNED_IN_DONE = (SIGN_IN, DONE, DONE, DONE, DONE)
WRONG_FORM = ("422",) * 5

VIDEO, STREAM, UPLOAD = "/video/{asset_id}", "/stream/{stream_id}", "/upload/{upload_id}"
TITLE = {"title": "Waves", "visibility": "signup"}
FILE = {"title": "Waves", "filename": "waves.mp4", "size": "1000", "visibility": "signup"}
TARGET = {"name": "Elsewhere", "url": "rtmp://localhost:1/app", "stream_key": "abc"}

# Where things play, and what opens them: in `World.things`, and nobody else's to know.
SECRETS = ("stream_key", "upload_url", "stream_playback_id", "video_playback_id")
KNOWS_ADDRESS = ("signed up", "owner")

# What an owner is not offered: signing up to their own, and what an idle stream has no need of.
NOT_NOW = ("/signup", "/signup/cancel", "/enable", "/end")

type Form = dict[str, str]
type Expected = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One route, on something for those who signed up unless `public`, and what each role gets."""

    method: str
    path: str
    expected: Expected
    form: Form | None = None
    public: bool = False

    @property
    def name(self) -> str:
        """The route as the app's routers list it."""
        return f"{self.method} {self.path}"


# In this order: what ends things is at the end.
TABLE = (
    Row("GET", "/", ALL),
    Row("GET", "/healthz", ALL),
    Row("GET", "/register", ALL),
    Row("GET", "/login", ALL),
    Row("GET", "/videos", ALL),
    Row("GET", "/streams", ALL),
    Row("GET", "/account", ACCOUNTS),
    Row("GET", "/upload", ACCOUNTS),
    Row("GET", "/stream/new", ACCOUNTS),
    Row("GET", VIDEO, ALL, public=True),
    Row("GET", f"{VIDEO}/events", ALL, public=True),
    Row("GET", f"{VIDEO}/playback", ALL, public=True),
    Row("GET", VIDEO, VIEWERS),
    Row("GET", f"{VIDEO}/events", VIEWERS),
    Row("GET", f"{VIDEO}/playback", ("401", NO, OPEN, NO, OPEN)),
    Row("GET", STREAM, ALL, public=True),
    Row("GET", f"{STREAM}/events", ALL, public=True),
    Row("GET", f"{STREAM}/playback", ("409",) * 5, public=True),
    Row("GET", STREAM, VIEWERS),
    Row("GET", f"{STREAM}/events", VIEWERS),
    Row("GET", f"{STREAM}/playback", ("401", NO, "409", NO, "409")),
    Row("GET", f"{STREAM}/studio", OWN),
    Row("GET", f"{STREAM}/studio/events", OWN),
    Row("GET", UPLOAD, OWN),
    Row("GET", f"{UPLOAD}/events", OWN),
    Row("POST", "/register", WRONG_FORM, {}),
    Row("POST", "/login", WRONG_FORM, {}),
    Row("POST", "/webhooks/mux", (NO,) * 5, {}),
    Row("POST", "/create-upload", SIGNED_IN_DONE, FILE),
    Row("POST", "/create-stream", SIGNED_IN_DONE, TITLE),
    Row("POST", f"{VIDEO}/edit", OWN_DONE, TITLE),
    Row("POST", f"{STREAM}/edit", OWN_DONE, TITLE),
    Row("POST", f"{STREAM}/record", OWN_DONE, {"record": "on"}),
    Row("POST", f"{STREAM}/disable", OWN_DONE, {}),
    Row("POST", f"{STREAM}/enable", OWN_DONE, {}),
    Row("POST", f"{STREAM}/end", OWN_DONE, {}),
    Row("POST", f"{STREAM}/reset-key", OWN_DONE, {}),
    Row("POST", f"{STREAM}/targets", OWN_DONE, TARGET),
    Row("POST", f"{STREAM}/targets/{{target_id}}/delete", OWN_DONE, {}),
    Row("POST", f"{UPLOAD}/cancel", OWN_DONE, {}),
    Row("POST", f"{VIDEO}/signup", SIGNED_IN_DONE, {}, public=True),
    Row("POST", f"{VIDEO}/signup/cancel", SIGNED_IN_DONE, {}, public=True),
    Row("POST", f"{STREAM}/signup", SIGNED_IN_DONE, {}, public=True),
    Row("POST", f"{STREAM}/signup/cancel", SIGNED_IN_DONE, {}, public=True),
    Row("POST", f"{STREAM}/test-broadcast/{{what}}", OWN_DONE, {}),
    Row("POST", f"{VIDEO}/delete", OWN_DONE, {}),
    Row("POST", f"{STREAM}/delete", OWN_DONE, {}),
    Row("POST", "/account", (SIGN_IN, *("422",) * 4), {}),
    Row("POST", "/logout", (DONE,) * 5, {}),
)


@dataclass(frozen=True, slots=True)
class World:
    """Somebody of each role, and what the paths of the table stand for."""

    people: dict[str, Person]
    things: dict[str, str]
    public_things: dict[str, str]

    def get(self, row: Row, role: str) -> str:
        """What somebody of this role gets at the route, in the words of the table."""
        path = row.path.format_map(self.public_things if row.public else self.things)
        person = self.people[role]
        if path.endswith("/events"):
            status, text = _first_event(person, path)
        else:
            answer = person.request(row.method, path, data=row.form)
            status, text = str(answer.status_code), answer.text
            if answer.is_redirect and answer.headers["location"].startswith("/login"):
                status = SIGN_IN
        if role not in KNOWS_ADDRESS and any(self.things[each] in text for each in SECRETS):
            return f"{status}, and is told a secret"
        return LOCKED if 'class="lock"' in text else status


def _first_event(person: Person, path: str) -> tuple[str, str]:
    """Event streams never end, so only their beginning is read: the status and the first data."""
    with person.stream("GET", path) as answer:
        if answer.is_redirect:
            return SIGN_IN, ""
        if not answer.is_success:
            return str(answer.status_code), ""
        return OPEN, next(line for line in answer.iter_lines() if line.startswith("data:"))


def _owned_by(owner: Person, clip: Path, visibility: str) -> dict[str, str]:
    """One of everything, by the names that the app's routes have for it."""
    form = {"title": "Waves", "visibility": visibility}
    upload = owner.create_upload(clip, title="Waiting")
    stream = owner.post("/create-stream", data=form).headers["location"].split("/")[2]
    owner.post(f"/stream/{stream}/targets", data=TARGET)
    video = owner.upload(clip, title="Waves").rpartition("/")[2]
    owner.post(f"/video/{video}/edit", data=form)
    at_mux = owner.site.mux_api("GET", f"/video/v1/live-streams/{stream}").json()["data"]
    asset = owner.site.mux_api("GET", f"/video/v1/assets/{video}").json()["data"]
    return {
        "stream_key": at_mux["stream_key"],
        "upload_url": upload["url"],
        "stream_playback_id": at_mux["playback_ids"][0]["id"],
        "video_playback_id": asset["playback_ids"][0]["id"],
        "upload_id": upload["id"],
        "stream_id": stream,
        "asset_id": video,
        "target_id": at_mux["simulcast_targets"][0]["id"],
        "what": "start",
    }


@pytest.fixture
def world(site: Site, clip: Path) -> Generator[World]:
    """A site on which everybody of the table is at home."""
    with ExitStack() as stack:
        people = {role: stack.enter_context(Person(site)) for role in ROLES}
        for role in ROLES[1:]:
            people[role].join()
        owner = people["owner"]
        things, public = _owned_by(owner, clip, "signup"), _owned_by(owner, clip, "public")
        _owned_by(people["other owner"], clip, "signup")
        for path in (VIDEO, STREAM):
            people["signed up"].post(f"{path.format_map(things)}/signup")
        yield World(people, things, public)


def test_everybody_gets_what_the_table_says_and_nothing_else(world: World) -> None:
    found = {(row.name, row.public, role): world.get(row, role) for row in TABLE for role in ROLES}
    expected = {
        (row.name, row.public, role): status
        for row in TABLE
        for role, status in zip(ROLES, row.expected, strict=True)
    }
    assert found == expected


def test_the_table_has_every_route() -> None:
    routes = {
        f"{method} {route.path}"
        for area in main.AREAS
        for route in area.router.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == {row.name for row in TABLE}


def test_no_control_is_drawn_for_somebody_who_may_not_use_it(world: World) -> None:
    for number, role in enumerate(ROLES):
        allowed, refused = _actions(world, number)
        drawn = _drawn(world, role)
        assert (role, drawn & refused) == (role, set())
        if role == "owner":
            assert {path for path in allowed - drawn if not path.endswith(NOT_NOW)} == set()


def _drawn(world: World, role: str) -> set[str]:
    """Where the forms lead that somebody of this role sees anywhere."""
    drawn: set[str] = set()
    for row in TABLE:
        if row.method == "GET" and not row.path.endswith(("/events", "/playback")):
            for things in (world.things, world.public_things):
                drawn |= _forms(world.people[role], row.path.format_map(things))
    return drawn


def _actions(world: World, role: int) -> tuple[set[str], set[str]]:
    """The addresses of forms that do something for a role, and those that do not."""
    allowed: set[str] = set()
    refused: set[str] = set()
    for row in TABLE:
        if row.method == "POST":
            pile = refused if row.expected[role] in {SIGN_IN, NO} else allowed
            pile.add(row.path.format_map(world.things))
            pile.add(row.path.format_map(world.public_things))
    return allowed, refused


def _forms(person: Person, path: str) -> set[str]:
    forms = LexborHTMLParser(person.get(path).text).css("form[method=post]")
    return {form.attributes.get("action") or path for form in forms}
