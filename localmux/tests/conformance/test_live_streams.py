"""Rules of live streams as resources; what encoders do is not for HTTP to say."""

import re
from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document

type Create = Callable[..., Document]
PATH = "/video/v1/live-streams"


@pytest.fixture
def own(create: Create) -> Document:
    """A live stream that a test may change."""
    return create(PATH, playback_policies=["public"], new_asset_settings={})


def shown(api: httpx.Client, stream: Document) -> Document:
    return api.get(f"{PATH}/{stream['id']}").json()["data"]


def test_a_new_live_stream_is_idle_with_a_key_and_mux_defaults(live_stream: Document) -> None:
    assert live_stream["status"] == "idle"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", live_stream["stream_key"])
    assert live_stream["latency_mode"] == "standard"
    assert live_stream["reconnect_window"] == 60
    assert live_stream["max_continuous_duration"] == 43200
    assert live_stream["new_asset_settings"]["playback_policies"] == ["public"]
    assert "active_asset_id" not in live_stream
    assert "simulcast_targets" not in live_stream


def test_a_low_latency_stream_has_no_reconnect_window_by_default(create: Create) -> None:
    assert create(PATH, latency_mode="low")["reconnect_window"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"latency_mode": "none"},
        {"reconnect_window": 1801},
        {"max_continuous_duration": 59},
        {"passthrough": "x" * 256},
    ],
)
def test_settings_that_cannot_be_are_400(api: httpx.Client, body: Document) -> None:
    assert api.post(PATH, json=body).status_code == 400


def test_the_list_can_be_filtered_by_key_and_status(
    api: httpx.Client, live_stream: Document
) -> None:
    query = {"stream_key": live_stream["stream_key"]}
    found = api.get(PATH, params=query).json()["data"]
    assert [one["id"] for one in found] == [live_stream["id"]]
    idle = api.get(PATH, params={"status": "idle", "limit": 100}).json()["data"]
    assert {one["status"] for one in idle} == {"idle"}


def test_settings_can_change_while_idle(api: httpx.Client, own: Document) -> None:
    body = {"latency_mode": "reduced", "reconnect_window": 10, "meta": {"title": "News"}}
    answer = api.patch(f"{PATH}/{own['id']}", json=body)
    assert answer.status_code == 200
    changed = answer.json()["data"]
    assert {name: changed[name] for name in body} == body
    api.patch(f"{PATH}/{own['id']}", json={"passthrough": "mine"})
    cleared = api.patch(f"{PATH}/{own['id']}", json={"passthrough": ""}).json()["data"]
    assert "passthrough" not in cleared


def test_a_disabled_stream_is_enabled_again(api: httpx.Client, own: Document) -> None:
    for action, status in (("disable", "disabled"), ("enable", "idle")):
        answer = api.put(f"{PATH}/{own['id']}/{action}")
        assert (answer.status_code, answer.json()) == (200, {"data": {}})
        assert shown(api, own)["status"] == status


def test_completing_an_idle_stream_does_no_harm(api: httpx.Client, own: Document) -> None:
    answer = api.put(f"{PATH}/{own['id']}/complete")
    assert (answer.status_code, answer.json()) == (200, {"data": {}})
    assert shown(api, own)["status"] == "idle"


def test_a_reset_key_is_another_one(api: httpx.Client, own: Document) -> None:
    answer = api.post(f"{PATH}/{own['id']}/reset-stream-key")
    assert answer.status_code == 201
    assert answer.json()["data"]["id"] == own["id"]
    assert answer.json()["data"]["stream_key"] != own["stream_key"]


def test_playback_ids_come_and_go(api: httpx.Client, own: Document) -> None:
    path = f"{PATH}/{own['id']}/playback-ids"
    made = api.post(path, json={"policy": "signed"}).json()["data"]
    assert made["policy"] == "signed"
    owner = api.get(f"/video/v1/playback-ids/{made['id']}").json()["data"]
    assert owner["object"] == {"id": own["id"], "type": "live_stream"}
    for playback_id in shown(api, own)["playback_ids"]:
        assert api.delete(f"{path}/{playback_id['id']}").status_code == 204
    assert "playback_ids" not in shown(api, own)


def test_simulcast_targets_come_and_go(api: httpx.Client, own: Document) -> None:
    path = f"{PATH}/{own['id']}/simulcast-targets"
    body = {"url": "rtmp://live.example.com/app", "stream_key": "key", "passthrough": "one"}
    answer = api.post(path, json=body)
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert made["status"] == "idle"
    assert {name: made[name] for name in body} == body
    assert api.get(f"{path}/{made['id']}").json()["data"] == made
    assert shown(api, own)["simulcast_targets"] == [made]
    assert api.delete(f"{path}/{made['id']}").status_code == 204
    assert "simulcast_targets" not in shown(api, own)
    assert api.post(path, json={}).status_code == 400


def test_subtitle_settings_are_shown(api: httpx.Client, own: Document) -> None:
    body = {"embedded_subtitles": [{"language_channel": "cc1", "language_code": "en"}]}
    answer = api.put(f"{PATH}/{own['id']}/embedded-subtitles", json=body)
    assert answer.status_code == 200
    (settings,) = answer.json()["data"]["embedded_subtitles"]
    assert settings["language_channel"] == "cc1"


def test_static_renditions_of_recordings_can_be_set_and_unset(
    api: httpx.Client, own: Document
) -> None:
    path = f"{PATH}/{own['id']}/new-asset-settings/static-renditions"
    body = {"static_renditions": [{"resolution": "highest"}, {"resolution": "audio-only"}]}
    answer = api.put(path, json=body)
    assert answer.status_code == 200
    assert (
        answer.json()["data"]["new_asset_settings"]["static_renditions"]
        == body["static_renditions"]
    )
    assert api.delete(path).status_code == 204
    assert "static_renditions" not in shown(api, own).get("new_asset_settings", {})


def test_a_deleted_live_stream_is_gone(api: httpx.Client, own: Document) -> None:
    assert api.delete(f"{PATH}/{own['id']}").status_code == 204
    assert api.get(f"{PATH}/{own['id']}").status_code == 404
