"""Rules of assets: from creation to deletion, and their playback ids."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document

type Create = Callable[..., Document]
type Settled = Callable[[str], Document]
PATH = "/video/v1/assets"


def test_a_ready_asset_tells_its_media(asset: Document) -> None:
    assert asset["status"] == "ready"
    assert asset["duration"] == pytest.approx(3, abs=0.2)
    assert asset["aspect_ratio"] == "16:9"
    assert asset["max_stored_frame_rate"] == pytest.approx(30, abs=0.1)
    assert asset["passthrough"] == "shared"
    assert asset["mp4_support"] == asset["master_access"] == "none"
    kinds = {track["type"]: track for track in asset["tracks"]}
    assert (kinds["video"]["max_width"], kinds["video"]["max_height"]) == (640, 360)
    assert kinds["audio"]["max_channels"] == 1
    assert [one["policy"] for one in asset["playback_ids"]] == ["public", "signed"]


def test_an_input_that_cannot_be_fetched_makes_an_errored_asset(
    create: Create, settled: Settled, missing_url: str
) -> None:
    made = create(PATH, inputs=[{"url": missing_url}], playback_policies=["public"])
    assert made["status"] == "preparing"
    assert made["playback_ids"]
    assert settled(made["id"])["status"] == "errored"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": []},
        {"inputs": [{"url": "https://example.com/a.mp4"}], "passthrough": "x" * 256},
        {"inputs": [{"url": "https://example.com/a.mp4"}], "video_quality": "best"},
        {"inputs": [{"url": "https://example.com/a.mp4"}], "playback_policies": ["open"]},
    ],
)
def test_settings_that_cannot_be_are_400(api: httpx.Client, body: Document) -> None:
    answer = api.post(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_parameters"
    assert answer.json()["error"]["messages"]


def test_passthrough_and_meta_can_change_and_be_cleared(api: httpx.Client, asset: Document) -> None:
    path = f"{PATH}/{asset['id']}"
    body = {"meta": {"title": "Tïtle", "external_id": "7"}}
    assert api.patch(path, json=body).json()["data"]["meta"] == body["meta"]
    assert "passthrough" not in api.patch(path, json={"passthrough": ""}).json()["data"]
    changed = api.patch(path, json={"passthrough": "shared"}).json()["data"]
    assert changed["passthrough"] == "shared"
    assert changed["meta"] == body["meta"]


def test_playback_ids_come_and_go(api: httpx.Client, asset: Document) -> None:
    path = f"{PATH}/{asset['id']}/playback-ids"
    answer = api.post(path, json={"policy": "public"})
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert api.get(f"{path}/{made['id']}").json()["data"] == made
    owner = api.get(f"/video/v1/playback-ids/{made['id']}").json()["data"]
    assert owner["object"] == {"id": asset["id"], "type": "asset"}
    assert owner["policy"] == "public"
    gone = api.delete(f"{path}/{made['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(f"/video/v1/playback-ids/{made['id']}").status_code == 404


def test_the_inputs_of_an_asset_are_told(api: httpx.Client, asset: Document) -> None:
    first, *_ = api.get(f"{PATH}/{asset['id']}/input-info").json()["data"]
    tracks = {track["type"]: track for track in first["file"]["tracks"]}
    assert first["file"]["container_format"]
    assert tracks["video"]["encoding"] == "h264"
    assert (tracks["video"]["width"], tracks["video"]["height"]) == (640, 360)
    assert tracks["audio"]["encoding"] == "aac"


def test_a_clip_is_an_asset_of_its_own(create: Create, settled: Settled, asset: Document) -> None:
    clip = {"url": f"mux://assets/{asset['id']}", "start_time": 1, "end_time": 2}
    made = settled(create(PATH, inputs=[clip], playback_policies=["public"])["id"])
    assert made["source_asset_id"] == asset["id"]
    assert made["ingest_type"] == "on_demand_clip"
    assert made["duration"] == pytest.approx(1, abs=0.3)


def test_a_deleted_asset_is_gone_with_its_playback_ids(
    api: httpx.Client, stream: httpx.Client, upload: Callable[..., Document], film: bytes
) -> None:
    asset_id = upload(film, playback_policies=["public"])["asset_id"]
    playback_id = api.get(f"{PATH}/{asset_id}").json()["data"]["playback_ids"][0]["id"]
    assert api.delete(f"{PATH}/{asset_id}").status_code == 204
    assert api.get(f"{PATH}/{asset_id}").status_code == 404
    assert api.delete(f"{PATH}/{asset_id}").status_code == 404
    assert stream.get(f"{playback_id}.m3u8").status_code == 404


def test_delivery_usage_is_a_list_with_its_time_frame(api: httpx.Client) -> None:
    answer = api.get("/video/v1/delivery-usage").json()
    assert isinstance(answer["data"], list)
    begin, end = answer["timeframe"]
    assert end - begin == 3600
    assert answer["limit"] > 0
