"""Rules of static renditions and of master access: real files of the whole asset."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document

type Until = Callable[..., Document]
PATH = "/video/v1/assets"


@pytest.fixture(scope="module")
def downloads(
    film: bytes,
    send: Callable[..., Document],
    settled: Callable[[str], Document],
    until: Until,
    api: httpx.Client,
) -> Document:
    """An asset with two static renditions, once they are ready."""
    wanted = [{"resolution": "highest", "passthrough": "best"}, {"resolution": "audio-only"}]
    sent = send(film, playback_policies=["public"], static_renditions=wanted)
    asset_id = settled(sent["asset_id"])["id"]

    def look() -> Document | None:
        found = api.get(f"{PATH}/{asset_id}").json()["data"]
        statuses = {one["status"] for one in found["static_renditions"]["files"]}
        return found if "preparing" not in statuses else None

    return until(look)


def test_renditions_of_the_settings_are_made(downloads: Document) -> None:
    files = {one["name"]: one for one in downloads["static_renditions"]["files"]}
    assert files.keys() == {"highest.mp4", "audio.m4a"}
    best = files["highest.mp4"]
    assert (best["status"], best["type"], best["resolution"]) == ("ready", "standard", "highest")
    assert (best["width"], best["height"], best["ext"]) == (640, 360, "mp4")
    assert best["passthrough"] == "best"
    assert int(best["filesize"]) > 0
    assert best["bitrate"] > 0
    assert "width" not in files["audio.m4a"]


@pytest.mark.parametrize("name", ["highest.mp4", "audio.m4a"])
def test_files_are_served_whole_in_parts_and_for_download(
    stream: httpx.Client, downloads: Document, name: str
) -> None:
    path = f"{downloads['playback_ids'][0]['id']}/{name}"
    whole = stream.get(path)
    assert whole.status_code == 200
    assert whole.content[4:8] == b"ftyp"
    sizes = {one["name"]: one["filesize"] for one in downloads["static_renditions"]["files"]}
    assert len(whole.content) == int(sizes[name])
    part = stream.get(path, headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == whole.content[10:20]
    saved = stream.get(path, params={"download": "holiday"})
    disposition = saved.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "holiday" in disposition


def test_a_rendition_above_the_asset_is_skipped(
    api: httpx.Client, asset: Document, until: Until
) -> None:
    path = f"{PATH}/{asset['id']}/static-renditions"
    answer = api.post(path, json={"resolution": "1080p"})
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert (made["name"], made["type"], made["status"]) == ("1080p.mp4", "advanced", "preparing")

    def look() -> Document | None:
        files = api.get(f"{PATH}/{asset['id']}").json()["data"]["static_renditions"]["files"]
        found = next(one for one in files if one["id"] == made["id"])
        return found if found["status"] != "preparing" else None

    assert until(look)["status"] == "skipped"
    assert api.delete(f"{path}/{made['id']}").status_code == 204
    assert api.delete(f"{path}/{made['id']}").status_code == 404


def test_a_deleted_rendition_is_gone(
    api: httpx.Client,
    stream: httpx.Client,
    film: bytes,
    upload: Callable[..., Document],
    settled: Callable[[str], Document],
) -> None:
    made = settled(upload(film, playback_policies=["public"])["asset_id"])
    path = f"{PATH}/{made['id']}/static-renditions"
    file = api.post(path, json={"resolution": "audio-only"}).json()["data"]
    assert api.delete(f"{path}/{file['id']}").status_code == 204
    assert "static_renditions" not in api.get(f"{PATH}/{made['id']}").json()["data"]
    assert stream.get(f"{made['playback_ids'][0]['id']}/audio.m4a").status_code == 404


def test_the_old_and_the_new_setting_exclude_each_other(
    api: httpx.Client, downloads: Document
) -> None:
    body = {"mp4_support": "capped-1080p"}
    answer = api.put(f"{PATH}/{downloads['id']}/mp4-support", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_parameters"


def test_an_unknown_resolution_is_400(api: httpx.Client, asset: Document) -> None:
    path = f"{PATH}/{asset['id']}/static-renditions"
    for body in ({}, {"resolution": "8k"}):
        assert api.post(path, json=body).status_code == 400


def test_a_master_can_be_fetched_while_access_is_given(
    api: httpx.Client, asset: Document, until: Until
) -> None:
    path = f"{PATH}/{asset['id']}"
    answer = api.put(f"{path}/master-access", json={"master_access": "temporary"})
    assert answer.status_code == 200
    assert answer.json()["data"]["master_access"] == "temporary"
    assert answer.json()["data"]["master"]["status"] in ("preparing", "ready")

    def look() -> Document | None:
        master = api.get(path).json()["data"]["master"]
        return master if master["status"] != "preparing" else None

    url = until(look)["url"]
    content = httpx.get(url, timeout=60, follow_redirects=True).content
    assert content[4:8] == b"ftyp"
    ended = api.put(f"{path}/master-access", json={"master_access": "none"}).json()["data"]
    assert ended["master_access"] == "none"
    assert "master" not in ended
