"""The REST API: one module per resource, each with its table of routes."""

from starlette.routing import Route

from localmux.api import (
    asset_tracks,
    assets,
    delivery_usage,
    live_streams,
    master_access,
    playback_ids,
    playback_restrictions,
    signing_keys,
    simulcast_targets,
    static_renditions,
    uploads,
    whoami,
)
from localmux.api.calls import endpoint
from localmux.environment import Environment

MODULES = (
    uploads,
    assets,
    asset_tracks,
    static_renditions,
    master_access,
    live_streams,
    simulcast_targets,
    playback_ids,
    signing_keys,
    playback_restrictions,
    delivery_usage,
    whoami,
)


def api_routes(environment: Environment) -> list[Route]:
    """Every route of the API, with credentials and rate limits checked."""
    routes = []
    for module in MODULES:
        for name, handler in module.ROUTES.items():
            method, path = name.split()
            routes.append(Route(path, endpoint(environment, handler), methods=[method]))
    return routes
