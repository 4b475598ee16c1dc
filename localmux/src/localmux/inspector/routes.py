"""The inspector's page, and the controls that only it needs."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from localmux.answers import MuxError, not_found
from localmux.api.calls import find
from localmux.environment import Environment
from localmux.events import Delivery
from localmux.inspector.overview import overview

type Control = Callable[[Environment, Request], Awaitable[Response]]

HERE = Path(__file__).parent
FILES = ("inspector.css", "inspector.js", "cards.js", "faults.js", "fields.js")
# Everything comes from here, and no other page may put this one into a frame.
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


async def get_overview(environment: Environment, _request: Request) -> Response:
    return JSONResponse(overview(environment), headers={"cache-control": "no-store"})


async def get_delivery(environment: Environment, request: Request) -> Response:
    """What was sent, and each answer."""
    one = _delivery(environment, request)
    return JSONResponse({"data": {"payload": one.envelope, "attempts": one.attempts}})


async def redeliver(environment: Environment, request: Request) -> Response:
    """Send it once more, whatever became of it. 409 where there is no endpoint to send it to."""
    if environment.webhooks is None:
        raise MuxError(409, "conflict", "localmux was started without --webhook-url.")
    environment.events.send_again(_delivery(environment, request))
    return Response(status_code=202)


async def get_stream_key(environment: Environment, request: Request) -> Response:
    """Apart from everything else, so that no page shows it unasked."""
    stream = find(environment, "live_stream", request.path_params["id"])
    data = {"rtmp": environment.rtmp_url, "stream_key": stream.document["stream_key"]}
    return JSONResponse({"data": data}, headers={"cache-control": "no-store"})


def _delivery(environment: Environment, request: Request) -> Delivery:
    one = environment.events.get(request.path_params["id"])
    if one is None:
        raise not_found()
    return one


CONTROLS: dict[str, Control] = {
    "GET /_localmux/overview": get_overview,
    "GET /_localmux/deliveries/{id}": get_delivery,
    "POST /_localmux/deliveries/{id}/redeliver": redeliver,
    "GET /_localmux/live-streams/{id}/stream-key": get_stream_key,
}


def page_routes() -> list[Route]:
    """The page itself holds nothing of anybody's, so a link from anywhere may lead to it."""

    def file(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            return FileResponse(HERE / name, headers=HEADERS)

        return answer

    async def redirect(_request: Request) -> Response:
        return RedirectResponse("/_localmux/", 308)

    return [
        Route("/_localmux", redirect),
        Route("/_localmux/", file("index.html")),
        *(Route(f"/_localmux/{name}", file(name)) for name in FILES),
    ]
