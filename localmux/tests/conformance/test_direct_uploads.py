"""Rules of direct uploads: their life, and the protocol of the upload host."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document

type Create = Callable[..., Document]
PATH = "/video/v1/uploads"
STEP = 256 * 1024  # bytes; every chunk but the last is a multiple of it


@pytest.fixture
def waiting(create: Create) -> Document:
    """An upload to which nothing was sent."""
    return create(PATH, cors_origin="https://example.com", timeout=600)


def shown(api: httpx.Client, upload: Document) -> Document:
    return api.get(f"{PATH}/{upload['id']}").json()["data"]


def test_a_new_upload_waits_at_a_url(waiting: Document) -> None:
    assert waiting["status"] == "waiting"
    assert waiting["timeout"] == 600
    assert waiting["cors_origin"] == "https://example.com"
    assert waiting["url"].startswith("http")
    assert "asset_id" not in waiting


def test_a_timeout_out_of_range_is_400(api: httpx.Client) -> None:
    answer = api.post(PATH, json={"cors_origin": "*", "timeout": 59})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_parameters"


def test_the_singular_policy_is_shown_in_the_plural(create: Create) -> None:
    made = create(PATH, cors_origin="*", new_asset_settings={"playback_policy": ["public"]})
    assert made["new_asset_settings"]["playback_policies"] == ["public"]


def test_a_cancelled_upload_has_no_url_and_stays_cancelled(
    api: httpx.Client, waiting: Document
) -> None:
    answer = api.put(f"{PATH}/{waiting['id']}/cancel")
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "cancelled"
    assert "url" not in shown(api, waiting)
    assert api.put(f"{PATH}/{waiting['id']}/cancel").status_code == 403


def test_a_whole_file_makes_an_asset(
    api: httpx.Client, upload: Callable[..., Document], film: bytes
) -> None:
    done = upload(film, playback_policies=["public"], passthrough="whole")
    assert done["status"] == "asset_created"
    assert "url" not in done
    asset = api.get(f"/video/v1/assets/{done['asset_id']}").json()["data"]
    assert asset["upload_id"] == done["id"]
    assert asset["passthrough"] == "whole"
    assert asset["ingest_type"] == "on_demand_direct_upload"
    found = api.get("/video/v1/assets", params={"upload_id": done["id"]}).json()["data"]
    assert [one["id"] for one in found] == [asset["id"]]


def test_chunks_are_308_with_the_range_received_until_the_last(
    api: httpx.Client, create: Create, film: bytes
) -> None:
    content = film + bytes(STEP)  # MP4 readers pass over what follows
    made = create(PATH, cors_origin="*", new_asset_settings={})
    first = f"bytes 0-{STEP - 1}/{len(content)}"
    answer = httpx.put(made["url"], content=content[:STEP], headers={"content-range": first})
    assert answer.status_code == 308
    assert answer.headers["range"] == f"bytes=0-{STEP - 1}"
    assert shown(api, made)["status"] == "waiting"
    rest = f"bytes {STEP}-{len(content) - 1}/{len(content)}"
    answer = httpx.put(made["url"], content=content[STEP:], headers={"content-range": rest})
    assert answer.status_code in (200, 201)
    done = shown(api, made)
    assert done["status"] == "asset_created"
    api.delete(f"/video/v1/assets/{done['asset_id']}")


def test_the_upload_host_lets_the_page_of_cors_origin_send(waiting: Document) -> None:
    asked = {
        "origin": "https://example.com",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-range,content-type",
    }
    answer = httpx.options(waiting["url"], headers=asked)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] in ("https://example.com", "*")
    assert "PUT" in answer.headers["access-control-allow-methods"]


def test_a_file_that_is_no_video_makes_an_errored_asset(
    upload: Callable[..., Document], settled: Callable[[str], Document]
) -> None:
    asset = settled(upload(b"This is no video.")["asset_id"])
    assert asset["status"] == "errored"
    assert asset["errors"]["type"]
    assert asset["errors"]["messages"]
