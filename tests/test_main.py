"""Starting and stopping: one command brings up everything, and takes all of it down again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from localmux.testing import eventually
from tests.harness import ROOT, Person, Site, begin_a_form, free_port

FORM = {"title": "Sea", "filename": "sea.mp4"}


class Started:
    """`python main.py` without Mux credentials, as the README starts it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self.folder = free_port(), folder
        own = {
            "PORT": str(self.port),
            "LOCALMUX_PORT": str(free_port()),
            "LOCALMUX_RTMP_PORT": str(free_port()),
            "LOCALMUX_DATA_DIR": str(folder / "localmux"),
            "SESSION_SECRET": "s",
            "MUX_TOKEN_ID": "",
            "MUX_TOKEN_SECRET": "",
        } | settings
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "main.py")],
                env=os.environ | own,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.mux_port = own["LOCALMUX_PORT"]

    @property
    def log(self) -> str:
        """What it has said on the console."""
        return (self.folder / "log").read_text()

    def wait_until_it_serves(self) -> None:
        """Wait for the first page."""
        eventually(self.serves, within=30)

    def serves(self) -> bool:
        """Whether the front page answers."""
        return answers(f"http://localhost:{self.port}/")

    def mux_runs(self) -> bool:
        """Whether localmux answers."""
        return answers(f"http://localhost:{self.mux_port}/_localmux/health")


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def started(tmp_path: Path) -> Generator[Started]:
    """The app and its localmux; neither outlives the test."""
    one = Started(tmp_path)
    yield one
    one.process.kill()
    one.process.wait()


@pytest.fixture
def ada(started: Started) -> Generator[httpx.Client]:
    """Somebody with an account at the started app."""
    started.wait_until_it_serves()
    with httpx.Client(base_url=f"http://localhost:{started.port}", timeout=20) as client:
        client.post("/register", data={"name": "Ada", "password": "correct horse"})
        yield client


def test_one_command_brings_up_app_and_localmux_and_says_where(started: Started) -> None:
    started.wait_until_it_serves()
    assert started.mux_runs()
    assert f"http://localhost:{started.port}" in started.log
    assert f"http://localhost:{started.mux_port}" in started.log
    page = httpx.get(f"http://localhost:{started.port}/").text
    assert "No Mux account is set up" in page


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_time_and_without_noise(
    started: Started, sig: signal.Signals
) -> None:
    started.wait_until_it_serves()
    begun = time.monotonic()
    started.process.send_signal(sig)
    assert started.process.wait(5) == 0
    assert time.monotonic() - begun < 5
    assert not started.mux_runs()
    assert "Traceback" not in started.log


def test_an_open_event_stream_ends_at_once(started: Started, ada: httpx.Client) -> None:
    page = ada.post("/create-upload", data=FORM).headers["location"]
    with ada.stream("GET", f"{page}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        begun = time.monotonic()
        started.process.terminate()
        assert "event: fragment" in list(lines)
        assert time.monotonic() - begun < 2
        assert started.process.wait(5) == 0


def mux_is_slow(started: Started, seconds: float) -> None:
    fault = {"action": "delay", "method": "POST", "path": "/video/v1/*", "seconds": seconds}
    url = f"http://localhost:{started.mux_port}/_localmux/faults"
    assert httpx.post(url, json=fault).is_success


def has_asked(started: Started, path: str) -> bool:
    """Whether the app has sent this request to localmux."""
    url = f"http://localhost:{started.mux_port}/_localmux/requests"
    asked = httpx.get(url).json()["data"]
    return any(f"{each['method']} {each['path']}" == path for each in asked)


def health(started: Started) -> int:
    """The status of `/healthz` over a connection of its own; 0 where nobody listens any more."""
    try:
        return httpx.get(f"http://localhost:{started.port}/healthz").status_code
    except httpx.TransportError:
        return 0


def test_a_request_in_flight_is_answered_while_health_says_503(
    started: Started, ada: httpx.Client
) -> None:
    mux_is_slow(started, 2)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(ada.post, "/create-upload", data=FORM)
        eventually(lambda: has_asked(started, "POST /video/v1/uploads"))
        begun = time.monotonic()
        started.process.terminate()
        eventually(lambda: health(started) == 503)
        assert not answer.done()
        assert answer.result().headers["location"].startswith("/upload/")
        assert started.process.wait(5) == 0
    assert time.monotonic() - begun < 5
    assert "Traceback" not in started.log


def test_neither_mux_nor_a_visitor_who_never_answers_holds_up_the_end(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    ada = visit(site).join()
    silence = {"action": "delay", "method": "POST", "path": "/video/v1/*", "seconds": 30}
    with site.mux_fault(silence), ThreadPoolExecutor() as pool:
        answer = pool.submit(ada.post, "/create-upload", data=FORM)
        asked = "/requests?method=POST&path=/video/v1/uploads"
        eventually(lambda: site.control("GET", asked).json()["total"])
        with begin_a_form(site):
            site.app.process.terminate()
            told = answer.result(5)
            # A pool of threads would now wait for the rest of the call's eight seconds.
            assert site.app.process.wait(2.5) == 0
        assert told.status_code == 504
        assert "The video service cannot be reached." in told.text
    assert "Traceback" not in site.app.log()


def test_localmux_ends_with_an_app_that_is_killed(started: Started) -> None:
    started.wait_until_it_serves()
    started.process.kill()
    eventually(lambda: not started.mux_runs())


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = Started(tmp_path, PORT=str(port))
        assert one.process.wait(20) == 1
        assert one.log.strip().count("\n") == 0
        assert f"Port {port} on 127.0.0.1 cannot be used" in one.log


def test_a_port_of_localmux_in_use_is_said_without_a_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = Started(tmp_path, LOCALMUX_PORT=str(port))
        assert one.process.wait(20) == 1
        assert str(port) in one.log
        assert "Traceback" not in one.log


def test_a_wrong_setting_is_said_in_one_sentence(tmp_path: Path) -> None:
    one = Started(tmp_path, MAX_UPLOAD_MB="lots")
    assert one.process.wait(20) == 1
    assert one.log.strip() == "MAX_UPLOAD_MB must be a whole number, not “lots”."
