"""Everything that people do which needs Mux, to be tried while Mux fails in some way."""

import re
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from attempts import FIELD
from localmux.testing import eventually
from tests.harness import Person

WITHIN = 10.0  # seconds, in which every action has to end
STREAM = {"title": "Lake", "latency_mode": "low", "visibility": "public"}
TARGET = {"name": "Elsewhere", "url": "rtmp://127.0.0.1/app", "stream_key": "k"}
# What the page of a failure says of what happened, and what then of what is safe to do.
HAPPENED = re.compile(r"The video service (cannot be reached|has (a problem|too much)|refused)")
SAFE = re.compile(r"[Tt]ry again|again: nothing is made twice")


@dataclass(slots=True)
class Outcome:
    """What an action came to, and how long it took (s)."""

    answer: httpx.Response
    seconds: float


@dataclass(slots=True)
class Belongings:
    """What somebody has at Mux before it fails, and what they do with it."""

    person: Person
    upload: str
    video: str
    stream: str
    target: str

    @property
    def actions(self) -> Mapping[str, tuple[str, dict[str, str]]]:
        """Where each action's form goes, and its fields; what ends a thing comes last."""
        stream, get = self.stream, self.person.get
        return {
            "create an upload": (
                "/create-upload",
                {"title": "Sea", "filename": "sea.mp4", FIELD: attempt_in(get("/upload").text)},
            ),
            "create a stream": (
                "/create-stream",
                {**STREAM, FIELD: attempt_in(get("/stream/new").text)},
            ),
            "edit a video": (f"{self.video}/edit", {"title": "New", "visibility": "public"}),
            "edit a stream": (f"{stream}/edit", STREAM),
            "record": (f"{stream}/record", {}),
            "enable": (f"{stream}/enable", {}),
            "disable": (f"{stream}/disable", {}),
            "end": (f"{stream}/end", {}),
            "reset the key": (f"{stream}/reset-key", {}),
            "add a target": (f"{stream}/targets", TARGET),
            "remove a target": (f"{stream}/targets/{self.target}/delete", {}),
            "cancel an upload": (f"{self.upload}/cancel", {}),
            "delete a video": (f"{self.video}/delete", {}),
            "delete a stream": (f"{stream}/delete", {}),
        }

    def try_all(self, *, at_once: bool = False) -> dict[str, Outcome]:
        """Do all of it, one after the other unless that would take too long."""
        forms = self.actions
        with ThreadPoolExecutor(len(forms) if at_once else 1) as pool:
            tried = {name: pool.submit(self._try, *form) for name, form in forms.items()}
        return {name: each.result() for name, each in tried.items()}

    def _try(self, path: str, form: dict[str, str]) -> Outcome:
        begun = time.monotonic()
        answer = self.person.post(path, data=form)
        return Outcome(answer, time.monotonic() - begun)

    def differences(self) -> list[str]:
        """The pages that show what Mux no longer has, or lack what it has."""
        site, found = self.person.site, []
        for kind, page in (("uploads", "upload"), ("assets", "video"), ("live-streams", "stream")):
            listed = site.mux_api("GET", f"/video/v1/{kind}", params={"limit": 100}).json()["data"]
            at_mux = {f"/{page}/{each['id']}" for each in listed if self.person.name in str(each)}
            known = {self.upload, self.video, self.stream}
            paths = at_mux | {each for each in known if each.startswith(f"/{page}/")}
            shown = {path for path in paths if self.person.get(path).is_success}
            found += shown ^ at_mux
        return found


def belongings(person: Person, file: Path) -> Belongings:
    """Somebody with an upload that waits, a video, and a stream that is forwarded."""
    upload = person.create_upload(file)["page"]
    video = person.upload(file)
    created = person.post("/create-stream", data=STREAM)
    stream = created.headers["location"].removesuffix("/studio")
    assert person.post(f"{stream}/targets", data=TARGET).status_code == 303
    page = person.get(f"{stream}/studio").text
    target = page.partition(f'action="{stream}/targets/')[2].partition("/delete")[0]
    assert target
    return Belongings(person, upload, video, stream, target)


def attempt_in(page: str) -> str:
    """What tells the form on this page from all others."""
    tag = re.search(f'<input[^>]*name="{FIELD}"[^>]*>', page)
    assert tag
    return tag[0].partition('value="')[2].partition('"')[0]


def assert_explained(tried: Mapping[str, Outcome]) -> None:
    """Each ended in time, with words about what happened and what is safe to do now."""
    for name, outcome in tried.items():
        said = outcome.answer.text
        assert outcome.seconds < WITHIN, name
        assert outcome.answer.status_code in {404, 422, 502, 503, 504}, (name, said)
        assert HAPPENED.search(said), (name, said)
        assert SAFE.search(said), (name, said)


@contextmanager
def nothing_lost(things: Belongings, request: pytest.FixtureRequest) -> Generator[None]:
    """After the block the app must come to show what Mux has; counted for the figures."""
    yield
    lost: list[str] = []

    def equal() -> bool:
        lost[:] = things.differences()
        return not lost

    try:
        eventually(equal, within=20)
    finally:
        figures = {"faults": len(things.actions), "lost": len(lost)}
        request.node.user_properties.append(("mux faults", figures))


type Afflict = Callable[..., dict[str, Outcome]]
