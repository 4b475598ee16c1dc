"""Whatever comes in by any form or address: no bug page, no markup, and every bound is kept.

The app runs inside the test, against a real localmux. EXAMPLES=3000 tries far more inputs.
"""

import asyncio
import os
from collections.abc import Generator
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import air
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

import access
from localmux.testing import running
from main import create_app
from settings import load_settings
from tests.forked import LEAST_WORK
from text import NAME_MAX, TARGET_NAME_MAX, TITLE_MAX, alike, bounded, clean_line

thorough = settings(
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

OWN = "http://localhost:8000"
MARKUP = "<zq onx=\"'>"
SPECIAL = (
    MARKUP, "", "\0", "\u202e", "9" * 5000, "-1", "0", "1e999", "NaN", "²", "٣", "//evil.example",
    "/\\evil", "https://evil.example", "rtmp://[", "rtmp://a:b@h:99999999/x", "rtmp://\u2100/x",
    "2027-01-31T20:15", "2027-01-31T20:15+99:99", "0001-01-01T00:00", "9999-12-31T23:59",
    "signup", "low", "on", "a.mp4", "video/mp4", "é" * 500, "🀄" * 130, "../../etc/passwd",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(SPECIAL), st.text(max_size=40), st.text(max_size=400).map(lambda t: t + MARKUP)
)
FIELDS = (
    "title", "name", "password", "current", "next", "start_time", "utc_offset", "latency_mode",
    "visibility", "record", "filename", "size", "content_type", "url", "stream_key",
)  # fmt: skip
FORMS = st.dictionaries(st.sampled_from(FIELDS), TEXTS)
ACCEPTS = ("application/json", "text/html")
ENCODINGS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")
FINE = {
    "title": "Sea", "filename": "sea.mp4", "name": "Ada", "url": "rtmp://localhost/app",
    "latency_mode": "low", "size": "1000", "start_time": "",
}  # fmt: skip


class Inside:
    """The app without a server, and somebody signed in; requests run on a loop that stays."""

    def __init__(self, app: air.Air, runner: asyncio.Runner) -> None:
        self.store, self._runner = app.state.store, runner
        self.store.complete.set()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=OWN)
        self.ask("POST", "/register", data={"name": "Owner", "password": "correct horse"})
        self.stream = self.made("/create-stream").removesuffix("/studio")
        self.upload = self.made("/create-upload")

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **options))

    def made(self, path: str) -> str:
        return self.ask("POST", path, data=FINE).headers["location"]

    def check(self, answer: httpx.Response) -> None:
        """Fail for a bug page, for markup that came in, and for a way off the site."""
        assert answer.status_code < 500, answer.text
        if "html" in answer.headers.get("content-type", "html"):
            assert "<zq" not in answer.text
        target = answer.headers.get("location", "/").removeprefix(OWN)
        assert target.startswith("/"), target
        assert not target.startswith(("//", "/\\")), target

    def check_store(self) -> None:
        """Fail when something is kept that is longer or other than it may be."""
        streams = self._runner.run(self.store.streams())
        uploads = self._runner.run(self.store.uploads())
        for title in [each.title for each in (*streams, *uploads)]:
            assert 0 < len(title) <= TITLE_MAX
            assert title == clean_line(title)
        for target in [each for stream in streams for each in stream.targets]:
            assert 0 < len(target.name) <= TARGET_NAME_MAX


@pytest.fixture(scope="module")
def inside() -> Generator[Inside]:
    with (
        running() as mux,
        asyncio.Runner() as runner,
        patch.object(access, "passwords", LEAST_WORK),
    ):
        environment = {
            "SESSION_SECRET": "s",
            "MUX_TOKEN_ID": mux.token[0],
            "MUX_TOKEN_SECRET": mux.token[1],
            "MUX_API_URL": mux.urls["api"],
            "MUX_POSTS_PER_SECOND": "100000",
            "MUX_OTHERS_PER_SECOND": "100000",
            "RATE_LIMIT_FACTOR": "100000",
        }
        yield Inside(create_app(load_settings(environment)), runner)


