"""/_localmux/live-streams: what is going on in a live stream, and test broadcasts.

They act out what only the world outside can do: an encoder starts, stops, vanishes, comes back.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from localmux.answers import Document, MuxError, present
from localmux.api.calls import find
from localmux.environment import Environment
from localmux.live.test_broadcast import DROPPED, RUNNING, TestBroadcast
from localmux.publisher import PublishFailed
from localmux.resources import Resource

type Control = Callable[[Environment, Request], Awaitable[Response]]


async def get_live_stream(environment: Environment, request: Request) -> Response:
    return JSONResponse({"data": facts_of(environment, _stream(environment, request))})


async def start_broadcast(environment: Environment, request: Request) -> Response:
    """409 with the reason when the live stream takes no encoder now."""
    stream = _stream(environment, request)
    if _present(environment, stream):
        raise _conflict("A test broadcast is on already.")
    url = f"{environment.own_rtmp_url}/{stream.document['stream_key']}"
    broadcast = TestBroadcast(url)
    await _begin(broadcast.start())
    environment.test_broadcasts[stream.id] = broadcast
    return JSONResponse({"data": facts_of(environment, stream)}, 201)


async def stop_broadcast(environment: Environment, request: Request) -> Response:
    stream, broadcast = _running(environment, request)
    await broadcast.stop()
    environment.test_broadcasts.pop(stream.id, None)
    return Response(status_code=204)


async def drop_encoder(environment: Environment, request: Request) -> Response:
    stream, broadcast = _running(environment, request)
    if broadcast.state != RUNNING:
        raise _conflict("The encoder is gone already.")
    broadcast.drop()
    return JSONResponse({"data": facts_of(environment, stream)})


async def return_encoder(environment: Environment, request: Request) -> Response:
    stream, broadcast = _running(environment, request)
    if broadcast.state != DROPPED:
        raise _conflict("The encoder is there.")
    await _begin(broadcast.come_back())
    return JSONResponse({"data": facts_of(environment, stream)})


async def _begin(beginning: Awaitable[None]) -> None:
    try:
        await beginning
    except PublishFailed as refusal:
        raise _conflict(str(refusal)) from None
    except OSError as problem:
        raise _conflict(f"The encoder cannot connect: {problem}.") from None


def _conflict(message: str) -> MuxError:
    return MuxError(409, "conflict", message)


def _stream(environment: Environment, request: Request) -> Resource:
    return find(environment, "live_stream", request.path_params["id"])


def _present(environment: Environment, stream: Resource) -> TestBroadcast | None:
    """The test broadcast of a live stream; one that the server ended is forgotten."""
    broadcast = environment.test_broadcasts.get(stream.id)
    if broadcast and broadcast.ended:
        del environment.test_broadcasts[stream.id]
        return None
    return broadcast


def _running(environment: Environment, request: Request) -> tuple[Resource, TestBroadcast]:
    stream = _stream(environment, request)
    broadcast = _present(environment, stream)
    if broadcast is None:
        raise MuxError(404, "not_found", "There is no test broadcast on this live stream.")
    return stream, broadcast


def facts_of(environment: Environment, stream: Resource) -> Document:
    """What is known at this moment; what is not going on is left out, and so is every key."""
    stream = environment.store.get("live_stream", stream.id) or stream
    broadcast = environment.broadcasts.running.get(stream.id)
    publication = environment.broadcasts.publications.get(stream.id)
    test = _present(environment, stream)
    facts: Document = {
        "id": stream.id,
        "status": stream.document["status"],
        "encoder": present(publication.facts()) if publication else None,
        "test_broadcast": test.state if test else None,
    }
    tries = broadcast.simulcast.facts() if broadcast else {}
    facts["simulcast_targets"] = [
        {name: one[name] for name in ("id", "status", "error_severity") if name in one}
        | tries.get(one["id"], {})
        for one in stream.document.get("simulcast_targets", [])
    ]
    if broadcast:
        recording = {"asset_id": broadcast.asset_id, "playable": broadcast.active}
        facts["recording"] = recording | broadcast.recording.facts()
        facts["reconnect_seconds_left"] = broadcast.seconds_left
    return present(facts)


ROUTES: dict[str, Control] = {
    "GET /_localmux/live-streams/{id}": get_live_stream,
    "POST /_localmux/live-streams/{id}/broadcast": start_broadcast,
    "DELETE /_localmux/live-streams/{id}/broadcast": stop_broadcast,
    "POST /_localmux/live-streams/{id}/drop": drop_encoder,
    "POST /_localmux/live-streams/{id}/return": return_encoder,
}
