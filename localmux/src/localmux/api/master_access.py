"""Master access, and what is known of an asset's inputs.

Source: https://www.mux.com/docs/guides/download-for-offline-editing
https://www.mux.com/docs/api-reference/video/assets/get-asset-input-info
"""

from starlette.responses import Response

from localmux import master
from localmux.answers import ApiJSON, Document, data, invalid, present
from localmux.api.asset_settings import MASTER_ACCESS
from localmux.api.asset_tracks import settled_asset
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.films import media_info
from localmux.media.media_info import MediaInfo
from localmux.resources import Resource


async def update_asset_master_access(call: Call) -> Response:
    environment = call.environment
    asset = settled_asset(call)
    access = Fields(call.body).choice("master_access", MASTER_ACCESS)
    if access is None:
        raise invalid("master_access is required.")
    master.expire(environment, asset)
    if access == asset.document["master_access"]:
        return data(asset.document)
    if access == "none":
        await environment.additions.stop(asset.id, master.JOB)
        master.revoke(environment, asset)
        return data(asset.document)
    master.grant(asset)
    with environment.store.transaction():
        environment.store.save(asset)
        environment.events.record("master.preparing", asset, asset.document)
    environment.additions.start(asset.id)
    return data(asset.document)


async def get_asset_input_info(call: Call) -> Response:
    """What was asked for as input, and what was found in the file."""
    asset = call.find("asset")
    inputs = asset.private.get("inputs") or [{}]
    first = {"settings": inputs[0], "file": _file(call, asset)}
    others = [{"settings": other} for other in inputs[1:]]
    return ApiJSON({"data": [present(first), *others]})


def _file(call: Call, asset: Resource) -> Document | None:
    if asset.document["status"] != "ready" or asset.document.get("is_live"):
        return None
    try:
        info = media_info(call.environment.ingest.folder / asset.id)
    except FileNotFoundError:
        return None
    return {"container_format": info.container, "tracks": _tracks(info)}


def _tracks(info: MediaInfo) -> list[Document]:
    tracks: list[Document] = []
    if video := info.video:
        tracks.append(
            {
                "type": "video",
                "duration": round(video.end, 6),
                "encoding": video.codec,
                "width": video.width,
                "height": video.height,
                "frame_rate": round(float(video.frame_rate), 3),
            }
        )
    if audio := info.audio:
        sound = {"type": "audio", "duration": round(audio.end, 6), "encoding": audio.codec}
        tracks.append(sound | {"channels": audio.channels})
    return tracks


PATH = "/video/v1/assets/{id}"
ROUTES: dict[str, Handler] = {
    f"PUT {PATH}/master-access": update_asset_master_access,
    f"GET {PATH}/input-info": get_asset_input_info,
}
LABELS: dict[str, Label] = {
    f"PUT {PATH}/master-access": faithful("the file as it came where it is MP4, else in one"),
    f"GET {PATH}/input-info": approximate("no `sample_rate`, no `sample_size`"),
}
