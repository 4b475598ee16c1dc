"""Playback ids: what viewers get to see instead of asset ids.

Source: https://www.mux.com/docs/api-reference/video/assets/create-asset-playback-id
"""

from functools import partial

from starlette.responses import Response

from localmux.answers import Document, data, invalid, no_content, not_found
from localmux.api.asset_settings import POLICIES
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.resources import Resource, new_id


async def create_playback_id(call: Call, kind: str) -> Response:
    owner = call.find(kind)
    policy = Fields(call.body).choice("policy", POLICIES)
    if policy is None:
        raise invalid("policy is required.")
    if policy == "drm":
        raise invalid("policy drm is not available in localmux.")
    playback_id = {"id": new_id(), "policy": policy}
    _save(call, owner, [*owner.document.get("playback_ids", []), playback_id])
    return data(playback_id, 201)


async def get_playback_id(call: Call, kind: str) -> Response:
    return data(_find(call, call.find(kind)))


async def delete_playback_id(call: Call, kind: str) -> Response:
    owner = call.find(kind)
    gone = _find(call, owner)
    _save(call, owner, [one for one in owner.document["playback_ids"] if one != gone])
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


def _find(call: Call, owner: Resource) -> Document:
    for playback_id in owner.document.get("playback_ids", []):
        if playback_id["id"] == call.parameters["playback_id"]:
            return playback_id
    raise not_found()


def _save(call: Call, owner: Resource, playback_ids: list[Document]) -> None:
    owner.document["playback_ids"] = playback_ids
    with call.environment.store.transaction():
        call.environment.store.save(owner)
        call.environment.events.record("updated", owner, owner.document)


def _routes(path: str, kind: str) -> dict[str, Handler]:
    return {
        f"POST {path}": partial(create_playback_id, kind=kind),
        f"GET {path}/{{playback_id}}": partial(get_playback_id, kind=kind),
        f"DELETE {path}/{{playback_id}}": partial(delete_playback_id, kind=kind),
    }


ROUTES: dict[str, Handler] = {
    **_routes("/video/v1/assets/{id}/playback-ids", "asset"),
    **_routes("/video/v1/live-streams/{id}/playback-ids", "live_stream"),
    "GET /video/v1/playback-ids/{playback_id}": get_asset_or_live_stream_id,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    route: approximate("`drm` is 400") for route in ROUTES if route.startswith("POST")
}
