"""A file that goes away while it is asked for, as when its asset is deleted."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message

from localmux.media_file import MediaFile

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/0.ts",
    "headers": [],
    "asgi": {"spec_version": "2.4"},
}


async def never() -> Message:
    await asyncio.Event().wait()
    return {}


def answer(path: Path, *, deleted_after: int) -> list[Message]:
    """What is sent of a file that is deleted after so many messages."""
    sent: list[Message] = []
    delete = path.unlink

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == deleted_after:
            delete()

    asyncio.run(MediaFile(path)(SCOPE, never, send))
    return sent


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    path = tmp_path / "0.ts"
    path.write_bytes(b"x" * 200_000)
    return path


def test_a_file_that_is_gone_is_404(segment: Path) -> None:
    segment.unlink()
    assert answer(segment, deleted_after=0)[0]["status"] == 404


def test_a_file_deleted_before_its_first_byte_ends_without_a_failure(segment: Path) -> None:
    sent = answer(segment, deleted_after=1)
    assert [message["type"] for message in sent] == ["http.response.start"]


def test_a_file_deleted_after_its_first_byte_is_sent_whole(segment: Path) -> None:
    sent = answer(segment, deleted_after=2)
    assert sum(len(message.get("body", b"")) for message in sent) == 200_000
