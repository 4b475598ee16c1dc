"""The app as a process against localmux, and the people who use it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, ClassVar

import httpx

from localmux.testing import Process, Running, eventually, running

ROOT = Path(__file__).parent.parent
WEBHOOK_SECRET = "webhook-secret"
PASSWORD = "correct horse"
ACCEPT_JSON = {"accept": "application/json"}

_people = count(1)


type Begin = Callable[[Mapping[str, str], IO[str]], Process]


def begin(environment: Mapping[str, str], log_file: IO[str]) -> Process:
    """Start the app as people do."""
    command = [sys.executable, str(ROOT / "main.py")]
    return subprocess.Popen(command, env=environment, stdout=log_file, stderr=log_file)


@dataclass(slots=True)
class App:
    """The app as a process, its address and what it has logged."""

    begin: ClassVar[Begin] = staticmethod(begin)

    url: str
    log_file: IO[str]
    environment: dict[str, str]
    process: Process = field(init=False)

    def start(self) -> None:
        """Start it, and wait until it serves."""
        self.process = App.begin(self.environment, self.log_file)
        try:
            eventually(self._serves, within=60)
        except AssertionError as reason:
            raise AssertionError(f"{reason} Its log:\n{self.log()}") from None

    def stop(self) -> int:
        """Stop it as a service would be stopped; returns the exit status."""
        self.process.terminate()
        return self.process.wait(10)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def log(self) -> str:
        """Everything logged so far."""
        # Read through a handle of its own: the app writes at the position of the shared one.
        return Path(self.log_file.name).read_text(encoding="utf-8")

    def _serves(self) -> bool:
        assert self.process.poll() is None, f"The app ended:\n{self.log()}"
        try:
            return httpx.get(f"{self.url}/healthz").is_success
        except httpx.TransportError:
            return False


@dataclass(slots=True)
class Site:
    """An app and the localmux that it talks to."""

    app: App
    mux: Running

    @property
    def url(self) -> str:
        """Where browsers reach the app."""
        return self.app.url

    def mux_api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask localmux' API directly, past the app."""
        url = self.mux.urls["api"] + path
        return httpx.request(method, url, auth=self.mux.token, **options)

    def control(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask localmux' control interface."""
        return self.mux_api(method, f"/_localmux{path}", **options)

    @contextmanager
    def mux_fault(self, fault: dict[str, Any]) -> Generator[None]:
        """Have localmux fail in this way as long as the block lasts."""
        answer = self.control("POST", "/faults", json=fault)
        assert answer.is_success, answer.text
        try:
            yield
        finally:
            self.control("DELETE", f"/faults/{answer.json()['data']['id']}")


class Person(httpx.Client):
    """Somebody with a browser without scripts."""

    def __init__(self, site: Site) -> None:
        super().__init__(base_url=site.url, timeout=20)
        self.site = site
        self.name = ""

    def join(self, name: str = "") -> "Person":
        """Open an account, with a name that nobody has, and be signed in."""
        self.name = name or f"Person {next(_people)}"
        form = {"name": self.name, "password": PASSWORD}
        answer = self.post("/register", data=form)
        assert answer.status_code == 303, answer.text
        return self

    def create_upload(self, file: Path, title: str = "A video") -> dict[str, str]:
        """Start an upload as our script does; returns its id, url and page."""
        form = {"title": title, "filename": file.name, "size": str(file.stat().st_size)}
        answer = self.post("/create-upload", data=form, headers=ACCEPT_JSON)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def upload(self, file: Path, title: str = "A video", ends_with: str = "") -> str:
        """Upload a file and wait for what becomes of it; returns the path of its video."""
        upload = self.create_upload(file, title)
        httpx.put(upload["url"], content=file.read_bytes(), timeout=20).raise_for_status()

        def video() -> str:
            page = self.get(upload["page"])
            assert page.status_code == 200, page.text
            path = page.text.partition('href="/video/')[2].partition('"')[0]
            return f"/video/{path}" if path else ""

        if not ends_with:
            return eventually(video)
        eventually(lambda: ends_with in self.get(upload["page"]).text)
        return upload["page"]


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def begin_a_form(site: Site) -> socket.socket:
    """Send the beginning of a request whose end never comes."""
    address = httpx.URL(site.url)
    client = socket.create_connection((address.host, address.port or 80))
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99"
    head = f"POST /login HTTP/1.1\r\nHost: {address.netloc.decode()}\r\n{kind}\r\n\r\n"
    client.sendall(f"{head}name=".encode())
    return client


@contextmanager
def a_site(*localmux_options: str, **settings: str) -> Generator[Site]:
    """Start localmux and, against it, the app; both end with the block."""
    port = free_port()
    webhook = ("--webhook-url", f"http://127.0.0.1:{port}/webhooks/mux")
    secret = ("--webhook-secret", WEBHOOK_SECRET)
    with (
        running(*webhook, *secret, *localmux_options) as mux,
        TemporaryDirectory() as folder,
        (Path(folder) / "log").open("w+") as log_file,
    ):
        own = {
            "PORT": str(port),
            "SESSION_SECRET": "session-secret",
            "MUX_TOKEN_ID": mux.token[0],
            "MUX_TOKEN_SECRET": mux.token[1],
            "MUX_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "MUX_API_URL": mux.urls["api"],
            "MUX_STREAM_URL": mux.urls["stream"],
            "MUX_IMAGE_URL": mux.urls["image"],
            "MUX_MEDIA_HOSTS": mux.urls["api"],
            "MUX_RTMP_URL": mux.urls["rtmp"],
            # All tests come from one address, quickly, and localmux has no limits unless asked to.
            "MUX_POSTS_PER_SECOND": "1000",
            "MUX_OTHERS_PER_SECOND": "1000",
            "RATE_LIMIT_FACTOR": "1000",
            "MUX_CONTROL_URL": mux.urls["control"],
        }
        app = App(f"http://localhost:{port}", log_file, os.environ | own | settings)
        try:
            app.start()
            yield Site(app, mux)
        finally:
            app.kill()
