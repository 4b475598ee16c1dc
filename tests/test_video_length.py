"""An upload that turns out longer than allowed is deleted, and its uploader reads why."""

from collections.abc import Callable
from pathlib import Path

import httpx

from localmux.testing import eventually
from tests.harness import Person, Site


def test_a_video_longer_than_allowed_is_deleted_and_its_uploader_told(
    start_site: Callable[..., Site],
    visit: Callable[[Site], Person],
    make_video: Callable[..., Path],
    clip: Path,
) -> None:
    site = start_site(MAX_VIDEO_MINUTES="1")
    ada, bob = visit(site).join(), visit(site).join()
    long = make_video("long.mp4", seconds=120, size="64x36", bit_rate="60k")
    upload = ada.create_upload(long, title="A long day")
    httpx.put(upload["url"], content=long.read_bytes(), timeout=20).raise_for_status()
    sentence = "It is 2 minutes long. A video may have up to 1 minute, so it was not kept."
    eventually(lambda: sentence in ada.get(upload["page"]).text)
    eventually(lambda: site.mux_api("GET", "/video/v1/assets").json()["data"] == [])
    eventually(lambda: site.app.log().count("video too long, deleted asset=") == 1)
    assert sentence in ada.get("/account").text
    assert "A long day" not in bob.get("/videos").text
    assert bob.get(upload["page"]).status_code == 403
    assert ada.upload(clip, title="A short day").startswith("/video/")
