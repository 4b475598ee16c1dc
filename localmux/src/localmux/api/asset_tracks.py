"""Text tracks of ready assets: subtitles from an address.

Source: https://www.mux.com/docs/guides/add-subtitles-to-your-videos
"""

from starlette.responses import Response

from localmux.answers import Document, data, invalid, no_content, not_found
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.inputs import NO_GENERATED, read_text_track, refuse_equal_names
from localmux.api.labels import Label, absent, approximate, faithful
from localmux.resources import Resource
from localmux.text_tracks import new_track, path_of, remember_address


async def create_asset_track(call: Call) -> Response:
    """Answers at once; a file that cannot be fetched or read shows later, as an errored track."""
    asset = settled_asset(call)
    settings = read_text_track(Fields(call.body))
    tracks = asset.document.get("tracks", [])
    names = [one["name"] for one in tracks if one["type"] == "text"]
    refuse_equal_names([*names, settings["name"]])
    track = new_track(settings)
    remember_address(asset, track, settings["url"])
    asset.document["tracks"] = [*tracks, track]
    _save(call, asset, "created", track)
    call.environment.additions.start(asset.id)
    return data(track, 201)


async def delete_asset_track(call: Call) -> Response:
    asset = settled_asset(call)
    track = _find(call, asset)
    if track["type"] != "text":
        raise invalid("The video track and the primary audio track cannot be deleted.")
    kept = [one for one in asset.document["tracks"] if one != track]
    asset.document["tracks"] = kept
    asset.private.get("track_urls", {}).pop(track["id"], None)
    _save(call, asset, "deleted", track | {"status": "deleted"})
    await call.environment.additions.stop(asset.id, track["id"])
    path_of(call.environment.ingest.folder / asset.id, track["id"]).unlink(missing_ok=True)
    return no_content()


async def generate_asset_track_subtitles(call: Call) -> Response:
    """Refused in a sentence, as Mux refuses what a plan lacks."""
    track = _find(call, settled_asset(call))
    if track["type"] != "audio":
        raise invalid("Subtitles can be generated for an audio track only.")
    raise invalid(NO_GENERATED.capitalize())


def settled_asset(call: Call) -> Resource:
    """The asset. Raises MuxError 400 until it is ready, and while it is being recorded."""
    asset = call.find("asset")
    if asset.document["status"] != "ready":
        raise invalid("The asset is not ready.")
    if asset.document.get("is_live"):
        raise invalid("The asset is being recorded: complete its live stream first.")
    return asset


def _find(call: Call, asset: Resource) -> Document:
    for track in asset.document.get("tracks", []):
        if track["id"] == call.parameters["track_id"]:
            return track
    raise not_found()


def _save(call: Call, asset: Resource, action: str, track: Document) -> None:
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        told = track | {"asset_id": asset.id}
        call.environment.events.record(f"track.{action}", asset, told)


PATH = "/video/v1/assets/{id}/tracks"
ROUTES: dict[str, Handler] = {
    f"POST {PATH}": create_asset_track,
    f"DELETE {PATH}/{{track_id}}": delete_asset_track,
    f"POST {PATH}/{{track_id}}/generate-subtitles": generate_asset_track_subtitles,
}
LABELS: dict[str, Label] = {
    f"POST {PATH}": approximate("text tracks from SRT or WebVTT; audio tracks are 400"),
    f"DELETE {PATH}/{{track_id}}": faithful(),
    f"POST {PATH}/{{track_id}}/generate-subtitles": absent("400: no speech is recognised"),
}
