"""Live streams as their host sees them: real encoders publish to a real localmux."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Encoder, Running, eventually, make_footage

type Client = httpx.Client


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_footage(tmp_path_factory.mktemp("footage") / "footage.flv")


type Encode = Callable[..., Encoder]


@pytest.fixture
def encode(footage: Path, localmux: Running) -> Generator[Encode]:
    """Starts an encoder with the key of a live stream; all are gone after the test."""
    with ExitStack() as stack:

        def begin(stream: Document, to: Running = localmux) -> Encoder:
            encoder = Encoder(footage, f"{to.urls['rtmp']}/{stream['stream_key']}")
            stack.callback(encoder.crash)
            return encoder

        yield begin


@pytest.fixture
def new_live_stream(api: Client) -> Callable[..., Document]:
    """Creates a live stream with public playback, also of its recordings."""

    def create(client: Client = api, **fields: object) -> Document:
        public = {"playback_policies": ["public"]}
        body = {"new_asset_settings": public, "reconnect_window": 30} | public | fields
        answer = client.post("/video/v1/live-streams", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    return create


@pytest.fixture
def now(api: Client) -> Callable[..., Document]:
    """A live stream or an asset as the API shows it at this moment."""

    def get(resource: Document | str, client: Client = api) -> Document:
        if isinstance(resource, str):
            return client.get(f"/video/v1/assets/{resource}").json()["data"]
        return client.get(f"/video/v1/live-streams/{resource['id']}").json()["data"]

    return get


@pytest.fixture
def becomes(now: Callable[..., Document]) -> Callable[..., Document]:
    """Waits until a live stream has a status, and returns it."""

    def wait(stream: Document, status: str, *client: Client) -> Document:
        return eventually(
            lambda: (seen := now(stream, *client))["status"] == status and seen
        ) or pytest.fail(status)

    return wait


@pytest.fixture
def events(api: Client) -> Callable[..., list[str]]:
    """The names of everything told about these resources, oldest first, without `video.`."""

    def names(*ids: str, client: Client = api) -> list[str]:
        found = client.get("/_localmux/events").json()["data"]
        return [
            one["type"].removeprefix("video.")
            for one in reversed(found)
            if one["object"]["id"] in ids
        ]

    return names
