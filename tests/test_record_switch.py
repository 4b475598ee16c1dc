"""The record switch in real broadcasts: what stays is what was broadcast with the switch on."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from localmux.live.flv import Tag
from localmux.live.testing import PacedPublisher
from localmux.testing import Encoder, eventually
from tests.broadcasting import Channel, create_channel
from tests.harness import Person, Site

type Recordings = list[dict[str, Any]]

SECONDS_OFF = 2.0
SECONDS_ON = 3.0


def broadcast_in_parts(channel: Channel, media: list[Tag]) -> list[float]:
    """Broadcast with the switch on, off and on; returns how long it was on each time."""
    with PacedPublisher(channel.ingest, media, rounds=20) as publisher:
        channel.await_live()
        first = time.time() - publisher.began
        channel.act("record")
        assert "Recording is off" in channel.host.get(f"{channel.path}/studio").text
        off = time.monotonic()
        eventually(lambda: time.monotonic() > off + SECONDS_OFF)
        on = time.monotonic()
        channel.act("record", record="on")
        eventually(lambda: time.monotonic() > on + SECONDS_ON)
        channel.act("end")
        return [first, time.monotonic() - on]


def parts_only(channel: Channel) -> Recordings:
    """What Mux has, once it is nothing but finished parts."""
    found = channel.recordings()
    done = all("source_asset_id" in each and each["status"] == "ready" for each in found)
    return found if done else []


def expect_parts(channel: Channel, lengths: list[float]) -> None:
    parts = eventually(lambda: parts_only(channel), within=40)
    assert [each["duration"] for each in parts] == pytest.approx(lengths, abs=1)
    assert {each["meta"]["title"] for each in parts} == {"Evening concert"}
    page = eventually(
        lambda: page if "Processing" not in (page := channel.host.get(channel.path).text) else ""
    )
    assert page.count('class="card"') == len(parts)
    for each in parts:
        assert f"/video/{each['id']}" in page


def test_a_broadcast_with_the_switch_on_is_kept_whole(
    channel: Channel, encode: Callable[..., Encoder]
) -> None:
    encode(channel)
    channel.await_live()
    channel.act("end")
    channel.await_page("Watch the recording")
    (whole,) = channel.recordings()
    assert whole["status"] == "ready"
    assert f"/video/{whole['id']}" in channel.host.get(channel.path).text


def test_a_broadcast_with_the_switch_off_is_deleted(
    channel: Channel, encode: Callable[..., Encoder]
) -> None:
    channel.act("record")
    encode(channel)
    channel.await_live()
    channel.await_mark()
    channel.act("end")
    eventually(lambda: channel.recordings() == [])
    page = channel.host.get(channel.path).text
    assert "Thank you for watching." in page
    assert 'class="card"' not in page


def test_on_off_and_on_again_leaves_two_clips_for_the_same_people(
    ada: Person, media: list[Tag]
) -> None:
    channel = create_channel(ada, visibility="signup")
    expect_parts(channel, broadcast_in_parts(channel, media))
    for clip in channel.recordings():
        assert [each["policy"] for each in clip["playback_ids"]] == ["signed"]
        assert json.loads(clip["passthrough"])["see"] == "signup"


def test_what_mux_refuses_to_cut_is_kept_whole(
    site: Site, channel: Channel, media: list[Tag]
) -> None:
    refusal = {"action": "status", "status": 400, "method": "POST", "path": "/video/v1/assets"}
    with site.mux_fault(refusal):
        broadcast_in_parts(channel, media)
        channel.await_page("Watch the recording")
    (whole,) = channel.recordings()
    assert "source_asset_id" not in whole


def test_an_app_killed_while_it_cuts_goes_on_and_does_nothing_twice(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], media: list[Tag]
) -> None:
    site = start_site()
    channel = create_channel(visit(site).join())
    # The whole is left for when the parts are there.
    failure = {"action": "status", "status": 503, "method": "DELETE", "path": "/video/v1/assets/*"}
    with site.mux_fault(failure):
        lengths = broadcast_in_parts(channel, media)
        eventually(lambda: len(channel.recordings()) == 3, within=30)
        site.app.kill()
    site.app.start()
    expect_parts(channel, lengths)

    def story() -> list[str]:
        told = [line for line in site.app.log().splitlines() if channel.id in line]
        steps = ("clip made", "recording settled")
        return [step for line in told for step in steps if step in line]

    eventually(lambda: story() == ["clip made", "clip made", "recording settled"])
