"""Text tracks, static renditions and masters: what is told of them, and what outlives what."""

import functools
import http.server
import json
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import mux_python
import pytest

from localmux.answers import Document
from localmux.testing import Running, eventually

type Settled = Callable[..., Document]
type Connect = Callable[[Running], httpx.Client]
PATH = "/video/v1/assets"
TRACK = {"type": "text", "text_type": "subtitles", "language_code": "en", "name": 'The "best"'}


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves the files of a folder."""

    def log_request(self, code: object = "-", size: object = "-") -> None: ...


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, video: Path, old_video: Path) -> Generator[str]:
    """The address of a host of two videos and of subtitles."""
    folder = tmp_path_factory.mktemp("hosted")
    for path in (video, old_video):
        (folder / path.name).symlink_to(path)
    (folder / "en.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    handler = functools.partial(Files, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def create(api: httpx.Client, url: str, *more: Document, **fields: object) -> str:
    """The id of an asset to be."""
    body = {"inputs": [{"url": url}, *more], "playback_policies": ["public"], **fields}
    answer = api.post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


def whole(api: httpx.Client, asset_id: str) -> Document:
    """The asset once nothing of it is preparing any more."""

    def look() -> Document | None:
        asset = api.get(f"{PATH}/{asset_id}").json()["data"]
        return asset if '"preparing"' not in json.dumps(asset) else None

    return eventually(look) or pytest.fail("never whole")


def told(api: httpx.Client, asset_id: str) -> list[str]:
    """The names of the asset's events, oldest first, without `video.asset.`."""
    found = api.get("/_localmux/events", params={"object_id": asset_id}).json()["data"]
    return [one["type"].removeprefix("video.asset.") for one in reversed(found)]


def test_all_that_an_asset_asks_for_is_told_after_it_is_ready(api: httpx.Client, base: str) -> None:
    asset_id = create(
        api,
        f"{base}/old.avi",
        TRACK | {"url": f"{base}/en.srt"},
        static_renditions=[{"resolution": "270p"}, {"resolution": "2160p"}],
        master_access="temporary",
    )
    asset = whole(api, asset_id)
    statuses = [one["status"] for one in asset["static_renditions"]["files"]]
    assert statuses == ["ready", "skipped"]
    assert httpx.get(asset["master"]["url"]).content[4:8] == b"ftyp"
    names = told(api, asset_id)
    begun = names[names.index("ready") :]
    assert begun[1:5] == [
        "track.created",
        *["static_rendition.created"] * 2,
        "master.preparing",
    ]
    assert sorted(begun[5:]) == [
        "master.ready",
        "static_rendition.ready",
        "static_rendition.skipped",
        "track.ready",
    ]
    playlist = api.get(f"/stream/{asset['playback_ids'][0]['id']}.m3u8").text
    assert """NAME="The 'best'",LANGUAGE="en",DEFAULT=NO""" in playlist
    shown = api.get(f"/stream/{asset['playback_ids'][0]['id']}.m3u8?default_subtitles_lang=en")
    assert "DEFAULT=YES,AUTOSELECT=YES,FORCED=NO" in shown.text


def test_mux_python_can_ask_for_all_of_it(
    mux: mux_python.ApiClient, api: httpx.Client, base: str, settled: Settled
) -> None:
    assets = mux_python.AssetsApi(mux)
    asset_id = settled(create(api, f"{base}/video.mp4"))["id"]
    request = mux_python.CreateTrackRequest(url=f"{base}/en.srt", **TRACK)
    track = assets.create_asset_track(asset_id, request).data
    support = mux_python.UpdateAssetMP4SupportRequest(mp4_support="standard")
    assert assets.update_asset_mp4_support(asset_id, support).data.mp4_support == "standard"
    access = mux_python.UpdateAssetMasterAccessRequest(master_access="temporary")
    assert assets.update_asset_master_access(asset_id, access).data.master.status == "preparing"
    whole(api, asset_id)
    made = assets.get_asset(asset_id).data
    assert [one.name for one in made.static_renditions.files] == ["low.mp4"]
    assert made.master.url
    assert len(made.tracks) == 3
    assets.delete_asset_track(asset_id, track.id)
    none = mux_python.UpdateAssetMP4SupportRequest(mp4_support="none")
    assert assets.update_asset_mp4_support(asset_id, none).data.static_renditions is None
    file = mux_python.CreateStaticRenditionRequest(resolution="highest")
    rendition = assets.create_asset_static_rendition(asset_id, file).data
    assets.delete_asset_static_rendition(asset_id, rendition.id)
    whole(api, asset_id)
    assert len(assets.get_asset(asset_id).data.tracks) == 2


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ([{"url": "http://x/y", "generated_subtitles": [{"language_code": "en"}]}], "generated"),
        ([{"url": "http://x/y"}, {"url": "http://x/z", "overlay_settings": {}}], "overlay"),
        ([{"url": "http://x/y"}, {"url": "http://x/z", "type": "audio"}], "audio"),
        ([{"url": "http://x/y"}, {"url": "http://x/z"}], "type"),
        ([{"url": "http://x/y"}, *[TRACK | {"url": "http://x/z"}] * 2], "called"),
    ],
)
def test_what_would_have_no_effect_is_refused(
    api: httpx.Client, inputs: list[Document], word: str
) -> None:
    answer = api.post(PATH, json={"inputs": inputs})
    assert answer.status_code == 400
    assert word in answer.json()["error"]["messages"][0]


