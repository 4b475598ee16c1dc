"""mux-python, Mux's own client, unmodified: what it creates, reads and raises."""

import base64
import functools
import http.server
import json
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import mux_python
import pytest
from mux_python.exceptions import (
    ApiException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)

from localmux.answers import Document
from localmux.testing import Running, eventually

Mux = mux_python.ApiClient


@pytest.fixture(scope="module")
def video_url(video: Path) -> Generator[str]:
    class Files(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: object = "-", size: object = "-") -> None: ...

    handler = functools.partial(Files, directory=str(video.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{video.name}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_upload_goes_from_creation_to_a_ready_asset(mux: Mux, video: Path) -> None:
    uploads, assets = mux_python.DirectUploadsApi(mux), mux_python.AssetsApi(mux)
    settings = mux_python.CreateAssetRequest(
        playback_policies=[mux_python.PlaybackPolicy.PUBLIC],
        meta=mux_python.AssetMetadata(title="Holiday"),
    )
    request = mux_python.CreateUploadRequest(
        cors_origin="http://app.example", new_asset_settings=settings
    )
    upload = uploads.create_direct_upload(request).data
    assert (upload.status, upload.timeout) == ("waiting", 3600)
    assert httpx.put(upload.url, content=video.read_bytes()).status_code == 200
    after = uploads.get_direct_upload(upload.id).data
    assert (after.status, after.url) == ("asset_created", None)

    def ready() -> bool:
        return assets.get_asset(after.asset_id).data.status == "ready"

    eventually(ready)
    asset = assets.get_asset(after.asset_id).data
    assert asset.meta.title == "Holiday"
    assert asset.duration == pytest.approx(2, abs=0.2)
    assert asset.playback_ids[0].policy == "public"
    assert (asset.upload_id, asset.ingest_type) == (upload.id, "on_demand_direct_upload")
    assert [one.id for one in assets.list_assets(upload_id=upload.id).data] == [asset.id]
    assert upload.id in [one.id for one in uploads.list_direct_uploads(limit=100).data]


def test_an_asset_of_unusual_input_can_be_read(
    mux: Mux, new_upload: Callable[..., Document], old_video: Path
) -> None:
    """mux-python raises ValueError for any value it does not know."""
    upload = new_upload()
    assert httpx.put(upload["url"], content=old_video.read_bytes()).status_code == 200
    assets = mux_python.AssetsApi(mux)
    asset_id = mux_python.DirectUploadsApi(mux).get_direct_upload(upload["id"]).data.asset_id
    eventually(lambda: assets.get_asset(asset_id).data.status == "ready")
    assert assets.get_asset(asset_id).data.non_standard_input_reasons.video_codec


def test_an_asset_is_created_changed_and_deleted(mux: Mux, video_url: str) -> None:
    assets = mux_python.AssetsApi(mux)
    request = mux_python.CreateAssetRequest(
        inputs=[mux_python.InputSettings(url=video_url)],
        playback_policies=[mux_python.PlaybackPolicy.PUBLIC],
        passthrough="mine",
    )
    asset = assets.create_asset(request).data
    assert asset.status == "preparing"
    eventually(lambda: assets.get_asset(asset.id).data.status == "ready")
    assert assets.get_asset_input_info(asset.id).data[0].settings.url == video_url
    update = mux_python.UpdateAssetRequest(passthrough="yours")
    assert assets.update_asset(asset.id, update).data.passthrough == "yours"
    owner = mux_python.PlaybackIDApi(mux).get_asset_or_livestream_id(asset.playback_ids[0].id)
    assert (owner.data.object.id, owner.data.object.type) == (asset.id, "asset")
    assets.delete_asset(asset.id)
    with pytest.raises(NotFoundException):
        assets.get_asset(asset.id)


def test_playback_ids_are_created_read_and_deleted(mux: Mux, video_url: str) -> None:
    assets = mux_python.AssetsApi(mux)
    request = mux_python.CreateAssetRequest(inputs=[mux_python.InputSettings(url=video_url)])
    asset = assets.create_asset(request).data
    policy = mux_python.CreatePlaybackIDRequest(policy="signed")
    playback_id = assets.create_asset_playback_id(asset.id, policy).data
    assert playback_id.policy == "signed"
    assert assets.get_asset_playback_id(asset.id, playback_id.id).data.id == playback_id.id
    assets.delete_asset_playback_id(asset.id, playback_id.id)
    assert assets.get_asset(asset.id).data.playback_ids is None


def test_assets_are_listed_by_cursor(mux: Mux, video_url: str) -> None:
    assets = mux_python.AssetsApi(mux)
    request = mux_python.CreateAssetRequest(inputs=[mux_python.InputSettings(url=video_url)])
    made = [assets.create_asset(request).data.id for _ in range(3)]
    first = assets.list_assets(limit=2)
    assert [one.id for one in first.data] == made[:0:-1]
    second = assets.list_assets(limit=2, cursor=first.next_cursor)
    assert second.data[0].id == made[0]


def test_an_upload_is_cancelled_only_while_it_waits(mux: Mux) -> None:
    uploads = mux_python.DirectUploadsApi(mux)
    request = mux_python.CreateUploadRequest(cors_origin="*")
    upload = uploads.create_direct_upload(request).data
    assert uploads.cancel_direct_upload(upload.id).data.status == "cancelled"
    with pytest.raises(ForbiddenException):
        uploads.cancel_direct_upload(upload.id)


def test_errors_are_raised_with_muxs_body(
    mux: Mux, localmux: Running, new_upload: Callable[..., Document]
) -> None:
    assets = mux_python.AssetsApi(mux)
    with pytest.raises(NotFoundException) as missing:
        assets.get_asset("unknown")
    assert json.loads(missing.value.body or "")["error"]["type"] == "not_found"
    with pytest.raises(ApiException) as invalid:
        assets.update_asset(new_upload()["id"], {"passthrough": 5})
    assert invalid.value.status == 404
    configuration = mux_python.Configuration(host=localmux.urls["api"])
    configuration.username, configuration.password = "someone", "else"
    with mux_python.ApiClient(configuration) as stranger:
        with pytest.raises(UnauthorizedException):
            mux_python.AssetsApi(stranger).list_assets()
        stranger.rest_client.pool_manager.clear()


def test_a_live_stream_goes_through_everything_mux_python_can_ask(mux: Mux) -> None:
    live = mux_python.LiveStreamsApi(mux)
    settings = mux_python.CreateAssetRequest(playback_policies=[mux_python.PlaybackPolicy.PUBLIC])
    request = mux_python.CreateLiveStreamRequest(
        playback_policies=[mux_python.PlaybackPolicy.PUBLIC], new_asset_settings=settings
    )
    stream = live.create_live_stream(request).data
    assert (stream.status, stream.reconnect_window) == ("idle", 60)
    assert stream.new_asset_settings.playback_policies == ["public"]
    found = live.list_live_streams(limit=5, stream_key=stream.stream_key).data
    assert [one.id for one in found] == [stream.id]

    changes = mux_python.UpdateLiveStreamRequest(latency_mode="reduced", reconnect_window=5)
    changed = live.update_live_stream(stream.id, changes).data
    assert (changed.latency_mode, changed.reconnect_window) == ("reduced", 5)
    assert live.reset_stream_key(stream.id).data.stream_key != stream.stream_key
    assert live.disable_live_stream(stream.id).data is not None
    assert live.get_live_stream(stream.id).data.status == "disabled"
    assert live.enable_live_stream(stream.id).data is not None
    assert live.signal_live_stream_complete(stream.id).data is not None

    policy = mux_python.CreatePlaybackIDRequest(policy="signed")
    playback_id = live.create_live_stream_playback_id(stream.id, policy).data
    assert live.get_live_stream_playback_id(stream.id, playback_id.id).data.policy == "signed"
    owner = mux_python.PlaybackIDApi(mux).get_asset_or_livestream_id(playback_id.id).data.object
    assert (owner.type, owner.id) == ("live_stream", stream.id)
    live.delete_live_stream_playback_id(stream.id, playback_id.id)

    to = mux_python.CreateSimulcastTargetRequest(url="rtmp://service.example/app", stream_key="k")
    target = live.create_live_stream_simulcast_target(stream.id, to).data
    assert live.get_live_stream_simulcast_target(stream.id, target.id).data.status == "idle"
    live.delete_live_stream_simulcast_target(stream.id, target.id)
    subtitles = mux_python.UpdateLiveStreamGeneratedSubtitlesRequest(generated_subtitles=[])
    assert live.update_live_stream_generated_subtitles(stream.id, subtitles).data.id == stream.id

    live.delete_live_stream(stream.id)
    with pytest.raises(NotFoundException):
        live.get_live_stream(stream.id)


def test_signing_keys_and_playback_restrictions(mux: Mux) -> None:
    keys, older = mux_python.SigningKeysApi(mux), mux_python.URLSigningKeysApi(mux)
    for create in (keys.create_signing_key, older.create_url_signing_key):
        key = create().data
        assert base64.b64decode(key.private_key).startswith(b"-----BEGIN RSA PRIVATE KEY-----")
        assert keys.get_signing_key(key.id).data.private_key is None
        assert older.get_url_signing_key(key.id).data.created_at == key.created_at
        assert keys.list_signing_keys(limit=100).data[-1].id == key.id
        assert older.list_url_signing_keys(limit=100).data[-1].id == key.id
    keys.delete_signing_key(key.id)
    with pytest.raises(NotFoundException):
        older.delete_url_signing_key(key.id)

    restrictions = mux_python.PlaybackRestrictionsApi(mux)
    domains = mux_python.ReferrerDomainRestriction(allowed_domains=["*.example.com"])
    request = mux_python.CreatePlaybackRestrictionRequest(
        referrer=domains, user_agent=mux_python.UserAgentRestrictionRequest()
    )
    made = restrictions.create_playback_restriction(request).data
    assert made.referrer.allowed_domains == ["*.example.com"]
    to = mux_python.UpdateReferrerDomainRestrictionRequest(allowed_domains=[])
    changed = restrictions.update_referrer_domain_restriction(made.id, to).data
    assert changed.referrer.allowed_domains == []
    strict = mux_python.UpdateUserAgentRestrictionRequest(
        allow_no_user_agent=False, allow_high_risk_user_agent=False
    )
    changed = restrictions.update_user_agent_restriction(made.id, strict).data
    assert changed.user_agent.allow_no_user_agent is False
    assert restrictions.get_playback_restriction(made.id).data.id == made.id
    assert restrictions.list_playback_restrictions().data[0].id == made.id
    restrictions.delete_playback_restriction(made.id)
