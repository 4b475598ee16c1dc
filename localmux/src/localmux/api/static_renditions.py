"""Static renditions of assets, by the interface of today and by the deprecated `mp4_support`.

Source: https://www.mux.com/docs/guides/enable-static-mp4-renditions
"""

from starlette.responses import Response

from localmux import mp4_support
from localmux.answers import data, invalid, no_content, not_found, present
from localmux.api.asset_settings import read_static_rendition, refuse_both, refuse_clash
from localmux.api.asset_tracks import settled_asset
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.rendition_files import MP4_SUPPORT, files_of, new_rendition, path_of, with_files


async def create_asset_static_rendition(call: Call) -> Response:
    asset = call.find("asset")
    settings = read_static_rendition(Fields(call.body))
    if asset.document["status"] == "errored":
        raise invalid("The asset is errored.")
    refuse_both(asset.document | {"static_renditions": settings})
    files = files_of(asset.document)
    refuse_clash([*(one["resolution"] for one in files), settings["resolution"]])
    rendition = new_rendition(settings)
    asset.document["static_renditions"] = with_files([*files, rendition])
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        told = rendition | {"asset_id": asset.id}
        call.environment.events.record("static_rendition.created", asset, told)
    call.environment.additions.start(asset.id)
    return data(rendition, 201)


async def delete_asset_static_rendition(call: Call) -> Response:
    asset = call.find("asset")
    files = files_of(asset.document)
    wanted = call.parameters["rendition_id"]
    gone = next((one for one in files if one.get("id") == wanted), None)
    if gone is None:
        raise not_found()
    asset.document["static_renditions"] = with_files([one for one in files if one != gone])
    asset.document = present(asset.document)
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        told = gone | {"asset_id": asset.id}
        call.environment.events.record("static_rendition.deleted", asset, told)
    await call.environment.additions.stop(asset.id, wanted)
    path_of(call.environment.ingest.folder / asset.id, gone["name"]).unlink(missing_ok=True)
    return no_content()


async def update_asset_mp4_support(call: Call) -> Response:
    """`none` deletes the files; anything else makes them anew."""
    asset = settled_asset(call)
    support = Fields(call.body).choice("mp4_support", MP4_SUPPORT)
    if support is None:
        raise invalid("mp4_support is required.")
    known = asset.document["mp4_support"]
    if known == "none":
        refuse_both(asset.document | {"mp4_support": support})
    if support == known:
        return data(asset.document)
    await call.environment.additions.stop(asset.id, mp4_support.JOB)
    asset.document["mp4_support"] = support
    files = files_of(asset.document)
    preparing = None if support == "none" else {"status": "preparing"}
    asset.document = present(asset.document | {"static_renditions": preparing})
    action = "deleted" if preparing is None else "preparing"
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        call.environment.events.record(f"static_renditions.{action}", asset, asset.document)
    for file in files:
        path_of(call.environment.ingest.folder / asset.id, file["name"]).unlink(missing_ok=True)
    call.environment.additions.start(asset.id)
    return data(asset.document)


PATH = "/video/v1/assets/{id}"
ROUTES: dict[str, Handler] = {
    f"POST {PATH}/static-renditions": create_asset_static_rendition,
    f"DELETE {PATH}/static-renditions/{{rendition_id}}": delete_asset_static_rendition,
    f"PUT {PATH}/mp4-support": update_asset_mp4_support,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    f"PUT {PATH}/mp4-support": approximate("the sizes of `standard` are localmux' own"),
}