def test_speech_is_not_recognised_and_says_so(
    api: httpx.Client, base: str, settled: Settled
) -> None:
    asset = settled(create(api, f"{base}/video.mp4"))
    (sound,) = [one["id"] for one in asset["tracks"] if one["type"] == "audio"]
    path = f"{PATH}/{asset['id']}/tracks/{sound}/generate-subtitles"
    answer = api.post(path, json={"generated_subtitles": [{"language_code": "en"}]})
    assert answer.status_code == 400
    assert answer.json()["error"]["messages"] == [
        "Generated subtitles are not available in localmux, which understands no speech."
    ]


def test_renditions_of_a_file_that_is_no_video_are_errored(
    api: httpx.Client, base: str, settled: Settled
) -> None:
    wanted = [{"resolution": "highest"}]
    asset = settled(create(api, f"{base}/en.srt", static_renditions=wanted))
    assert asset["static_renditions"]["files"][0]["status"] == "errored"


def test_master_access_ends_after_a_day_and_deliveries_are_counted_by_the_hour(
    start: Callable[..., Running], connect: Connect, base: str, tmp_path: Path
) -> None:
    process = start("--data-dir", str(tmp_path))
    api = connect(process)
    asset_id = create(api, f"{base}/video.mp4", master_access="temporary")
    asset = whole(api, asset_id)
    playback_id = asset["playback_ids"][0]["id"]
    assert api.get(f"/stream/{playback_id}/360p/0.ts").status_code == 200
    assert api.get("/video/v1/delivery-usage").json()["data"] == []
    api.put("/_localmux/time", json={"advance": 12 * 3600 + 1})
    reports = api.get("/video/v1/delivery-usage").json()["data"]
    assert reports[0]["asset_id"] == asset_id
    assert reports[0]["delivered_seconds"] == pytest.approx(2, abs=0.1)
    api.put("/_localmux/time", json={"advance": 12 * 3600})
    assert api.get(asset["master"]["url"]).status_code == 404
    assert "master" not in api.get(f"{PATH}/{asset_id}").json()["data"]
    assert told(api, asset_id)[-1] == "master.deleted"


def test_a_restart_keeps_what_was_made_and_prepares_again_what_another_version_made(
    start: Callable[..., Running], connect: Connect, base: str, tmp_path: Path
) -> None:
    process = start("--data-dir", str(tmp_path))
    api = connect(process)
    track = TRACK | {"url": f"{base}/en.srt"}
    wanted = [{"resolution": "audio-only"}]
    asset = whole(api, create(api, f"{base}/video.mp4", track, static_renditions=wanted))
    playback_id = asset["playback_ids"][0]["id"]
    assert api.get(f"/stream/{playback_id}/270p/0.ts").status_code == 200
    process.stop()
    description = tmp_path / "assets" / asset["id"] / "media.json"
    description.write_text(description.read_text().replace('"format": 1', '"format": 0'))

    api = connect(start("--data-dir", str(tmp_path)))
    eventually(lambda: api.get(f"/stream/{playback_id}.m3u8").status_code == 200)
    assert api.get(f"/stream/{playback_id}/270p/0.ts").status_code == 200
    assert api.get(f"/stream/{playback_id}/audio.m4a").status_code == 200
    text = next(one["id"] for one in asset["tracks"] if one["type"] == "text")
    assert "Hello" in api.get(f"/stream/{playback_id}/text/{text}.vtt").text
    assert api.get(f"{PATH}/{asset['id']}").json()["data"] == asset
    assert told(api, asset["id"])[-1] != "ready"
