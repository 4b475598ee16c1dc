"""Playback ids: what viewers get to see instead of asset ids.

Source: https://www.mux.com/docs/api-reference/video/assets/create-asset-playback-id
"""

from starlette.responses import Response

from localmux.answers import Document, data, invalid, no_content, not_found
from localmux.api.asset_settings import POLICIES
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.resources import Resource, new_id


async def create_asset_playback_id(call: Call) -> Response:
    asset = call.find("asset")
    policy = Fields(call.body).choice("policy", POLICIES)
    if policy is None:
        raise invalid("policy is required.")
    if policy == "drm":
        raise invalid("policy drm is not available in localmux.")
    playback_id = {"id": new_id(), "policy": policy}
    _save(call, asset, [*asset.document.get("playback_ids", []), playback_id])
    return data(playback_id, 201)


async def get_asset_playback_id(call: Call) -> Response:
    return data(_find(call, call.find("asset")))


async def delete_asset_playback_id(call: Call) -> Response:
    asset = call.find("asset")
    gone = _find(call, asset)
    _save(call, asset, [one for one in asset.document["playback_ids"] if one != gone])
    return no_content()


async def get_asset_or_live_stream_id(call: Call) -> Response:
    """What a playback id belongs to."""
    playback_id = call.parameters["playback_id"]
    found = call.environment.store.by_playback_id(playback_id)
    if found is None:
        raise not_found()
    owner, policy = found
    owner_name = {"id": owner.id, "type": owner.kind}
    return data({"id": playback_id, "policy": policy, "object": owner_name})


def _find(call: Call, asset: Resource) -> Document:
    for playback_id in asset.document.get("playback_ids", []):
        if playback_id["id"] == call.parameters["playback_id"]:
            return playback_id
    raise not_found()


def _save(call: Call, asset: Resource, playback_ids: list[Document]) -> None:
    asset.document["playback_ids"] = playback_ids
    with call.environment.store.transaction():
        call.environment.store.save(asset)
        call.environment.events.record("updated", asset, asset.document)


ROUTES: dict[str, Handler] = {
    "POST /video/v1/assets/{id}/playback-ids": create_asset_playback_id,
    "GET /video/v1/assets/{id}/playback-ids/{playback_id}": get_asset_playback_id,
    "DELETE /video/v1/assets/{id}/playback-ids/{playback_id}": delete_asset_playback_id,
    "GET /video/v1/playback-ids/{playback_id}": get_asset_or_live_stream_id,
}
