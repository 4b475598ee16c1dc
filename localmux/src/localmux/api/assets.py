"""/video/v1/assets: videos, from a URL or from a direct upload.

Source: https://www.mux.com/docs/api-reference/video/assets
"""

from dataclasses import asdict
from urllib.parse import urlsplit

from starlette.responses import Response

from localmux import clips, master
from localmux.answers import ApiJSON, Document, data, invalid, no_content, present
from localmux.api.asset_settings import PASSTHROUGH, read_meta, read_settings
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.api.pages import next_cursor, page
from localmux.new_assets import new_asset
from localmux.resources import Resource


async def create_asset(call: Call) -> Response:
    """Answers at once; a download that fails shows later, as an errored asset."""
    environment = call.environment
    settings = read_settings(Fields(call.body))
    url = _source_url(settings)
    private: Document = {"url": url, "inputs": settings["inputs"]}
    if urlsplit(url).scheme == clips.SCHEME:
        origin, span = _clipped(call, settings["inputs"][0])
        document = new_asset(settings, environment.clock.timestamp(), "on_demand_clip")
        document["source_asset_id"] = origin
        private["clip"] = asdict(span)
    else:
        document = new_asset(settings, environment.clock.timestamp(), "on_demand_url")
    with environment.store.transaction():
        asset = environment.store.add("asset", document, private)
        environment.events.record("created", asset, asset.document)
    environment.ingest.start(asset)
    return data(asset.document, 201)


def _source_url(settings: Document) -> str:
    inputs = settings.get("inputs")
    if not inputs or "url" not in inputs[0]:
        raise invalid("inputs[0].url is required.")
    url = inputs[0]["url"]
    if urlsplit(url).scheme not in ("http", "https", clips.SCHEME):
        raise invalid("inputs[0].url must start with http://, https:// or mux://assets/.")
    return url


def _clipped(call: Call, asked: Document) -> tuple[str, clips.Span]:
    """Which asset a clip is taken from, and which part. Raises MuxError 400."""
    origin = call.environment.store.get("asset", clips.source_of(asked["url"]))
    if origin is None or origin.document["status"] != "ready":
        raise invalid("inputs[0].url names no asset that is ready.")
    shown = call.environment.broadcasts.shown(origin)
    return origin.id, clips.span_of(asked, shown["duration"])


async def list_assets(call: Call) -> Response:
    filters = {name: call.query.get(name) for name in ("upload_id", "live_stream_id")}
    assets = page(call, "asset", filters)
    documents = [present(shown(call, asset)) for asset in assets]
    return ApiJSON({"data": documents, "next_cursor": next_cursor(call, "asset", assets, filters)})


async def get_asset(call: Call) -> Response:
    return data(shown(call, call.find("asset")))


def shown(call: Call, asset: Resource) -> Document:
    """The asset as it is at this moment."""
    master.expire(call.environment, asset)
    return call.environment.broadcasts.shown(asset)


async def update_asset(call: Call) -> Response:
    """Only passthrough and meta can change; an empty passthrough clears it."""
    asset = call.find("asset")
    fields = Fields(call.body)
    changes = {"passthrough": fields.text("passthrough", PASSTHROUGH), "meta": read_meta(fields)}
    for name, value in changes.items():
        if name in call.body:
            asset.document[name] = value or None
    asset.document = present(asset.document)
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        call.environment.events.record("updated", asset, asset.document)
    return data(asset.document)


async def delete_asset(call: Call) -> Response:
    asset = call.find("asset")
    if asset.document.get("is_live"):
        raise invalid("The asset is being recorded: complete its live stream first.")
    with call.environment.store.transaction():
        call.environment.store.delete(asset)
        call.environment.events.record("deleted", asset, asset.document)
    call.environment.deliveries.forget(asset.document, call.environment.clock.timestamp())
    await call.environment.additions.stop(asset.id)
    await call.environment.ingest.remove(asset.id)
    return no_content()


ROUTES: dict[str, Handler] = {
    "POST /video/v1/assets": create_asset,
    "GET /video/v1/assets": list_assets,
    "GET /video/v1/assets/{id}": get_asset,
    "PATCH /video/v1/assets/{id}": update_asset,
    "DELETE /video/v1/assets/{id}": delete_asset,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    "POST /video/v1/assets": approximate(
        "`test`, `normalize_audio` and `video_quality` have no effect; overlays, additional audio"
        " tracks, `drm` and generated subtitles are 400"
    ),
}
