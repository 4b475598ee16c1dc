"""Simulcast targets: where a live stream is forwarded to.

Source: https://www.mux.com/docs/guides/stream-live-to-3rd-party-platforms
"""

from urllib.parse import urlsplit

from starlette.responses import Response

from localmux.answers import Document, data, invalid, no_content, not_found, present
from localmux.api.asset_settings import LONGEST_URL, PASSTHROUGH
from localmux.api.calls import Call, Handler
from localmux.api.fields import Fields
from localmux.api.labels import Label, approximate, faithful
from localmux.resources import Resource, new_id

MOST_TARGETS = 6  # for each live stream
LONGEST_KEY = 512  # characters
SCHEMES = ("rtmp", "rtmps", "srt")


def read_target(fields: Fields) -> Document:
    """A target to be, idle. Raises MuxError 400."""
    url = fields.text("url", LONGEST_URL)
    if url is None:
        raise invalid(f"{fields.within}url is required.")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not url.isprintable():
        raise invalid(f"{fields.within}url must start with rtmp://, rtmps:// or srt:// and a host.")
    return present(
        {
            "id": new_id(),
            "status": "idle",
            "url": url,
            "stream_key": fields.text("stream_key", LONGEST_KEY),
            "passthrough": fields.text("passthrough", PASSTHROUGH),
        }
    )


async def create_simulcast_target(call: Call) -> Response:
    stream = _idle(call)
    target = read_target(Fields(call.body))
    targets = stream.document.get("simulcast_targets", [])
    if len(targets) >= MOST_TARGETS:
        raise invalid(f"A live stream has at most {MOST_TARGETS} simulcast targets.")
    _save(call, stream, [*targets, target], "created", target)
    return data(target, 201)


async def get_simulcast_target(call: Call) -> Response:
    return data(_find(call, call.find("live_stream")))


async def delete_simulcast_target(call: Call) -> Response:
    stream = _idle(call)
    target = _find(call, stream)
    kept = [one for one in stream.document["simulcast_targets"] if one != target]
    _save(call, stream, kept, "deleted", target)
    return no_content()


def _idle(call: Call) -> Resource:
    """The live stream. Raises MuxError 400 during a broadcast, also before it is active."""
    stream = call.find("live_stream")
    if "active_asset_id" in stream.document:
        raise invalid("Simulcast targets can be created and deleted only while idle.")
    return stream


def _find(call: Call, stream: Resource) -> Document:
    for target in stream.document.get("simulcast_targets", []):
        if target["id"] == call.parameters["target_id"]:
            return target
    raise not_found()


def _save(
    call: Call, stream: Resource, targets: list[Document], action: str, target: Document
) -> None:
    stream.document["simulcast_targets"] = targets
    stream.document = present(stream.document)
    with call.environment.store.transaction():
        call.environment.store.save(stream)
        call.environment.broadcasts.journal.simulcast_event(action, stream, target)


PATH = "/video/v1/live-streams/{id}/simulcast-targets"
ROUTES: dict[str, Handler] = {
    f"POST {PATH}": create_simulcast_target,
    f"GET {PATH}/{{target_id}}": get_simulcast_target,
    f"DELETE {PATH}/{{target_id}}": delete_simulcast_target,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful()) | {
    f"POST {PATH}": approximate("to RTMP and RTMPS; a target of SRT ends `errored`, `fatal`"),
}
