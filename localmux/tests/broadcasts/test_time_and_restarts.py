"""What time does to a broadcast, and what is left of it when localmux ends."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from localmux.answers import Document
from localmux.publisher import Publisher
from localmux.testing import Encoder, Running, eventually

type Create = Callable[..., Document]
type Encode = Callable[..., Encoder]
type Now = Callable[..., Document]
type Becomes = Callable[..., Document]
type Events = Callable[..., list[str]]
type Start = Callable[..., Running]
type Connect = Callable[[Running], httpx.Client]

END = ["live_stream.disconnected", "live_stream.idle", "asset.live_stream_completed"]


def test_the_clock_ends_broadcasts_windows_and_waiting_encoders(
    start: Start,
    connect: Connect,
    new_live_stream: Create,
    encode: Encode,
    becomes: Becomes,
    now: Now,
    events: Events,
) -> None:
    process = start()
    client = connect(process)

    def advance(seconds: int) -> None:
        assert client.put("/_localmux/time", json={"advance": seconds}).status_code == 200

    stream = new_live_stream(client, max_continuous_duration=60)
    encoder = encode(stream, process)
    first = becomes(stream, "active", client)["active_asset_id"]
    advance(61)
    assert encoder.complaint()
    becomes(stream, "idle", client)
    assert events(stream["id"], first, client=client)[-3:] == END

    encoder = encode(stream, process)
    second = becomes(stream, "active", client)["active_asset_id"]
    assert second != first
    encoder.crash()
    eventually(lambda: events(stream["id"], client=client)[-1] == "live_stream.disconnected")
    assert now(stream, client)["status"] == "active"
    advance(31)
    becomes(stream, "idle", client)

    encoder = encode(stream, process)
    becomes(stream, "active", client)
    client.put(f"/video/v1/live-streams/{stream['id']}/complete")
    assert encoder.process.poll() is None
    advance(61)
    assert encoder.complaint()


def children(of: int) -> set[Path]:
    """Linux tells the parent of each process."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[1] == str(of):
                found.add(path.parent)
    return found


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_broadcast_that_localmux_is_ended_in_is_a_recording_afterwards(
    end: str,
    tmp_path: Path,
    start: Start,
    connect: Connect,
    new_live_stream: Create,
    encode: Encode,
    now: Now,
    events: Events,
) -> None:
    process = start("--data-dir", str(tmp_path / "data"))
    client = connect(process)
    never = new_live_stream(client)
    target = {"url": "rtmp://127.0.0.1:9/app"}
    stream = new_live_stream(client, simulcast_targets=[target])
    encode(stream, process)
    eventually(lambda: now(stream, client)["status"] == "active")
    asset_id = now(stream, client)["active_asset_id"]
    test = new_live_stream(client)
    assert client.post(f"/_localmux/live-streams/{test['id']}/broadcast").status_code == 201
    with Publisher(f"{process.urls['rtmp']}/{never['stream_key']}"):
        started = eventually(lambda: len(found := children(process.process.pid)) > 2 and found)
        getattr(process, end)()
    eventually(lambda: not [path for path in started or () if path.exists()])

    again = start("--data-dir", str(tmp_path / "data"))
    client = connect(again)
    assert now(stream, client)["status"] == "idle"
    assert now(stream, client)["simulcast_targets"][0]["status"] == "idle"
    asset = now(asset_id, client)
    assert (asset["status"], asset["progress"]["state"]) == ("ready", "completed")
    assert asset["duration"] > 0
    assert events(stream["id"], asset_id, client=client)[-3:] == END
    nothing = now(now(never, client)["recent_asset_ids"][0], client)
    assert (now(never, client)["status"], nothing["status"]) == ("idle", "errored")

    encode(stream, again)
    eventually(lambda: now(stream, client).get("active_asset_id", asset_id) != asset_id)
