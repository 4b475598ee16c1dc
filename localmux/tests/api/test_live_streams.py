"""/video/v1/live-streams and simulcast targets by plain HTTP, without an encoder."""

import re
from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document

LIVE_STREAMS = "/video/v1/live-streams"
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RTMP = "rtmp://service.example/app"


@pytest.fixture
def create(api: httpx.Client) -> Callable[..., Document]:
    def send(**fields: object) -> Document:
        answer = api.post(LIVE_STREAMS, json=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    return send


type Create = Callable[..., Document]


def path_of(stream: Document, rest: str = "") -> str:
    return f"{LIVE_STREAMS}/{stream['id']}{rest}"


def test_a_new_live_stream_has_muxs_defaults_and_nothing_empty(create: Create) -> None:
    stream = create()
    assert UUID.fullmatch(stream.pop("stream_key"))
    assert stream.pop("id").isalnum()
    assert stream.pop("created_at").isdigit()
    assert stream == {
        "status": "idle",
        "latency_mode": "standard",
        "reconnect_window": 60,
        "max_continuous_duration": 43_200,
    }


def test_everything_that_can_be_said_is_echoed(create: Create, api: httpx.Client) -> None:
    settings = {"playback_policy": "signed", "meta": {"title": "R"}, "passthrough": "r"}
    said = {
        "latency_mode": "low",
        "reconnect_window": 12.5,
        "max_continuous_duration": 60,
        "passthrough": "p",
        "meta": {"title": "T"},
        "test": True,
        "audio_only": True,
        "use_slate_for_standard_latency": True,
        "reconnect_slate_url": "https://a.example/slate.png",
        "embedded_subtitles": [{"language_code": "en", "language_channel": "cc1"}],
        "generated_subtitles": [{"language_code": "en", "name": "English"}],
    }
    stream = create(playback_policy="public", new_asset_settings=settings, **said)
    assert stream | said == stream
    assert [one["policy"] for one in stream["playback_ids"]] == ["public"]
    echoed = {"playback_policies": ["signed"], "meta": {"title": "R"}, "passthrough": "r"}
    assert stream["new_asset_settings"] == echoed
    assert api.get(path_of(stream)).json()["data"] == stream


@pytest.mark.parametrize(
    ("said", "mode", "window"),
    [
        ({"latency_mode": "reduced"}, "reduced", 0),
        ({"low_latency": True}, "low", 0),
        ({"reduced_latency": True}, "reduced", 0),
        ({"reduced_latency": False}, "standard", 60),
        ({"latency_mode": "low", "reconnect_window": 60}, "low", 60),
    ],
)
def test_the_reconnect_window_follows_the_latency_mode(
    create: Create, said: Document, mode: str, window: int
) -> None:
    stream = create(**said)
    assert (stream["latency_mode"], stream["reconnect_window"]) == (mode, window)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"reconnect_window": 1801}, "reconnect_window"),
        ({"reconnect_window": -1}, "reconnect_window"),
        ({"max_continuous_duration": 59}, "max_continuous_duration"),
        ({"max_continuous_duration": 43_201}, "max_continuous_duration"),
        ({"latency_mode": "ultra"}, "latency_mode"),
        ({"low_latency": "yes"}, "low_latency"),
        ({"passthrough": "x" * 256}, "passthrough"),
        ({"meta": {"title": "x" * 513}}, "meta.title"),
        ({"playback_policies": ["secret"]}, "playback_policies"),
        ({"new_asset_settings": {"video_quality": "basic"}}, "new_asset_settings.video_quality"),
        ({"new_asset_settings": {"playback_policies": [1]}}, "playback_policies"),
        ({"generated_subtitles": [{"language_code": "xx"}]}, "language_code"),
        ({"generated_subtitles": [{}, {}]}, "generated_subtitles"),
        ({"simulcast_targets": [{"stream_key": "k"}]}, "simulcast_targets[0].url"),
        ({"simulcast_targets": [{"url": "https://a.example"}]}, "simulcast_targets[0].url"),
        ({"simulcast_targets": [{"url": RTMP}] * 7}, "simulcast_targets"),
    ],
)
def test_what_mux_refuses_is_refused_by_its_name(
    api: httpx.Client, said: Document, named: str
) -> None:
    answer = api.post(LIVE_STREAMS, json=said)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_parameters"
    assert named in answer.json()["error"]["messages"][0]


def test_lists_are_newest_first_and_filtered(create: Create, api: httpx.Client) -> None:
    one, two = create(), create()
    listed = api.get(LIVE_STREAMS, params={"limit": 100}).json()["data"]
    own = [stream["id"] for stream in listed if stream["id"] in (one["id"], two["id"])]
    assert own == [two["id"], one["id"]]
    by_key = api.get(LIVE_STREAMS, params={"stream_key": one["stream_key"]}).json()
    assert by_key == {"data": [one]}
    api.put(path_of(two, "/disable"))
    disabled = api.get(LIVE_STREAMS, params={"status": "disabled", "limit": 1}).json()["data"]
    assert [stream["id"] for stream in disabled] == [two["id"]]
    assert api.get(LIVE_STREAMS, params={"status": "connected"}).status_code == 400


