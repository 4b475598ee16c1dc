"""Webhooks late, lost, doubled, shuffled, replayed or too many: the state is the same."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from inbox import WAITING, Inbox
from localmux.testing import Encoder
from store import Store
from tests.broadcasting import Channel
from tests.harness import Person, Site
from tests.test_webhooks import BODY, send, signed


def event(number: int) -> dict[str, Any]:
    return {"type": "video.asset.updated", "id": f"many{number}", "data": {"id": f"asset{number}"}}


@pytest.mark.parametrize(
    "disorder",
    [
        {"action": "drop", "probability": 0.5},
        {"action": "double"},
        {"action": "shuffle", "seconds": 1},
        {"action": "delay", "seconds": 180},
    ],
    ids=lambda fault: fault["action"],
)
def test_an_upload_becomes_a_video(
    site: Site, ada: Person, clip: Path, disorder: dict[str, Any]
) -> None:
    with site.mux_fault({"stage": "webhook"} | disorder):
        begun = time.monotonic()
        assert "hls-player" in ada.get(ada.upload(clip)).text
        assert time.monotonic() - begun < 15


def test_without_any_webhook_a_broadcast_is_seen_to_begin(
    site: Site, channel: Channel, encode: Callable[[Channel], Encoder]
) -> None:
    with (
        site.mux_fault({"stage": "webhook", "action": "drop"}),
        channel.host.stream("GET", f"{channel.path}/events"),
    ):
        encode(channel)
        channel.await_live()


def test_a_replayed_event_is_refused(site: Site) -> None:
    answer = send(site, BODY, signed(BODY, at=time.time() - 301))
    assert answer.status_code == 403
    assert "more than five minutes old" in answer.text


def test_the_answer_comes_at_once_while_every_call_to_mux_hangs(site: Site) -> None:
    seconds = []
    with (
        site.mux_fault({"action": "delay", "seconds": 30, "path": "/video/v1/*"}),
        httpx.Client() as mux,
    ):
        for number in range(30):
            body = json.dumps(event(number)).encode()
            header = {"Mux-Signature": signed(body)}
            begun = time.monotonic()
            answer = mux.post(f"{site.url}/webhooks/mux", content=body, headers=header)
            seconds.append(time.monotonic() - begun)
            assert answer.status_code == 200
    # Of a machine that is busy with other tests the slowest answers tell nothing.
    assert statistics.median(seconds) < 0.1


def test_more_than_can_wait_is_left_for_mux_to_send_again() -> None:
    async def scenario() -> None:
        inbox = Inbox(Store(), cast("Any", None))
        for number in range(WAITING):
            inbox.put(event(number))
        for _ in range(2):  # the second time it must not count as known
            with pytest.raises(asyncio.QueueFull):
                inbox.put(event(WAITING))

    asyncio.run(scenario())
