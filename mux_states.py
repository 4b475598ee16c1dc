"""What Mux's states mean here: rules without a store, for `sync` to apply."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mux_resources import MuxAsset, MuxLiveStream, MuxSimulcastTarget
from passthrough import AS_STREAM, Passthrough
from records import (
    SimulcastTarget,
    Stream,
    StreamStatus,
    UploadStatus,
    Video,
    VideoStatus,
    Visibility,
)

VIDEO_STATUS: dict[str, VideoStatus] = {"ready": "ready", "errored": "error"}
UPLOAD_STATUS: dict[str, UploadStatus] = {
    "asset_created": "asset_created",
    "errored": "errored",
    "cancelled": "cancelled",
    "timed_out": "timed_out",
}
# What Mux may need to end a broadcast once the reconnect window is over.
WINDOW_CLOSES_WITHIN = timedelta(seconds=5)


def video_of(
    asset: MuxAsset, status: VideoStatus, label: Passthrough, visibility: Visibility
) -> Video:
    """An asset as the app shows it."""
    is_recording = asset.live_stream_id is not None
    return Video(
        asset_id=asset.id,
        title=asset.title,
        uploader=label.account_id,
        uploader_name=label.account_name,
        upload_time=datetime.fromtimestamp(asset.created_at, UTC),
        status=status,
        visibility=visibility,
        playback_ids=asset.playback_ids,
        duration=asset.duration,
        aspect_ratio=asset.aspect_ratio,
        error=asset.error,
        stream_id=asset.live_stream_id or label.stream or None,
        live=asset.is_live,
        marks=label.marks,
        source_asset_id=asset.source_asset_id,
        follows_stream=label.visibility == AS_STREAM,
        unsettled=is_recording and bool(label.marks) and status != "error",
    )


def is_too_long(thing: MuxAsset | Video, longest_seconds: float) -> bool:
    """Whether an upload became longer than allowed; what was broadcast is as long as it is."""
    from_broadcast = isinstance(thing, Video) and thing.stream_id
    from_broadcast = from_broadcast or (isinstance(thing, MuxAsset) and thing.live_stream_id)
    uploaded = not from_broadcast and not thing.source_asset_id
    return uploaded and (thing.duration or 0.0) > longest_seconds


def refused_for_length(asset: MuxAsset, longest_seconds: float) -> MuxAsset:
    """The asset as an error that says so; `video_length` deletes it."""
    error = (
        f"It is {_minutes(asset.duration or 0.0)} long. A video may have up to "
        f"{_minutes(longest_seconds)}, so it was not kept. "
        "Upload a shorter one, or cut it into parts."
    )
    return replace(asset, status="errored", error=error)


def is_overtaken(asset: MuxAsset, status: VideoStatus, known: Video) -> bool:
    """Whether this answer is older than what is known: assets never go back."""
    if status == "processing" and known.status != "processing":
        return True
    return asset.is_live and not known.live and known.status == "ready"


def simulcast_target(target: MuxSimulcastTarget) -> SimulcastTarget:
    """A target as hosts see it."""
    return SimulcastTarget(
        id=target.id,
        name=target.passthrough,
        url=target.url,
        status=target.status,
        error_severity=target.error_severity,
    )


def visibility_in(label: Passthrough) -> Visibility:
    """For whom something is; what this version does not know is not for everybody."""
    return "public" if label.visibility == "public" else "signup"


def stream_status(stream: MuxLiveStream) -> StreamStatus:
    """Before the first broadcast it is scheduled, after one it is over until the next."""
    if stream.status == "active":
        return "live"
    # A broadcast that is just beginning is among the recent ones already.
    over = [each for each in stream.recent_asset_ids if each != stream.active_asset_id]
    return "ended" if over else "scheduled"


def is_connected(known: Stream | None, status: StreamStatus) -> bool:
    """What an encoder still sends when the broadcast is over is of no use."""
    if known is None or (known.status == "live" and status != "live"):
        return status == "live"
    return known.connected or _has_outlived_its_window(known, status)


def reconnect_until(known: Stream | None, status: StreamStatus) -> datetime | None:
    """When Mux will end the broadcast, should the encoder not be back."""
    if known is None or status != "live" or _has_outlived_its_window(known, status):
        return None
    return known.reconnect_until


def _has_outlived_its_window(known: Stream, status: StreamStatus) -> bool:
    """Mux would have ended it without an encoder, so one is back, though no event told."""
    until = known.reconnect_until if status == "live" else None
    return until is not None and datetime.now(UTC) - until > WINDOW_CLOSES_WITHIN


def moment(seconds: int) -> datetime | None:
    """Unix seconds as a moment; 0 is none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _minutes(seconds: float) -> str:
    minutes = f"{seconds / 60:,.1f}".removesuffix(".0")
    return f"{minutes} minute" if minutes == "1" else f"{minutes} minutes"
