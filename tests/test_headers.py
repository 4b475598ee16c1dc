"""The headers that every answer carries, and how much a request may carry."""

import re

from headers import content_security_policy, protective_headers
from settings import load_settings
from tests.harness import ACCEPT_JSON, Person, Site

EVERYWHERE = {
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
}  # fmt: skip
ADDRESS = {"SESSION_SECRET": "s", "APP_URL": "https://video.example.com"}


def test_every_kind_of_answer_is_protected(ada: Person, stranger: Person, site: Site) -> None:
    upload = ada.post("/create-upload", data={"title": "Sea", "filename": "sea.mp4"})
    other_name = site.url.replace("localhost", "127.0.0.1")
    stylesheet = re.findall(r"/static/app[^\"]*\.css", stranger.get("/").text)[0]
    answers = {
        "page": stranger.get("/"),
        "redirect": upload,
        "no such page": stranger.get("/nowhere"),
        "no such method": stranger.get("/logout"),
        "form with an error": stranger.post("/login", data={}),
        "JSON error": stranger.post("/create-upload", headers=ACCEPT_JSON),
        "static file": stranger.get(stylesheet),
        "health": stranger.get("/healthz"),
        "cross-site": stranger.post("/logout", headers={"sec-fetch-site": "cross-site"}),
        "another name": stranger.get(f"{other_name}/videos"),
        "too much": stranger.post("/login", data={"name": "x" * 100_001}),
    }
    with ada.stream("GET", f"{upload.headers['location']}/events") as events:
        answers["event stream"] = events
    for name, answer in answers.items():
        assert set(answer.headers) >= EVERYWHERE, name
        assert "unsafe" not in answer.headers["content-security-policy"], name
    assert answers["too much"].status_code == 413


def test_no_cache_keeps_the_pages_of_people_who_are_signed_in(
    ada: Person, stranger: Person
) -> None:
    assert ada.get("/account").headers["cache-control"] == "no-store"
    assert stranger.get("/videos").headers["cache-control"] == "no-cache"
    assert "Cookie" in ada.get("/videos").headers["vary"]


def test_pages_may_load_from_mux_by_default() -> None:
    policy = content_security_policy(load_settings(ADDRESS))
    assert "img-src 'self' https://image.mux.com;" in policy
    assert "media-src 'self' blob: https://stream.mux.com https://*.mux.com;" in policy
    assert "connect-src 'self' https://stream.mux.com https://*.mux.com;" in policy


def test_browsers_stay_on_https_where_there_is_https() -> None:
    assert "Strict-Transport-Security" in protective_headers(load_settings(ADDRESS))
    local = load_settings({"SESSION_SECRET": "s"})
    assert "Strict-Transport-Security" not in protective_headers(local)


def test_no_page_has_code_or_style_inline(ada: Person) -> None:
    stream = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    for path in ("/", "/videos", "/upload", "/streams", "/account", stream, "/login"):
        assert not re.search(r'\sstyle=|\son[a-z]+="|<script>', ada.get(path).text), path


def test_a_body_without_a_length_is_bounded_as_well(stranger: Person) -> None:
    chunks = iter([b"x" * 10_000] * 11)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert stranger.post("/login", content=chunks, headers=form).status_code == 413


def test_a_large_body_does_not_upset_an_event_stream(site: Site, ada: Person) -> None:
    studio = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    before = len(site.app.log())
    with ada.stream("GET", f"{studio}/events", content=b"x" * 200_000) as events:
        lines = events.iter_lines()
        next(line for line in lines if line.startswith("data: "))
        ada.post(studio.replace("/studio", "/disable"))
        assert any("Encoders are refused" in line for line in lines)
    assert "Traceback" not in site.app.log()[before:]


def test_a_form_in_an_encoding_that_is_none_is_refused(ada: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nSea\r\n--x--\r\n'
    for charset in ("undefined", "idna", "punycode", "no-such-one", "zlib"):
        form = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
        assert ada.post("/create-stream", content=body, headers=form).status_code < 500, charset


def test_nothing_describes_the_routes_to_strangers(stranger: Person) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert stranger.get(path).status_code == 404, path


def test_no_address_of_a_file_is_a_bug(stranger: Person) -> None:
    for path in (
        "%00",
        "..%2fmain.py",
        "%2e%2e/settings.py",
        "/etc/passwd",
        "app.css%00",
        "x" * 5000,
    ):
        assert stranger.get(f"/static/{path}").status_code == 404, path
