"""What is made of a recording once it is complete: static renditions and its master."""

import json
from collections.abc import Callable

import httpx

from localmux.answers import Document
from localmux.testing import Encoder, eventually


def test_a_recording_gets_the_files_its_live_stream_asks_for(
    new_live_stream: Callable[..., Document],
    encode: Callable[..., Encoder],
    becomes: Callable[..., Document],
    now: Callable[..., Document],
    events: Callable[..., list[str]],
    api: httpx.Client,
) -> None:
    settings = {
        "playback_policies": ["public"],
        "static_renditions": [{"resolution": "highest"}, {"resolution": "audio-only"}],
        "master_access": "temporary",
    }
    stream = new_live_stream(reconnect_window=0, new_asset_settings=settings)
    encoder = encode(stream)
    asset_id = becomes(stream, "active")["active_asset_id"]
    path = f"/video/v1/assets/{asset_id}"
    track = {"url": "http://x/y", "type": "text", "text_type": "subtitles", "language_code": "en"}
    assert api.post(f"{path}/tracks", json=track).status_code == 400
    encoder.stop()
    becomes(stream, "idle")
    eventually(lambda: '"preparing"' not in json.dumps(now(asset_id)), within=30)
    asset = now(asset_id)
    files = {one["name"]: one for one in asset["static_renditions"]["files"]}
    assert {one["status"] for one in files.values()} == {"ready"}
    assert (files["highest.mp4"]["width"], files["highest.mp4"]["height"]) == (320, 180)
    playback_id = asset["playback_ids"][0]["id"]
    for name, file in files.items():
        content = api.get(f"/stream/{playback_id}/{name}").content
        assert (content[4:8], len(content)) == (b"ftyp", int(file["filesize"]))
    assert httpx.get(asset["master"]["url"]).content[4:8] == b"ftyp"
    names = events(asset_id)
    assert names.index("asset.live_stream_completed") < names.index("asset.master.preparing")
