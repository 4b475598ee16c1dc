"""Coming to the truth without being told: webhooks lost, Mux away, the app restarted."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from localmux.testing import eventually
from tests.harness import Person, Site, a_site


def lose_webhooks(site: Site) -> None:
    fault = {"stage": "webhook", "action": "drop"}
    assert site.control("POST", "/faults", json=fault).status_code == 201


@pytest.fixture(scope="module")
def deaf() -> Generator[Site]:
    """A site that no webhook ever reaches."""
    with a_site() as site:
        lose_webhooks(site)
        yield site


def test_without_any_webhook_an_upload_still_becomes_a_video(
    deaf: Site, visit: Callable[[Site], Person], clip: Path
) -> None:
    ada = visit(deaf).join()
    upload = ada.create_upload(clip)
    httpx.put(upload["url"], content=clip.read_bytes())
    begun = time.monotonic()
    eventually(lambda: "/video/" in ada.get(upload["page"]).text, within=20)
    assert time.monotonic() - begun < 15


def test_without_any_webhook_a_failure_is_still_shown(
    deaf: Site, visit: Callable[[Site], Person], not_a_video: Path
) -> None:
    ada = visit(deaf).join()
    upload = ada.create_upload(not_a_video)
    httpx.put(upload["url"], content=not_a_video.read_bytes())
    eventually(lambda: "could not be made playable" in ada.get(upload["page"]).text, within=20)


def test_a_restarted_app_has_its_videos_and_uploads_back(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    video = ada.upload(clip, title="Kept")
    waiting = ada.create_upload(clip, title="Half way")
    site.app.kill()
    site.app.start()
    assert "Kept" in visit(site).get("/videos").text
    assert "Half way" in ada.get("/account").text
    assert f"clip.mp4 ({clip.stat().st_size / 1e6:,.1f} MB)" in ada.get(waiting["page"]).text
    assert "Delete for ever" in ada.get(video).text
    assert httpx.put(waiting["url"], content=clip.read_bytes()).is_success
    eventually(lambda: "/video/" in ada.get(waiting["page"]).text)


def test_what_happened_while_the_app_was_away_is_found_at_the_start(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    deleted = ada.upload(clip, title="Deleted meanwhile")
    finished = ada.create_upload(clip, title="Finished meanwhile")
    site.app.kill()
    site.mux_api("DELETE", f"/video/v1/assets/{deleted.rpartition('/')[2]}")
    httpx.put(finished["url"], content=clip.read_bytes())
    site.app.start()
    eventually(lambda: "Finished meanwhile" in ada.get("/videos").text)
    assert ada.get(deleted).status_code == 404


def test_an_app_that_starts_while_mux_is_away_serves_and_catches_up(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    video = ada.upload(clip, title="Low tide")
    site.app.kill()
    away = {"action": "status", "status": 503, "path": "/video/v1/*"}
    fault = site.control("POST", "/faults", json=away).json()["data"]
    site.app.start()
    assert "still fetching its videos" in ada.get("/videos").text
    assert ada.get(video).status_code == 503
    refused = ada.post("/create-upload", data={"title": "Sea", "filename": "sea.mp4"})
    assert refused.status_code == 502
    assert "has a problem of its own" in refused.text
    site.control("DELETE", f"/faults/{fault['id']}")
    eventually(lambda: "Low tide" in ada.get("/videos").text, within=20)
    assert "could not ask Mux for news: " in site.app.log()
    assert "Traceback" not in site.app.log()


def test_a_gallery_of_more_than_one_page_at_mux_comes_back_whole(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    ada.upload(clip, title="Original")
    [asset] = site.mux_api("GET", "/video/v1/assets").json()["data"]
    settings = {"playback_policies": ["public"], "passthrough": asset["passthrough"]}
    copy = settings | {"inputs": [{"url": f"{site.mux.urls['api']}/nowhere.mp4"}]}
    for _ in range(120):
        site.mux_api("POST", "/video/v1/assets", json=copy)
    site.app.kill()
    site.app.start()
    last = eventually(lambda: ada.get("/videos?page=11").text.count("<article"), within=20)
    assert last == 1
    assert "Page 11 of 11" in ada.get("/videos?page=11").text
