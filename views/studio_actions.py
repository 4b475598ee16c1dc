"""What the host does with a live stream. Each action asks Mux first, then shows what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import air

import logs
from access import OwnStream
from passthrough import Passthrough
from records import Stream
from sessions import say
from text import TARGET_NAME_MAX, bounded, clean_line
from trial_broadcast import start_trial, stop_trial
from views.choices import check_visibility
from views.forms import Errors, check_title, read_form
from views.limited import by_account
from views.services import (
    TheLive,
    TheRecordings,
    TheSettings,
    TheSync,
    TheVisibilities,
)
from views.streams import check_latency_mode, check_start
from views.studio import TheStudio
from visibilities import StreamDetails

TARGET_TEXT_MAX = 300

router = air.AirRouter(dependencies=[by_account("change")])


@router.post("/stream/{stream_id}/edit")
async def edit(
    request: air.Request,
    stream: OwnStream,
    visibilities: TheVisibilities,
    studio: TheStudio,
) -> air.responses.Response:
    """Change title, start, latency and visibility."""
    form = await read_form(request)
    errors: Errors = {}
    title = check_title(form, errors)
    start = check_start(form, errors)
    mode = check_latency_mode(form, errors)
    visibility = check_visibility(form, errors, stream.visibility)
    if errors:
        return await studio.page(stream, errors)
    label = label_of(stream).planned(start, record=stream.record, visibility=visibility)
    changed = mode if mode != stream.latency_mode else None
    await visibilities.change_stream(stream, StreamDetails(title, label, visibility, changed))
    return _back(request, stream, "Saved.")


@router.post("/stream/{stream_id}/record")
async def record(
    request: air.Request, stream: OwnStream, live: TheLive, sync: TheSync, recordings: TheRecordings
) -> air.responses.Response:
    """Turn the record switch to where the form says, also in the middle of a broadcast."""
    turned = "record" in await read_form(request)
    if stream.status == "live" and stream.asset_id:
        await recordings.mark(stream, record=turned)
    label = replace(label_of(stream), record=turned)
    updated = await live.update(
        stream.id, title=stream.title, passthrough=label.encode(), latency_mode=None
    )
    await sync.take_stream(updated)
    return _back(request, stream, "Recording." if turned else "Not recording any more.")


@router.post("/stream/{stream_id}/enable")
async def enable(
    request: air.Request, stream: OwnStream, live: TheLive, sync: TheSync
) -> air.responses.Response:
    """Let encoders connect again."""
    await live.enable(stream.id)
    await sync.refresh_after("stream", stream.id)
    return _back(request, stream, "Switched on.")


@router.post("/stream/{stream_id}/disable")
async def disable(
    request: air.Request, stream: OwnStream, live: TheLive, sync: TheSync
) -> air.responses.Response:
    """Refuse encoders, and end a running broadcast."""
    await live.disable(stream.id)
    await sync.refresh_after("stream", stream.id)
    return _back(request, stream, "Switched off.")


@router.post("/stream/{stream_id}/end")
async def end(
    request: air.Request, stream: OwnStream, live: TheLive, sync: TheSync
) -> air.responses.Response:
    """End the broadcast for everybody."""
    await live.end(stream.id)
    await sync.refresh_after("stream", stream.id)
    sync.hurry()
    return _back(request, stream, "The broadcast is over. Stop your encoder as well.")


@router.post("/stream/{stream_id}/reset-key", dependencies=[by_account("stream key")])
async def reset_key(
    request: air.Request, stream: OwnStream, live: TheLive, sync: TheSync
) -> air.responses.Response:
    """Replace the stream key."""
    await sync.take_stream(await live.reset_key(stream.id))
    logs.event("stream key reset", stream=stream.id)
    return _back(request, stream, "Your encoders need the new stream key from now on.")


@router.post("/stream/{stream_id}/delete")
async def delete(
    request: air.Request,
    stream: OwnStream,
    live: TheLive,
    sync: TheSync,
    visibilities: TheVisibilities,
) -> air.RedirectResponse:
    """Delete the live stream; its recordings stay, for whom they are."""
    await visibilities.keep_recordings(stream, running=True)
    await live.delete(stream.id)
    await sync.forget("stream", stream.id)
    sync.hurry()
    say(request, f"“{stream.title}” is deleted.")
    return air.RedirectResponse("/streams", status_code=303)


@router.post("/stream/{stream_id}/targets")
async def add_target(
    request: air.Request,
    stream: OwnStream,
    live: TheLive,
    sync: TheSync,
    studio: TheStudio,
) -> air.responses.Response:
    """Add a service to forward to."""
    form = await read_form(request)
    errors: Errors = {}
    url = _check_url(form, errors)
    if errors:
        return await studio.page(stream, errors)
    name = bounded(form.get("name", ""), TARGET_NAME_MAX) or urlsplit(url).hostname or url
    key = clean_line(form.get("stream_key", ""))[:TARGET_TEXT_MAX]
    async with sync.changing(stream.id):
        await live.add_target(stream.id, name=name, url=url, stream_key=key)
    await sync.refresh_after("stream", stream.id)
    return _back(request, stream, f"Your next broadcast goes to {name} too.")


@router.post("/stream/{stream_id}/targets/{target_id}/delete")
async def remove_target(
    request: air.Request, stream: OwnStream, target_id: str, live: TheLive, sync: TheSync
) -> air.responses.Response:
    """Stop forwarding to a service."""
    if target_id not in {target.id for target in stream.targets}:
        raise air.HTTPException(404, "Your broadcasts do not go to this service any more.")
    await live.remove_target(stream.id, target_id)
    await sync.refresh_after("stream", stream.id)
    return _back(request, stream, "Removed.")


@router.post("/stream/{stream_id}/test-broadcast/{what}")
async def test_broadcast(
    request: air.Request, stream: OwnStream, what: str, settings: TheSettings
) -> air.responses.Response:
    """Start or stop a test picture, where the video service offers one."""
    if not settings.mux_control_url or what not in {"start", "stop"}:
        raise air.HTTPException(404)
    if what == "start":
        await start_trial(settings.mux_control_url, stream.id)
        return _back(request, stream, "The test picture is on its way.")
    await stop_trial(settings.mux_control_url, stream.id)
    return _back(request, stream, "The test picture ends.")


def label_of(stream: Stream) -> Passthrough:
    """What Mux keeps for us with this live stream."""
    return Passthrough(
        account_id=stream.host,
        account_name=stream.host_name,
        started_at=int(stream.created_at.timestamp()),
        start_time=int(stream.start_time.timestamp()) if stream.start_time else 0,
        record=stream.record,
        visibility=stream.visibility,
    )


def _check_url(form: Mapping[str, str], errors: Errors) -> str:
    url = form.get("url", "").strip()
    if not _is_ingest_url(url):
        errors["url"] = "Write the server URL as the service shows it: rtmp://… or rtmps://…"
    return url


def _is_ingest_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url and len(url) <= TARGET_TEXT_MAX
    return plain and parts.scheme in {"rtmp", "rtmps"} and bool(parts.hostname)


def _back(request: air.Request, stream: Stream, message: str) -> air.RedirectResponse:
    say(request, message)
    return air.RedirectResponse(f"/stream/{stream.id}/studio", status_code=303)