def test_a_patch_changes_what_it_names(create: Create, api: httpx.Client) -> None:
    stream = create(passthrough="p", new_asset_settings={"passthrough": "kept"}, low_latency=True)
    said = {
        "latency_mode": "standard",
        "reconnect_window": 5,
        "max_continuous_duration": 100,
        "passthrough": "",
        "meta": {"title": "T"},
        "new_asset_settings": {"video_quality": "premium", "meta": {"title": "A"}},
    }
    answer = api.patch(path_of(stream), json=said)
    assert answer.status_code == 200
    del stream["passthrough"], stream["low_latency"], said["passthrough"]
    settings = {"passthrough": "kept", "video_quality": "premium", "meta": {"title": "A"}}
    assert answer.json()["data"] == stream | said | {"new_asset_settings": settings}
    assert api.patch(path_of(stream), json={}).json() == answer.json()


def test_static_renditions_of_recordings_are_kept_and_shown(
    create: Create, api: httpx.Client
) -> None:
    stream = create(new_asset_settings={"passthrough": "p"})
    path = path_of(stream, "/new-asset-settings/static-renditions")
    wanted = {"static_renditions": [{"resolution": "highest"}]}
    answer = api.put(path, json=wanted)
    assert answer.json()["data"]["new_asset_settings"] == wanted | {"passthrough": "p"}
    both = [{"resolution": "highest"}, {"resolution": "720p"}]
    for refused in ({}, {"static_renditions": [{"resolution": "8k"}]}, {"static_renditions": both}):
        assert api.put(path, json=refused).status_code == 400
    old = {"new_asset_settings": {"mp4_support": "capped-1080p"}}
    assert api.patch(path_of(stream), json=old).status_code == 400
    assert api.delete(path).status_code == 204
    assert api.get(path_of(stream)).json()["data"] == stream


@pytest.mark.parametrize(
    "said",
    [
        {"playback_policies": ["public"]},
        {"new_asset_settings": {"playback_policies": ["public"]}},
        {"simulcast_targets": [{"url": RTMP}]},
        {"test": True},
        {"reconnect_window": 2000},
    ],
)
def test_a_patch_refuses_what_cannot_change(
    create: Create, api: httpx.Client, said: Document
) -> None:
    stream = create()
    assert api.patch(path_of(stream), json=said).status_code == 400
    assert api.get(path_of(stream)).json()["data"] == stream


def test_playback_ids_come_and_go(create: Create, api: httpx.Client) -> None:
    stream = create()
    path = path_of(stream, "/playback-ids")
    answer = api.post(path, json={"policy": "public"})
    assert answer.status_code == 201
    playback_id = answer.json()["data"]
    own = f"{path}/{playback_id['id']}"
    assert api.get(own).json()["data"] == playback_id
    about = api.get(f"/video/v1/playback-ids/{playback_id['id']}").json()["data"]
    assert about == playback_id | {"object": {"id": stream["id"], "type": "live_stream"}}
    assert api.get(f"/stream/{playback_id['id']}.m3u8").status_code == 412
    assert api.delete(own).status_code == 204
    assert api.get(own).status_code == 404
    assert "playback_ids" not in api.get(path_of(stream)).json()["data"]


def test_simulcast_targets_come_and_go_six_at_most(create: Create, api: httpx.Client) -> None:
    stream = create(simulcast_targets=[{"url": RTMP, "stream_key": "k", "passthrough": "p"}] * 5)
    assert {one["status"] for one in stream["simulcast_targets"]} == {"idle"}
    path = path_of(stream, "/simulcast-targets")
    answer = api.post(path, json={"url": "rtmps://service.example:443/app"})
    assert answer.status_code == 201
    target = answer.json()["data"]
    assert api.post(path, json={"url": RTMP}).status_code == 400
    assert api.get(f"{path}/{target['id']}").json()["data"] == target
    for one in (target, *stream["simulcast_targets"]):
        assert api.delete(f"{path}/{one['id']}").status_code == 204
    assert api.get(f"{path}/{target['id']}").status_code == 404
    assert "simulcast_targets" not in api.get(path_of(stream)).json()["data"]


@pytest.mark.parametrize(
    "call",
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PUT", "/enable"),
        ("PUT", "/disable"),
        ("PUT", "/complete"),
        ("POST", "/reset-stream-key"),
        ("POST", "/playback-ids"),
        ("POST", "/simulcast-targets"),
    ],
)
def test_an_unknown_live_stream_is_404_and_a_malformed_id_400(
    api: httpx.Client, call: tuple[str, str]
) -> None:
    method, rest = call
    assert api.request(method, f"{LIVE_STREAMS}/unknown{rest}").status_code == 404
    assert api.request(method, f"{LIVE_STREAMS}/not-one{rest}").status_code == 400
