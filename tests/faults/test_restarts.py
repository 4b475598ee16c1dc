"""The app killed in the middle of everything: it comes back to what Mux has, within ten seconds."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from localmux.testing import Encoder, eventually
from tests.broadcasting import LIVE, Channel, create_channel
from tests.harness import Person, Site

WITHIN = 10.0  # seconds, after it serves again


def test_killed_while_live_uploading_and_preparing(
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    encode: Callable[[Channel], Encoder],
    clip: Path,
) -> None:
    site = start_site()
    ada = visit(site).join()
    channel = create_channel(ada)
    channel.set_window(1)
    encoder = encode(channel)
    half_sent, preparing = ada.create_upload(clip), ada.create_upload(clip)
    channel.await_live()
    site.control("PUT", "/time", json={"ready_after": 3}).raise_for_status()
    # The app must come to the truth by asking, not because Mux tells it again.
    with site.mux_fault({"stage": "webhook", "action": "drop"}):
        httpx.put(preparing["url"], content=clip.read_bytes()).raise_for_status()
        site.app.kill()
        encoder.stop()
        eventually(lambda: channel.at_mux()["status"] == "idle", within=40)
        httpx.put(half_sent["url"], content=clip.read_bytes()).raise_for_status()
        begun = time.monotonic()
        site.app.start()
        eventually(lambda: LIVE not in ada.get(channel.path).text, WITHIN)
        for upload in (half_sent, preparing):
            eventually(lambda page=upload["page"]: "is ready" in ada.get(page).text, WITHIN)
        assert time.monotonic() - begun < 2 * WITHIN
    again = encode(channel)
    channel.await_live()
    site.app.kill()
    site.app.start()
    eventually(lambda: LIVE in ada.get(channel.path).text, WITHIN)
    again.stop()
