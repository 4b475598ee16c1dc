"""The target of the rules, localmux or Mux, and what they all work with."""

import functools
import http.server
import os
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.media.testing import counting_frames, make_file, tone
from localmux.testing import running

TRIES = 60  # of a request that Mux's rate limit refuses, a second apart
# Where Mux can get subtitles: the file of the examples of its own SDKs.
SUBTITLES = "https://tears-of-steel-subtitles.s3.amazonaws.com/tears-en.vtt"
SRT = "1\n00:00:00,500 --> 00:00:01,500\nHello\n"
MISSING = "https://example.com/there-is-no-such-file.mp4"
REFUSED = {400, 402, 403}
PLAN = ("plan", "not available", "unavailable", "upgrade")  # in sentences that refuse


class Patient(httpx.HTTPTransport):
    """Waits while the rate limit refuses."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(TRIES):
            answer = super().handle_request(request)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            answer.close()
            time.sleep(1)  # after which Mux allows one more
        return answer


@dataclass
class Target:
    """Addresses and credentials of what is examined; `made` is deleted at the end."""

    api: str
    stream: str
    image: str
    token: tuple[str, str]
    subtitles: str
    missing: str
    pause: float  # seconds between two looks at something that takes its time
    made: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Generator[Target]:
    """Mux only if CONFORMANCE_TARGET says so, else a localmux of its own."""
    if os.environ.get("CONFORMANCE_TARGET", "localmux") == "mux":
        token = os.environ.get("MUX_TOKEN_ID", ""), os.environ.get("MUX_TOKEN_SECRET", "")
        if not all(token):
            pytest.exit("CONFORMANCE_TARGET=mux needs MUX_TOKEN_ID and MUX_TOKEN_SECRET.", 2)
        stream, image = "https://stream.mux.com/", "https://image.mux.com/"
        yield Target("https://api.mux.com", stream, image, token, SUBTITLES, MISSING, 1.0)
        return
    folder = tmp_path_factory.mktemp("subtitles")
    (folder / "en.srt").write_text(SRT)
    with running() as localmux, _hosted(folder) as base:
        api = localmux.urls["api"]
        yield Target(
            api,
            f"{localmux.urls['stream']}/",
            f"{localmux.urls['image']}/",
            localmux.token,
            f"{base}/en.srt",
            f"{base}/missing.mp4",
            0.02,
        )
        assert "Traceback" not in localmux.log()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None: ...
    def log_error(self, format: str, *_: object) -> None: ...  # noqa: A002 its name in the library


class _hosted:  # noqa: N801 used as a context, like a function
    """A host of files, from which inputs are fetched."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(_Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05])

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="session")
def api(target: Target) -> Generator[httpx.Client]:
    """Asks the API; everything made is deleted when all rules were examined."""
    with httpx.Client(
        base_url=target.api, auth=target.token, transport=Patient(), timeout=30
    ) as client:
        yield client
        for path in reversed(target.made):
            client.delete(path)


@pytest.fixture(scope="session")
def stream(target: Target) -> Generator[httpx.Client]:
    """Asks the host of playlists and files."""
    with httpx.Client(base_url=target.stream, timeout=60, follow_redirects=True) as client:
        yield client


@pytest.fixture(scope="session")
def image(target: Target) -> Generator[httpx.Client]:
    """Asks the host of images."""
    with httpx.Client(base_url=target.image, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def make(api: httpx.Client, target: Target) -> Callable[..., Document]:
    """Make a resource that stays to the end; skips the test when the plan refuses it."""

    def create(path: str, **body: object) -> Document:
        answer = api.post(path, json=body)
        sentence = answer.text.lower()
        if answer.status_code in REFUSED and any(word in sentence for word in PLAN):
            pytest.skip(answer.text)  # what a free plan refuses is no fault
        if answer.status_code == 401 and path.startswith("/system/"):
            pytest.skip("The token has no permission for System.")  # only with a real one
        assert answer.status_code == 201, answer.text
        document = answer.json()["data"]
        if not path.endswith("/uploads"):  # which cannot be deleted
            target.made.append(f"{path}/{document['id']}")
        return document

    return create


@pytest.fixture
def brief(api: httpx.Client, target: Target) -> Generator[None]:
    """What is made from now on is deleted after the test: a plan may allow ten assets in all."""
    before = len(target.made)
    yield
    while len(target.made) > before:
        api.delete(target.made.pop())


@pytest.fixture
def create(make: Callable[..., Document], brief: None) -> Callable[..., Document]:  # noqa: ARG001 - for its effect
    """Make a resource for this test alone."""
    return make


@pytest.fixture(scope="session")
def until(target: Target) -> Callable[..., Document]:
    """What `look` returns once that is true."""

    def wait(look: Callable[[], Document | None], within: float = 120) -> Document:
        deadline = time.monotonic() + within
        while not (found := look()):
            assert time.monotonic() < deadline, f"not within {within} seconds"
            time.sleep(target.pause)  # between two looks; Mux asks for a second
        return found

    return wait


@pytest.fixture(scope="session")
def settled(api: httpx.Client, until: Callable[..., Document]) -> Callable[[str], Document]:
    """Waits until an asset is ready or errored."""

    def wait(asset_id: str) -> Document:
        def look() -> Document | None:
            asset = api.get(f"/video/v1/assets/{asset_id}").json()["data"]
            return asset if asset["status"] != "preparing" else None

        return until(look)

    return wait


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three seconds of picture and sound, 640×360: what Mux calls standard input."""
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    sources = [*counting_frames(seconds=3, size="640x360"), *tone(seconds=3)]
    return make_file(tmp_path_factory.mktemp("film") / "film.mp4", *sources, *codec).read_bytes()


@pytest.fixture(scope="session")
def send(
    api: httpx.Client, make: Callable[..., Document], target: Target
) -> Callable[..., Document]:
    """Send a file by a direct upload; returns the upload, whose asset stays to the end."""

    def put(content: bytes, **settings: object) -> Document:
        made = make("/video/v1/uploads", cors_origin="*", new_asset_settings=settings)
        answer = httpx.put(made["url"], content=content, timeout=60)
        assert answer.status_code in (200, 201), answer.text
        shown = api.get(f"/video/v1/uploads/{made['id']}").json()["data"]
        target.made.append(f"/video/v1/assets/{shown['asset_id']}")
        return shown

    return put


@pytest.fixture
def upload(send: Callable[..., Document], brief: None) -> Callable[..., Document]:  # noqa: ARG001 - for its effect
    """Send a file for this test alone."""
    return send


@pytest.fixture(scope="session")
def asset(
    film: bytes, send: Callable[..., Document], settled: Callable[[str], Document]
) -> Document:
    """A ready asset that all tests share: they must not change what others read."""
    settings = {"playback_policies": ["public", "signed"], "passthrough": "shared"}
    return settled(send(film, **settings)["asset_id"])


@pytest.fixture(scope="session")
def playback_id(asset: Document) -> str:
    """The public one of the shared asset."""
    return asset["playback_ids"][0]["id"]


@pytest.fixture(scope="session")
def live_stream(make: Callable[..., Document]) -> Document:
    """An idle live stream that all tests share."""
    return make(
        "/video/v1/live-streams",
        playback_policies=["public"],
        new_asset_settings={"playback_policies": ["public"]},
    )


@pytest.fixture(scope="session")
def missing_url(target: Target) -> str:
    """An address at which there is nothing."""
    return target.missing


@pytest.fixture(scope="session")
def subtitles_url(target: Target) -> str:
    """An address of subtitles that the target can reach."""
    return target.subtitles
