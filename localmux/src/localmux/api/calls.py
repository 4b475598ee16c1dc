"""What a route of the API gets: credentials checked, rate counted, body parsed."""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from localmux.answers import Document, MuxError, invalid, not_found, unauthorized
from localmux.config import Configuration
from localmux.environment import Environment
from localmux.resources import Resource

LARGEST_BODY = 1 << 20  # bytes
BODY_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Call:
    """One API request, ready for its handler."""

    environment: Environment
    parameters: dict[str, str]
    query: QueryParams
    body: Document

    def find(self, kind: str, parameter: str = "id") -> Resource:
        """The resource the path names. Raises MuxError 404, or 400 for what cannot be an id."""
        return find(self.environment, kind, self.parameters[parameter])


type Handler = Callable[[Call], Awaitable[Response]]


def find(environment: Environment, kind: str, resource_id: str) -> Resource:
    """Raises MuxError 404 for an unknown id, 400 for a text that cannot be one."""
    if not (resource_id.isascii() and resource_id.isalnum() and len(resource_id) <= 255):
        raise invalid("Failed to parse ID")
    resource = environment.store.get(kind, resource_id)
    if resource is None:
        raise not_found()
    return resource


def endpoint(
    environment: Environment, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a handler in what holds for every API request."""
    limit = environment.rate_limit

    async def answer(request: Request) -> Response:
        authorize(request, environment.configuration)
        headers = limit.take(request.method) if limit else {}
        call = Call(
            environment, request.path_params, request.query_params, await read_body(request)
        )
        response = await handler(call)
        response.headers.update(headers)
        return response

    return answer


def authorize(request: Request, configuration: Configuration) -> None:
    """Raises MuxError 401 unless the basic credentials are the environment's token."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    wanted = f"{configuration.token_id}:{configuration.token_secret}".encode()
    if not hmac.compare_digest(given, wanted):
        raise unauthorized()


async def _whole_body(request: Request) -> bytearray:
    raw = bytearray()
    async for block in request.stream():
        raw += block
        if len(raw) > LARGEST_BODY:
            raise invalid("The request body is larger than 1 MiB.")
    return raw


async def read_body(request: Request) -> Document:
    """The JSON object of the body, {} when there is none. Raises MuxError 400 or 408."""
    try:
        async with asyncio.timeout(BODY_WITHIN):
            raw = await _whole_body(request)
    except TimeoutError:
        late = f"The request body took longer than {BODY_WITHIN:.0f} seconds."
        raise MuxError(408, "request_timeout", late, headers={"connection": "close"}) from None
    if not raw:
        return {}
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()  # what came in can go out
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return body
