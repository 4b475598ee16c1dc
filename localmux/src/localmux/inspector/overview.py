"""Everything the inspector page shows, as one document without a secret in it."""

from localmux.answers import Document, present
from localmux.control_live import facts_of
from localmux.environment import Environment
from localmux.events import Delivery
from localmux.live.advice import advice
from localmux.resources import Resource

SHOWN = 50  # of each kind, the newest

UPLOAD = ("id", "status", "asset_id", "error", "new_asset_settings")
ASSET = (
    "id", "status", "created_at", "duration", "aspect_ratio", "max_stored_resolution",
    "playback_ids", "passthrough", "meta", "errors", "is_live", "live_stream_id", "upload_id",
    "progress",
)  # fmt: skip
LIVE_STREAM = (
    "id", "status", "created_at", "latency_mode", "playback_ids", "passthrough", "meta",
    "reconnect_window", "active_asset_id", "recent_asset_ids",
)  # fmt: skip


def overview(environment: Environment) -> Document:
    """The newest resources of each kind, deliveries and faults."""
    newest = environment.store.newest
    return {
        "api": environment.public_url,
        "rtmp": environment.rtmp_url,
        "webhook_url": environment.configuration.webhook_url,
        "live_streams": [
            live_stream(environment, one) for one in newest("live_stream", limit=SHOWN)
        ],
        "assets": [chosen(one, ASSET) for one in newest("asset", limit=SHOWN)],
        "uploads": [upload(environment, one) for one in newest("upload", limit=SHOWN)],
        "deliveries": [delivery(one) for one in environment.events.listed(SHOWN)],
        "faults": [present(one) for one in environment.faults.listed()],
    }


def chosen(resource: Resource, names: tuple[str, ...]) -> Document:
    return {name: resource.document[name] for name in names if name in resource.document}


def upload(environment: Environment, resource: Resource) -> Document:
    shown = chosen(resource, UPLOAD)
    if resource.document["status"] == "waiting":
        path = environment.receptions.path(resource.id)
        shown["received_bytes"] = path.stat().st_size if path.exists() else 0
    return shown


def live_stream(environment: Environment, resource: Resource) -> Document:
    """With what its encoder sends, and what should be changed in that encoder."""
    facts = facts_of(environment, resource)
    shown = chosen(resource, LIVE_STREAM) | facts
    if facts.get("encoder") and "recording" in facts:
        latency_mode = resource.document.get("latency_mode", "standard")
        shown["advice"] = advice(facts["recording"], latency_mode)
    return shown


def delivery(one: Delivery) -> Document:
    """How far it got; what was sent is asked for apart."""
    return {
        "event_id": one.envelope["id"],
        "type": one.envelope["type"],
        "object_id": one.envelope["object"]["id"],
        "created_at": one.envelope["created_at"],
        "state": one.state,
        "attempts": [
            {name: attempt[name] for name in ("created_at", "response_status_code")}
            for attempt in one.attempts
        ],
    }
