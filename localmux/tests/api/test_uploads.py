"""/video/v1/uploads by plain HTTP."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running

type NewUpload = Callable[..., Document]


def test_a_new_upload_waits_and_has_a_url(api: httpx.Client, localmux: Running) -> None:
    body = {"cors_origin": "http://app.example", "new_asset_settings": {"passthrough": "x"}}
    answer = api.post("/video/v1/uploads", json=body)
    assert answer.status_code == 201
    upload = answer.json()["data"]
    assert upload.pop("url").startswith(f"{localmux.urls['upload']}/{upload['id']}?token=")
    assert upload == {"id": upload["id"], "status": "waiting", "timeout": 3600, **body}


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ({"playback_policy": "public"}, {"playback_policies": ["public"]}),
        ({"playback_policy": ["signed"]}, {"playback_policies": ["signed"]}),
        ({"playback_policies": "public"}, {"playback_policies": ["public"]}),
        (
            {"advanced_playback_policies": [{"policy": "signed"}]},
            {"playback_policies": ["signed"]},
        ),
        ({"encoding_tier": "smart"}, {"video_quality": "plus"}),
        ({"input": [{"name": "x"}]}, {"inputs": [{"name": "x"}]}),
        ({"unknown": 1, "passthrough": None}, None),
    ],
)
def test_settings_are_echoed_in_the_plural(
    new_upload: NewUpload, sent: Document, echoed: Document | None
) -> None:
    assert new_upload(new_asset_settings=sent).get("new_asset_settings") == echoed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"timeout": 59}, "timeout"),
        ({"timeout": 604_801}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": 60.5}, "timeout"),
        ({"cors_origin": 5}, "cors_origin"),
        ({"test": "yes"}, "test"),
        ({"new_asset_settings": []}, "new_asset_settings"),
        ({"new_asset_settings": {"playback_policy": "open"}}, "playback_policy"),
        ({"new_asset_settings": {"playback_policies": [1]}}, "playback_policies"),
        ({"new_asset_settings": {"playback_policies": ["drm"]}}, "playback_policies"),
        ({"new_asset_settings": {"passthrough": "x" * 256}}, "passthrough"),
        ({"new_asset_settings": {"meta": {"title": "é" * 513}}}, "meta.title"),
        ({"new_asset_settings": {"meta": {"creator_id": "x" * 129}}}, "meta.creator_id"),
        ({"new_asset_settings": {"video_quality": "best"}}, "video_quality"),
        ({"new_asset_settings": {"max_resolution_tier": "720p"}}, "max_resolution_tier"),
        ({"new_asset_settings": {"inputs": ["x"]}}, "inputs"),
    ],
)
def test_a_wrong_field_is_400_and_named(api: httpx.Client, body: Document, field: str) -> None:
    answer = api.post("/video/v1/uploads", json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["type"] == "invalid_parameters"
    assert field in error["messages"][0]


def test_the_longest_allowed_texts_pass(new_upload: NewUpload) -> None:
    settings = {"passthrough": "é" * 255, "meta": {"title": "語" * 512, "external_id": "x" * 128}}
    assert new_upload(new_asset_settings=settings)["new_asset_settings"] == settings


def test_a_waiting_upload_can_be_cancelled_once(api: httpx.Client, new_upload: NewUpload) -> None:
    path = f"/video/v1/uploads/{new_upload()['id']}/cancel"
    answer = api.put(path)
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "cancelled"
    assert "url" not in answer.json()["data"]
    again = api.put(path)
    assert again.status_code == 403
    assert "cancelled" in again.json()["error"]["messages"][0]


def test_uploads_are_listed_newest_first_by_page(
    start: Callable[..., Running],
    connect: Callable[[Running], httpx.Client],
    new_upload: NewUpload,
) -> None:
    api = connect(start())
    made = [new_upload(api)["id"] for _ in range(5)]

    def listed(**query: int) -> list[str]:
        answer = api.get("/video/v1/uploads", params=query)
        return [upload["id"] for upload in answer.json()["data"]]

    assert listed() == made[::-1]
    assert listed(limit=2) == made[:2:-1]
    assert listed(limit=2, page=3) == made[:1]
    assert listed(limit=2, page=4) == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=ten", "page=0", "page=-1", "limit=%C2%B2"]
)
def test_a_page_that_cannot_be_is_400(api: httpx.Client, query: str) -> None:
    assert api.get(f"/video/v1/uploads?{query}").status_code == 400
