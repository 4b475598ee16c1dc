"""The log: one ID leads from the beginning of an upload or a broadcast to its end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from localmux.testing import Encoder, eventually
from tests.broadcasting import Channel, create_channel
from tests.harness import WEBHOOK_SECRET, Person, Site


def lines(site: Site) -> list[dict[str, Any]]:
    """The log of an app with LOG_FORMAT=json; every line must parse."""
    return [json.loads(line) for line in site.app.log().splitlines()]


def story(site: Site, resource_id: str) -> list[str]:
    """What the log says about one ID, without the news from Mux that led to it."""
    told = [line["message"] for line in lines(site) if resource_id in line.values()]
    return [message for message in told if not message.startswith("webhook")]


def test_one_id_tells_the_story_of_an_upload_and_of_a_broadcast(
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    encode: Callable[[Channel], Encoder],
    clip: Path,
) -> None:
    site = start_site(LOG_FORMAT="json")
    ada = visit(site).join()
    upload = ada.create_upload(clip)
    httpx.put(upload["url"], content=clip.read_bytes()).raise_for_status()
    channel = create_channel(ada)
    key = channel.at_mux()["stream_key"]
    encoder = encode(channel)
    channel.await_live()
    encoder.crash()
    eventually(lambda: "stream reconnecting" in story(site, channel.id))
    channel.act("end")
    eventually(lambda: "recording ready" in story(site, channel.id))
    told = story(site, channel.id)
    expected = ["stream created", "stream scheduled", "encoder connected", "stream live"]
    assert [each for each in told if each in expected] == expected
    assert (
        told.index("stream live") < told.index("stream reconnecting") < told.index("stream ended")
    )
    channel.act("reset-key")
    channel.act("delete")
    assert story(site, channel.id)[-2:] == ["stream key reset", "stream deleted"]

    assert story(site, upload["id"]) == ["upload created", "upload waiting", "upload asset_created"]
    [asset] = [line["asset"] for line in lines(site) if line["message"] == "upload asset_created"]
    eventually(lambda: "video ready" in story(site, asset))
    ada.post(f"/video/{asset}/delete")
    assert story(site, asset)[-1] == "video deleted"

    log = site.app.log()
    for secret in (key, WEBHOOK_SECRET, site.mux.token[1] + '"', upload["url"].partition("?")[2]):
        assert secret
        assert secret not in log
    assert "Traceback" not in log
    [opened] = [line for line in lines(site) if line["message"] == "account opened"]
    [created] = [line for line in lines(site) if line["message"] == "upload created"]
    assert created["account"] == opened["account"]
    assert created["level"] == "INFO"


def test_for_people_the_ids_stand_at_the_end_of_the_line(
    site: Site, ada: Person, clip: Path
) -> None:
    upload = ada.create_upload(clip)
    [line] = [
        each
        for each in site.app.log().splitlines()
        if f"upload created upload={upload['id']}" in each
    ]
    assert " INFO mux-live: upload created upload=" in line
    assert " account=" in line


def test_what_is_expected_to_fail_leaves_one_line_and_no_traceback(site: Site, ada: Person) -> None:
    before = len(site.app.log())
    away = {"action": "status", "status": 500, "path": "/video/v1/*", "method": "POST"}
    with site.mux_fault(away):
        answer = ada.post("/create-upload", data={"title": "Sea", "filename": "sea.mp4"})
    assert answer.status_code == 502
    told = site.app.log()[before:]
    assert told.count("/create-upload") == 1
    assert "Traceback" not in told
