"""An encoder whose connection breaks again and again."""

import socket
from collections.abc import Callable
from pathlib import Path

import httpx

from localmux.answers import Document
from localmux.live.flv import HEADER, Tag, tags
from localmux.publisher import Publisher
from localmux.testing import Running, eventually, make_footage

FLAPS = 8
EVENTS = ["connected", "recording", "disconnected"]


def test_an_encoder_that_flaps_leaves_one_recording_and_nothing_else(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    memory: Callable[[Running], int],
    children: Callable[[Running], list[Path]],
    tmp_path: Path,
) -> None:
    process = start()
    api = connect(process)
    public = {"playback_policies": ["public"]}
    body = public | {"new_asset_settings": public, "reconnect_window": 60}
    stream = api.post("/video/v1/live-streams", json=body).json()["data"]
    path = f"/video/v1/live-streams/{stream['id']}"
    footage = make_footage(tmp_path / "footage.flv").read_bytes()
    media = [tag for tag in tags(footage[len(HEADER) :]) if tag.timestamp < 2000]

    held: list[int] = []
    for number in range(1, FLAPS + 1):
        _flap(f"{process.urls['rtmp']}/{stream['stream_key']}", media)
        eventually(lambda so_far=number: _told(api, stream["id"]).count("disconnected") == so_far)
        assert api.get(path).json()["data"]["status"] == "active"
        held.append(memory(process))
    assert held[-1] - held[1] < 20 << 20
    eventually(lambda: not children(process))

    told = _told(api, stream["id"])
    assert [one for one in told if one in EVENTS] == EVENTS * FLAPS
    assert {*told} == {"created", "active", *EVENTS}
    api.put(f"{path}/complete")
    after = api.get(path).json()["data"]
    assert (after["status"], len(after["recent_asset_ids"])) == ("idle", 1)
    asset: Document = api.get(f"/video/v1/assets/{after['recent_asset_ids'][0]}").json()["data"]
    assert asset["status"] == "ready"
    playlist = api.get(f"/stream/{asset['playback_ids'][0]['id']}/180p.m3u8").text
    assert playlist.endswith("#EXT-X-ENDLIST\n")
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == FLAPS - 1
    assert asset["duration"] > FLAPS


def _flap(url: str, media: list[Tag]) -> None:
    """Two seconds of picture and sound, and then no goodbye; all that was sent arrives."""
    with Publisher(url) as encoder:
        for tag in media:
            encoder.send(tag)
        encoder.socket.shutdown(socket.SHUT_WR)
        while encoder.socket.recv(1 << 16):
            pass


def _told(api: httpx.Client, object_id: str) -> list[str]:
    """What happened to a live stream, oldest first."""
    found = api.get("/_localmux/events", params={"object_id": object_id}).json()["data"]
    return [one["type"].rpartition(".")[2] for one in reversed(found)]
