"""Everything killed at once, in the middle of it all: nothing that was kept may be lost."""

from collections.abc import Callable
from pathlib import Path

import httpx

from localmux.testing import eventually, running
from tests.harness import WEBHOOK_SECRET, Person, Site, free_port

UNIT = 262_144  # bytes; every chunk of an upload but the last is a multiple of it


def test_a_power_cut_loses_neither_videos_nor_uploads_nor_sessions(
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    make_video: Callable[..., Path],
    tmp_path: Path,
) -> None:
    clip = make_video("cut.mp4", seconds=2, bit_rate="2M")
    size, place = clip.stat().st_size, ("--port", str(free_port()), "--data-dir", str(tmp_path))
    site = start_site(*place)
    ada = visit(site).join("Ada")
    video = ada.upload(clip, title="Already here")
    upload = ada.create_upload(clip, title="Half sent")
    first_part = clip.read_bytes()[:UNIT]
    header = {"content-range": f"bytes 0-{UNIT - 1}/{size}"}
    assert httpx.put(upload["url"], content=first_part, headers=header).status_code == 308

    site.app.kill()
    site.mux.kill()
    webhook = ("--webhook-url", f"{site.url}/webhooks/mux", "--webhook-secret", WEBHOOK_SECRET)
    with running(*place, *webhook):
        site.app.start()
        assert "Hello, Ada" in eventually(lambda: ada.get("/account")).text
        eventually(lambda: "<hls-player" in ada.get(video).text)
        assert "Half sent" in ada.get(upload["page"]).text
        known = httpx.put(upload["url"], headers={"content-range": f"bytes */{size}"})
        assert known.headers["range"] == f"bytes=0-{UNIT - 1}"
        header = {"content-range": f"bytes {UNIT}-{size - 1}/{size}"}
        rest = httpx.put(upload["url"], content=clip.read_bytes()[UNIT:], headers=header)
        assert rest.is_success
        eventually(lambda: "Your video is ready." in ada.get(upload["page"]).text)
