"""/video/v1/live-streams: what encoders publish to, again and again.

Source: https://www.mux.com/docs/api-reference/video/live-streams
"""

from functools import partial

from starlette.responses import Response

from localmux.answers import ApiJSON, Document, data, invalid, listed, no_content, present
from localmux.api.asset_settings import read_policies, read_static_renditions, refuse_both
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful, ignored
from localmux.api.live_settings import read_changes, read_new_live_stream, read_subtitles
from localmux.api.pages import page
from localmux.live.broadcasts import new_stream_key
from localmux.resources import Resource, new_id

STATUSES = ("idle", "active", "disabled")


async def create_live_stream(call: Call) -> Response:
    environment = call.environment
    fields = Fields(call.body)
    settings = read_new_live_stream(fields)
    playback_ids = [{"id": new_id(), "policy": policy} for policy in read_policies(fields)]
    document = {
        "id": new_id(),
        "created_at": environment.clock.timestamp(),
        "status": "idle",
        "stream_key": new_stream_key(),
        "playback_ids": playback_ids,
        **settings,
    }
    journal = environment.broadcasts.journal
    with environment.store.transaction():
        stream = environment.store.add("live_stream", present(document))
        environment.events.record("created", stream, stream.document)
        for target in settings["simulcast_targets"]:
            journal.simulcast_event("created", stream, target)
    return data(stream.document, 201)


async def list_live_streams(call: Call) -> Response:
    status = Fields(dict(call.query)).choice("status", STATUSES)
    filters = {"status": status, "stream_key": call.query.get("stream_key")}
    streams = page(call, "live_stream", filters)
    return listed(stream.document for stream in streams)


async def get_live_stream(call: Call) -> Response:
    return data(call.find("live_stream").document)


async def update_live_stream(call: Call) -> Response:
    """An empty passthrough clears it; settings of the asset to be are changed one by one."""
    stream = call.find("live_stream")
    changes = read_changes(call.body)
    mode = changes.get("latency_mode")
    if mode and mode != stream.document["latency_mode"]:
        if stream.document["status"] != "idle" or "active_asset_id" in stream.document:
            raise invalid("latency_mode can be changed only while the live stream is idle.")
        changes |= {"reduced_latency": mode == "reduced" or None}
        changes |= {"low_latency": mode == "low" or None}
    if settings := changes.get("new_asset_settings"):
        known = stream.document.get("new_asset_settings", {})
        changes["new_asset_settings"] = known | settings
        refuse_both(changes["new_asset_settings"])
    if "passthrough" in changes:
        changes["passthrough"] = changes["passthrough"] or None
    stream.document |= changes
    call.environment.broadcasts.journal.changed("updated", stream)
    return data(stream.document)


async def delete_live_stream(call: Call) -> Response:
    """The encoder is sent away; what was recorded stays."""
    stream_id = call.find("live_stream").id
    broadcasts = call.environment.broadcasts
    async with broadcasts.ended(stream_id, "the live stream was deleted"):
        stream = call.find("live_stream")
        with call.environment.store.transaction():
            call.environment.store.delete(stream)
            call.environment.events.record("deleted", stream, stream.document)
    return no_content()


async def disable_live_stream(call: Call) -> Response:
    stream_id = call.find("live_stream").id
    broadcasts = call.environment.broadcasts
    async with broadcasts.ended(stream_id, "the live stream was disabled"):
        stream = call.find("live_stream")
        if stream.document["status"] != "disabled":
            stream.document["status"] = "disabled"
            broadcasts.journal.changed("disabled", stream)
    return ApiJSON({"data": {}})


async def enable_live_stream(call: Call) -> Response:
    stream = call.find("live_stream")
    if stream.document["status"] == "disabled":
        stream.document["status"] = "idle"
        call.environment.broadcasts.journal.changed("enabled", stream)
    return ApiJSON({"data": {}})


async def signal_live_stream_complete(call: Call) -> Response:
    """Without a broadcast there is nothing to complete, which is fine."""
    await call.environment.broadcasts.complete(call.find("live_stream").id)
    return ApiJSON({"data": {}})


async def reset_stream_key(call: Call) -> Response:
    """Whoever publishes with the old key is sent away, and may come back with the new one."""
    stream = call.find("live_stream")
    broadcasts = call.environment.broadcasts
    stream.document["stream_key"] = new_stream_key()
    broadcasts.journal.changed("updated", stream)
    await broadcasts.cut(stream.id, "the stream key was reset")
    return data(call.find("live_stream").document, 201)


async def update_subtitles(call: Call, name: str) -> Response:
    stream = call.find("live_stream")
    stream.document[name] = read_subtitles(Fields(call.body), name)
    call.environment.broadcasts.journal.changed("updated", stream)
    return data(stream.document)


async def update_static_renditions(call: Call) -> Response:
    """For the recordings to come; all that are wanted have to be named."""
    stream = call.find("live_stream")
    if "static_renditions" not in call.body:
        raise invalid("static_renditions is required.")
    wanted = read_static_renditions(Fields(call.body))
    known = stream.document.get("new_asset_settings", {})
    refuse_both(known | {"static_renditions": wanted})
    _set_static_renditions(call, stream, wanted)
    return data(stream.document)


async def delete_static_renditions(call: Call) -> Response:
    _set_static_renditions(call, call.find("live_stream"), [])
    return no_content()


def _set_static_renditions(call: Call, stream: Resource, wanted: list[Document]) -> None:
    settings = stream.document.get("new_asset_settings", {}) | {"static_renditions": wanted}
    stream.document["new_asset_settings"] = present(settings)
    call.environment.broadcasts.journal.changed("updated", stream)


PATH = "/video/v1/live-streams"
STATIC_RENDITIONS = f"{PATH}/{{id}}/new-asset-settings/static-renditions"
ROUTES: dict[str, Handler] = {
    f"POST {PATH}": create_live_stream,
    f"GET {PATH}": list_live_streams,
    f"GET {PATH}/{{id}}": get_live_stream,
    f"PATCH {PATH}/{{id}}": update_live_stream,
    f"DELETE {PATH}/{{id}}": delete_live_stream,
    f"PUT {PATH}/{{id}}/enable": enable_live_stream,
    f"PUT {PATH}/{{id}}/disable": disable_live_stream,
    f"PUT {PATH}/{{id}}/complete": signal_live_stream_complete,
    f"POST {PATH}/{{id}}/reset-stream-key": reset_stream_key,
    f"PUT {PATH}/{{id}}/embedded-subtitles": partial(update_subtitles, name="embedded_subtitles"),
    f"PUT {PATH}/{{id}}/generated-subtitles": partial(update_subtitles, name="generated_subtitles"),
    f"PUT {STATIC_RENDITIONS}": update_static_renditions,
    f"DELETE {STATIC_RENDITIONS}": delete_static_renditions,
}
NO_EFFECT = ignored("no text track comes of it")
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    f"POST {PATH}": approximate(
        "`test`, `audio_only` and slates have no effect: missing media is a gap; no SRT"
    ),
    f"PUT {PATH}/{{id}}/embedded-subtitles": NO_EFFECT,
    f"PUT {PATH}/{{id}}/generated-subtitles": NO_EFFECT,
}
