"""/_localmux: what only a stand-in offers. Faults, time, events, counts, health and reset.

No credentials are asked for: it listens on this machine only. `own_pages` refuses what a browser
sends for some other site's page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localmux.answers import Document, invalid, not_found, present
from localmux.api.calls import read_body
from localmux.api.fields import Fields
from localmux.control_live import ROUTES as LIVE_ROUTES
from localmux.control_live import Control
from localmux.environment import Environment
from localmux.faults import Fault
from localmux.inspector.routes import CONTROLS as INSPECTOR_ROUTES
from localmux.inspector.routes import page_routes
from localmux.own_pages import refuse_other_sites

MOST_EVENTS = 1000


async def health(environment: Environment, _request: Request) -> Response:
    return JSONResponse({"status": "ok", "preparing": len(environment.ingest.jobs)})


async def reset(environment: Environment, _request: Request) -> Response:
    await environment.reset()
    return Response(status_code=204)


async def list_faults(environment: Environment, _request: Request) -> Response:
    return JSONResponse({"data": environment.faults.listed()})


async def create_fault(environment: Environment, request: Request) -> Response:
    fault = _read_fault(await read_body(request))
    environment.faults.add(fault)
    return JSONResponse({"data": asdict(fault)}, 201)


def _read_fault(body: Document) -> Fault:
    """Raises MuxError 400 for a rule that could never act, or that says something unknown."""
    known = {field.name for field in fields(Fault)} - {"id"}
    if unknown := body.keys() - known:
        raise invalid(f"A fault has no {', '.join(sorted(unknown))}.")
    given = Fields(body)
    values = {
        "stage": given.text("stage", 20),
        "method": given.text("method", 20),
        "path": given.text("path", 1000),
        "status": given.whole("status", 400, 599),
        "retry_after": given.whole("retry_after", 0, 86_400),
        "old": given.text("old", 1000),
        "new": given.text("new", 1000),
        "seconds": given.number("seconds", 0, 86_400),
        "after_bytes": given.whole("after_bytes", 0, 1 << 50),
        "bytes_per_second": given.whole("bytes_per_second", 1, 1 << 40),
        "message": given.text("message", 1000),
        "probability": given.number("probability", 0, 1),
        "times": given.whole("times", 1, 1_000_000),
    }
    said: Document = present(values)
    try:
        return Fault(action=given.text("action", 20) or "", **said)
    except ValueError as problem:
        raise invalid(str(problem)) from None


async def clear_faults(environment: Environment, _request: Request) -> Response:
    environment.faults.clear()
    return Response(status_code=204)


async def delete_fault(environment: Environment, request: Request) -> Response:
    if not environment.faults.remove(request.path_params["id"]):
        raise not_found()
    return Response(status_code=204)


async def get_time(environment: Environment, _request: Request) -> Response:
    return JSONResponse({"data": _time(environment)})


async def set_time(environment: Environment, request: Request) -> Response:
    """`ready_after` seconds every asset prepares at least; `advance` moves the clock on."""
    given = Fields(await read_body(request))
    ready_after = given.number("ready_after", 0, 86_400)
    if ready_after is not None:
        environment.clock.ready_after = ready_after
    environment.clock.offset += given.whole("advance", 0, 31_536_000) or 0
    await environment.expiry.look()
    return JSONResponse({"data": _time(environment)})


def _time(environment: Environment) -> Document:
    clock = environment.clock
    return {"ready_after": clock.ready_after, "offset": clock.offset, "now": clock.now()}


async def list_events(environment: Environment, request: Request) -> Response:
    """Newest first; `type` and `object_id` filter, with `*` for anything."""
    query = request.query_params
    found = environment.events.listed(
        MOST_EVENTS, query.get("type", "*"), query.get("object_id", "*")
    )
    return JSONResponse({"data": [one.envelope for one in found]})


async def list_deliveries(environment: Environment, request: Request) -> Response:
    """Newest first: each event's way to the webhook endpoint, with the answers it got."""
    found = environment.events.listed(MOST_EVENTS, request.query_params.get("type", "*"))
    shown = [
        {
            "event_id": one.envelope["id"],
            "type": one.envelope["type"],
            "state": one.state,
            "next_attempt_at": one.due if one.state == "pending" else None,
            "attempts": one.attempts,
        }
        for one in found
    ]
    return JSONResponse({"data": shown})


async def list_requests(environment: Environment, request: Request) -> Response:
    query = request.query_params
    counts = environment.requests.listed(query.get("method", "*"), query.get("path", "*"))
    return JSONResponse({"data": counts, "total": sum(one["count"] for one in counts)})


async def clear_requests(environment: Environment, _request: Request) -> Response:
    environment.requests.clear()
    return Response(status_code=204)


ROUTES: dict[str, Control] = {
    "GET /_localmux/health": health,
    "POST /_localmux/reset": reset,
    "GET /_localmux/faults": list_faults,
    "POST /_localmux/faults": create_fault,
    "DELETE /_localmux/faults": clear_faults,
    "DELETE /_localmux/faults/{id}": delete_fault,
    "GET /_localmux/time": get_time,
    "PUT /_localmux/time": set_time,
    "GET /_localmux/events": list_events,
    "GET /_localmux/deliveries": list_deliveries,
    "GET /_localmux/requests": list_requests,
    "DELETE /_localmux/requests": clear_requests,
    **LIVE_ROUTES,
    **INSPECTOR_ROUTES,
}


def control_routes(environment: Environment) -> list[Route]:
    names = {environment.configuration.host, urlsplit(environment.public_url).hostname}

    def guarded(control: Control) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            refuse_other_sites(request, names)
            return await control(environment, request)

        return answer

    routes = page_routes()
    for name, control in ROUTES.items():
        method, path = name.split()
        routes.append(Route(path, guarded(control), methods=[method]))
    return routes