@thorough
@given(
    path=st.sampled_from(("/create-upload", "/create-stream")),
    form=FORMS,
    accept=st.sampled_from(ACCEPTS),
)
def test_what_is_made_of_any_form_is_within_bounds(
    inside: Inside, path: str, form: dict[str, str], accept: str
) -> None:
    headers = {"accept": accept}
    inside.check(inside.ask("POST", path, data=form, headers=headers))
    # One field alone wrong gets further than all of them.
    for name, value in form.items():
        inside.check(inside.ask("POST", path, data=FINE | {name: value}, headers=headers))
    inside.check_store()


@thorough
@given(action=st.sampled_from(("edit", "targets", "record", "signup", "nothing")), form=FORMS)
def test_no_form_of_the_studio_breaks_it(inside: Inside, action: str, form: dict[str, str]) -> None:
    for name, value in {**form, "": ""}.items():
        answer = inside.ask("POST", f"{inside.stream}/{action}", data=FINE | {name: value})
        inside.check(answer)
    inside.check(inside.ask("GET", f"{inside.stream}/studio"))
    inside.check_store()


@thorough
@given(path=st.sampled_from(("/login", "/register", "/account")), form=FORMS)
def test_no_credentials_break_anything(inside: Inside, path: str, form: dict[str, str]) -> None:
    # Too short to be a password, because comparing a real one takes a tenth of a second.
    form = form | {"password": form.get("password", "")[:7]}
    if path == "/account":
        form["current"] = ""
    answer = inside.ask("POST", path, data=form)
    inside.check(answer)
    assert answer.status_code == 422


@thorough
@given(
    path=st.sampled_from(("/login", "/create-upload", "/create-stream", "/webhooks/mux")),
    body=st.binary(max_size=300),
    encoding=st.sampled_from(ENCODINGS),
)
def test_no_body_breaks_anything(inside: Inside, path: str, body: bytes, encoding: str) -> None:
    inside.check(inside.ask("POST", path, content=body, headers={"content-type": encoding}))


@thorough
@given(
    path=st.sampled_from(
        ("/videos?q={}", "/videos?page={}", "/login?next={}", "/register?next={}", "/video/{}",
         "/upload/{}", "/stream/{}", "/stream/{}/studio", "/video/{}/playback", "/{}",
         "/video/{}/events", "/static/{}")
    ),
    text=TEXTS,
)  # fmt: skip
def test_no_address_breaks_anything(inside: Inside, path: str, text: str) -> None:
    inside.check(inside.ask("GET", path.format(quote(text[:2000], safe=""))))


@thorough
@given(cookie=st.binary(max_size=80), accept=st.binary(max_size=20))
def test_no_header_breaks_anything(inside: Inside, cookie: bytes, accept: bytes) -> None:
    headers = [(b"cookie", b"session=" + cookie), (b"accept", accept), (b"sec-fetch-site", b"none")]
    inside.check(inside.ask("GET", "/videos", headers=headers))


@thorough
@given(target=TEXTS)
def test_signing_in_leads_nowhere_else(inside: Inside, target: str) -> None:
    page = inside.ask("GET", f"/login?next={quote(target[:2000], safe='')}").text
    field = LexborHTMLParser(page).css_first("[name=next]")
    back = (field.attributes["value"] if field else None) or ""
    assert back.startswith("/")
    assert not urlsplit(back.replace("\\", "/")).netloc


@settings(max_examples=300)
@given(text=st.text(), longest=st.integers(1, NAME_MAX))
def test_cleaning_twice_is_cleaning_once(text: str, longest: int) -> None:
    cleaned = clean_line(text)
    assert clean_line(cleaned) == cleaned
    assert len(bounded(text, longest)) <= longest
    assert alike(alike(text)) == alike(text)
