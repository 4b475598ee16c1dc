"""The upload protocol against a model: whatever is sent in whatever order, the bytes are right."""

import hashlib
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localmux.content_range import BadRange, ContentRange
from localmux.testing import Running, eventually, running

CHUNK = 256 << 10
CONTENT = b"".join(hashlib.sha512(number.to_bytes(4)).digest() for number in range(24 << 10))

steps = st.tuples(
    st.sampled_from(["chunk", "overlap", "gap", "query", "odd", "short"]),
    st.integers(0, 2),  # chunks before or after the place where the model expects the next
    st.integers(1, 2),  # length in chunks
    st.booleans(),  # whether the total is said
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def process(folder: Path) -> Generator[Running]:
    with running("--data-dir", str(folder)) as one:
        yield one


@pytest.fixture(scope="module")
def client(process: Running) -> Generator[httpx.Client]:
    with httpx.Client(base_url=process.urls["api"], auth=process.token, timeout=20) as one:
        yield one


class Model:
    """What an upload must answer, told by how many bytes it must hold."""

    def __init__(self, client: httpx.Client, tail: int) -> None:
        self.client = client
        self.content = CONTENT[: len(CONTENT) - CHUNK + tail]
        self.upload = client.post("/video/v1/uploads", json={}).json()["data"]
        self.held = 0

    def put(self, first: int, length: int, total: int | str, body: bytes | None = None) -> int:
        sent = self.content[first : first + length] if body is None else body
        span = f"bytes {first}-{first + length - 1}/{total}" if length else f"bytes */{total}"
        answer = self.client.put(self.upload["url"], content=sent, headers={"Content-Range": span})
        if answer.status_code == 308:
            expected = f"bytes=0-{self.held - 1}" if self.held else None
            assert answer.headers.get("range") == expected
        return answer.status_code

    def step(self, kind: str, shift: int, chunks: int, *, told: bool) -> None:
        total = len(self.content) if told else "*"
        here = self.held // CHUNK * CHUNK
        if kind == "query":
            assert self.put(0, 0, total) == 308
        elif kind == "odd":
            assert self.put(self.held, 1000, "*") == 400
        elif kind == "short":
            assert self.put(self.held, CHUNK, total, b"short") == 400
        elif kind == "gap":
            assert self.put(self.held + 1 + shift, CHUNK, "*") == 400
        else:
            first = max(0, here - shift * CHUNK) if kind == "overlap" else self.held
            length = min(chunks, (len(self.content) - 1 - first) // CHUNK) * CHUNK
            if length:
                self.held = max(self.held, first + length)
                assert self.put(first, length, total) == 308

    def finish(self) -> str:
        """Send the rest; returns the asset's id."""
        total = len(self.content)
        assert self.put(self.held, total - self.held, total) == 200
        assert self.put(0, 0, total) == 200
        path = f"/video/v1/uploads/{self.upload['id']}"
        return self.client.get(path).json()["data"]["asset_id"]


@settings(max_examples=25, deadline=None)
@given(taken=st.lists(steps, max_size=12), tail=st.integers(1, CHUNK))
def test_whatever_is_sent_the_file_is_right(
    client: httpx.Client, folder: Path, taken: list[tuple[str, int, int, bool]], tail: int
) -> None:
    model = Model(client, tail)
    for kind, shift, chunks, told in taken:
        model.step(kind, shift, chunks, told=told)
    asset_id = model.finish()
    source = folder / "assets" / asset_id / "source"
    eventually(source.exists)
    assert source.read_bytes() == model.content
    client.delete(f"/video/v1/assets/{asset_id}")


@given(header=st.text(max_size=40) | st.from_regex(r"bytes [0-9*]{1,25}-?[0-9]{0,25}/[0-9*]{1,25}"))
def test_a_content_range_is_understood_or_refused(header: str) -> None:
    try:
        chunk = ContentRange.parse(header)
    except BadRange:
        return
    if chunk.first is not None and chunk.last is not None:
        assert 0 <= chunk.first <= chunk.last
        assert chunk.total is None or chunk.last < chunk.total
    else:
        assert chunk.length == 0


@settings(max_examples=40, deadline=None)
@given(header=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_header_upsets_the_upload_host(client: httpx.Client, header: str) -> None:
    upload = client.post("/video/v1/uploads", json={}).json()["data"]
    answer = client.put(upload["url"], content=b"x", headers={"Content-Range": header})
    assert answer.status_code in (200, 308, 400)
