"""What Mux reports, as typed values: uploads, assets, live streams and simulcast targets.

mux-python's own models are untyped, and fill in defaults for whatever an answer leaves out.
"""

from dataclasses import dataclass, field
from typing import Any

from records import PlaybackID


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxUpload:
    """A direct upload: https://www.mux.com/docs/guides/upload-files-directly."""

    id: str
    status: str
    url: str | None = field(repr=False)
    asset_id: str | None
    title: str
    passthrough: str
    error: str | None


@dataclass(frozen=True, slots=True)
class RecordedTime:
    """One connection of an encoder: when its media began (Unix seconds), and its length (s)."""

    started_at: float
    duration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxAsset:
    """An asset; `created_at` in Unix seconds, `duration` in seconds.

    A broadcast is recorded as an asset with a `live_stream_id`, which is ready while `is_live`.
    """

    id: str
    status: str
    created_at: int
    playback_ids: tuple[PlaybackID, ...]
    duration: float | None
    aspect_ratio: str | None
    title: str
    passthrough: str
    error: str | None
    live_stream_id: str | None = None
    is_live: bool = False
    source_asset_id: str | None = None
    recording_times: tuple[RecordedTime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxSimulcastTarget:
    """Another service that a broadcast is forwarded to."""

    id: str
    url: str
    status: str
    error_severity: str | None
    passthrough: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxLiveStream:
    """A live stream: https://www.mux.com/docs/guides/start-live-streaming.

    `reconnect_window` in seconds; `recent_asset_ids` oldest first.
    """

    id: str
    status: str
    created_at: int
    stream_key: str = field(repr=False)
    playback_ids: tuple[PlaybackID, ...]
    title: str
    passthrough: str
    latency_mode: str
    reconnect_window: float
    active_asset_id: str | None
    recent_asset_ids: tuple[str, ...]
    simulcast_targets: tuple[MuxSimulcastTarget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxSigningKey:
    """A key for tokens; Mux tells the private half, base64 of a PEM, only when it is made."""

    id: str
    private_key: str = field(repr=False)


def read_upload(upload: Any) -> MuxUpload:
    """Take what the app needs from mux-python's Upload."""
    asset = upload.new_asset_settings
    return MuxUpload(
        id=upload.id,
        status=upload.status,
        url=upload.url,
        asset_id=upload.asset_id,
        title=_title(asset),
        passthrough=(asset and asset.passthrough) or "",
        error=upload.error and upload.error.message,
    )


def read_asset(asset: Any) -> MuxAsset:
    """Take what the app needs from mux-python's Asset."""
    messages = (asset.errors and asset.errors.messages) or []
    return MuxAsset(
        id=asset.id,
        status=asset.status,
        created_at=int(asset.created_at),
        playback_ids=_playback_ids(asset),
        duration=asset.duration,
        aspect_ratio=asset.aspect_ratio,
        title=_title(asset),
        passthrough=asset.passthrough or "",
        error=" ".join(messages) or None,
        live_stream_id=asset.live_stream_id,
        is_live=bool(asset.is_live),
        source_asset_id=asset.source_asset_id,
        recording_times=tuple(
            RecordedTime(each.started_at.timestamp(), each.duration)
            for each in asset.recording_times or ()
        ),
    )


def read_live_stream(stream: Any) -> MuxLiveStream:
    """Take what the app needs from mux-python's LiveStream."""
    return MuxLiveStream(
        id=stream.id,
        status=str(stream.status),
        created_at=int(stream.created_at),
        stream_key=stream.stream_key,
        playback_ids=_playback_ids(stream),
        title=_title(stream),
        passthrough=stream.passthrough or "",
        latency_mode=stream.latency_mode or "standard",
        reconnect_window=stream.reconnect_window or 0.0,
        active_asset_id=stream.active_asset_id,
        recent_asset_ids=tuple(stream.recent_asset_ids or ()),
        simulcast_targets=tuple(read_target(each) for each in stream.simulcast_targets or ()),
    )


def read_target(target: Any) -> MuxSimulcastTarget:
    """Take what the app needs from mux-python's SimulcastTarget; its key stays at Mux."""
    return MuxSimulcastTarget(
        id=target.id,
        url=target.url,
        status=target.status or "idle",
        error_severity=target.error_severity,
        passthrough=target.passthrough or "",
    )


def read_signing_key(key: Any) -> MuxSigningKey:
    """Take what the app needs from mux-python's SigningKey."""
    return MuxSigningKey(id=key.id, private_key=key.private_key)


def _playback_ids(resource: Any) -> tuple[PlaybackID, ...]:
    return tuple(PlaybackID(each.id, str(each.policy)) for each in resource.playback_ids or ())


def _title(resource: Any) -> str:
    return (resource and resource.meta and resource.meta.title) or ""
