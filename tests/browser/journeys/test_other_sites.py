"""A page of another site cannot act in a visitor's name, nor read what is theirs."""

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.harness import Person, Site

SUBMIT = """async ([address, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: address });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}"""
FETCH = """([address, fields]) => fetch(address, {
  method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams(fields),
}).catch(() => "kept")"""
READ = (
    """(address) => fetch(address, { credentials: "include" }).then(() => "read", () => "kept")"""
)
LISTEN = """(address) => new Promise((resolve) => {
  const source = new EventSource(address, { withCredentials: true });
  source.onmessage = source.onopen = () => resolve("read");
  source.onerror = () => resolve("kept");
})"""


class Blank(BaseHTTPRequestHandler):
    """A page without anything, to run an attacker's code on."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>x</title><link rel=icon href=data:,>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own names
        """Say nothing."""


@pytest.fixture
def other_site() -> Generator[str]:
    """The port of a site that is not ours, on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield str(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_forms_of_another_site_change_nothing(
    new_tab: NewTab, site: Site, ada: Person, clip: Path, other_site: str, host: str,
    page_errors: PageErrors,
) -> None:  # fmt: skip
    page_errors.allow("403", "ERR_BLOCKED_BY_RESPONSE")
    studio = ada.post("/create-stream", data={"title": "Sea"}).headers["location"]
    stream = studio.removesuffix("/studio")
    video = ada.upload(clip, "Waves")
    attacks = [
        (f"{video}/delete", {}),
        (f"{video}/edit", {"title": "Changed by another"}),
        (f"{stream}/edit", {"title": "Changed by another"}),
        (f"{stream}/reset-key", {}),
        ("/create-upload", {"title": "Changed by another", "filename": "a.mp4"}),
        ("/logout", {}),
    ]
    before = ada.get(studio).text
    tab = new_tab(ada)
    for path, fields in attacks:
        tab.goto(f"http://{host}:{other_site}/")
        tab.evaluate(FETCH, [site.url + path, fields])
        with tab.expect_navigation(url=f"**{path}"):
            tab.evaluate(SUBMIT, [site.url + path, fields])
        assert "came from another site" in tab.content(), path
    tab.goto(site.url + "/account")
    assert ada.name in tab.content()
    assert "Changed by another" not in tab.content()
    assert "Waves" in tab.content()
    assert ada.get(studio).text == before


def test_what_is_pushed_and_played_cannot_be_read_by_another_site(
    new_tab: NewTab, site: Site, ada: Person, clip: Path, other_site: str, page_errors: PageErrors
) -> None:
    page_errors.allow("CORS", "ERR_FAILED", "ERR_BLOCKED_BY_RESPONSE")
    video = ada.upload(clip, "Waves")
    tab = new_tab(ada)
    tab.goto(f"http://localhost:{other_site}/")
    for path in ("/account", f"{video}/playback"):
        assert tab.evaluate(READ, site.url + path) == "kept", path
    assert tab.evaluate(LISTEN, f"{site.url}{video}/events") == "kept"
