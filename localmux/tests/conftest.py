"""What every test of localmux works with: a real process, real clients, real media."""

import http.server
import json
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import imageio_ffmpeg
import mux_python
import pytest

from localmux.answers import Document
from localmux.forked import forked_localmux
from localmux.testing import Running, eventually, read_certificates_once, running

SECRET = "webhook-secret"

# `python -m localmux` as people type it is tried in test_server.
Running.begin = forked_localmux
read_certificates_once()


class Inbox:
    """A webhook endpoint that keeps what it gets; `refuse` makes it answer 500 so many times.

    `before_answer` is called between the two.
    """

    def __init__(self) -> None:
        self.before_answer: Callable[[], None] = lambda: None
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.refuse = 0
        inbox = self

        class Endpoint(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.received.append((headers, body))
                inbox.before_answer()
                inbox.refuse -= 1
                self.send_response(500 if inbox.refuse >= 0 else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_request(self, code: object = "-", size: object = "-") -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05])
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def events(self, object_id: str | None = None) -> list[Document]:
        envelopes = [json.loads(body) for _, body in self.received]
        return [one for one in envelopes if object_id in (None, one["object"]["id"])]

    def types(self, *object_ids: str) -> list[str]:
        return [one["type"] for one in self.events() if one["object"]["id"] in object_ids]

    def wait(self, kind: str, object_id: str) -> Document:
        """The first event of this type about this resource."""
        return eventually(
            lambda: next((one for one in self.events(object_id) if one["type"] == kind), None)
        ) or pytest.fail(kind)


@pytest.fixture
def inbox() -> Generator[Inbox]:
    """A webhook endpoint of the test's own."""
    one = Inbox()
    yield one
    one.close()


@pytest.fixture(scope="session")
def shared_inbox() -> Generator[Inbox]:
    one = Inbox()
    yield one
    one.close()


@pytest.fixture(scope="session")
def shared(shared_inbox: Inbox) -> Generator[Running]:
    options = ("--webhook-url", shared_inbox.url, "--webhook-secret", SECRET)
    with running(*options) as process:
        yield process


@pytest.fixture
def localmux(shared: Running, request: pytest.FixtureRequest) -> Generator[Running]:
    """The localmux that most tests share; its log of this test is shown if the test fails."""
    before = len(shared.log())
    yield shared
    written = shared.log()[before:]
    request.node.add_report_section("teardown", "localmux log", written)
    assert "Traceback" not in written


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Generator[Callable[..., Running]]:
    """Starts a localmux of the test's own, with the options given."""

    with ExitStack() as stack:
        started: list[Running] = []

        def begin(*options: str, variables: Mapping[str, str] | None = None) -> Running:
            started.append(stack.enter_context(running(*options, variables=variables)))
            return started[-1]

        yield begin
        for process in started:
            request.node.add_report_section("teardown", "localmux log", process.log())
            assert "Traceback" not in process.log()


@pytest.fixture
def connect() -> Generator[Callable[[Running], httpx.Client]]:
    """Gives a client with the right credentials for a localmux."""

    with ExitStack() as stack:

        def client(to: Running) -> httpx.Client:
            return stack.enter_context(
                httpx.Client(base_url=to.urls["api"], auth=to.token, timeout=20)
            )

        yield client


@pytest.fixture
def api(localmux: Running, connect: Callable[[Running], httpx.Client]) -> httpx.Client:
    return connect(localmux)


@pytest.fixture
def mux(localmux: Running) -> Generator[mux_python.ApiClient]:
    """mux-python, unmodified but for the host."""
    configuration = mux_python.Configuration(host=localmux.urls["api"])
    configuration.username, configuration.password = localmux.token
    with mux_python.ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


def make_video(path: Path, *codec: str) -> Path:
    """Two seconds of moving picture and tone."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    command += ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=2"]
    command += ["-f", "lavfi", "-i", "sine=duration=2"]
    subprocess.run([*command, *codec, str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Mux calls standard input: H.264 and AAC."""
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    return make_video(tmp_path_factory.mktemp("media") / "video.mp4", *codec)


@pytest.fixture(scope="session")
def old_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an old camera makes: not standard input."""
    return make_video(tmp_path_factory.mktemp("media") / "old.avi", "-c:v", "mpeg4")


@pytest.fixture
def new_upload(api: httpx.Client) -> Callable[..., Document]:
    """Creates a direct upload, with a public asset to be, and returns it."""

    def create(client: httpx.Client = api, **fields: object) -> Document:
        body = {"cors_origin": "*", "new_asset_settings": {"playback_policies": ["public"]}}
        answer = client.post("/video/v1/uploads", json=body | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    return create


@pytest.fixture
def settled(api: httpx.Client) -> Callable[..., Document]:
    """Waits until an asset is no longer preparing, and returns it."""

    def wait(asset_id: str, client: httpx.Client = api) -> Document:
        def look() -> Document | None:
            asset = client.get(f"/video/v1/assets/{asset_id}").json()["data"]
            return asset if asset["status"] != "preparing" else None

        return eventually(look) or pytest.fail("never settled")

    return wait
