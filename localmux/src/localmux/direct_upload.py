"""The upload host: takes the bytes of a direct upload, whole or in chunks.

The protocol is Google Cloud Storage's resumable one, which Mux's upload URLs speak:
https://www.mux.com/docs/guides/upload-files-directly and
https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import hmac
import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from localmux.api.uploads import complete
from localmux.content_range import CHUNK, BadRange, ContentRange
from localmux.environment import Environment
from localmux.expiry import expire
from localmux.receptions import Reception, TakenOver
from localmux.resources import Resource
from localmux.room import SENTENCE, is_full

METHODS = "PUT, POST, PATCH, OPTIONS"  # UpChunk can be set to any of the first three

logger = logging.getLogger("localmux.uploads")


class Refused(Exception):
    """An answer other than success, with a sentence for the person who uploads."""

    def __init__(
        self, status: int, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


def upload_routes(environment: Environment) -> list[Route]:
    """The one route of the upload host, with its CORS rules."""

    async def answer(request: Request) -> Response:
        try:
            upload = _find(environment, request)
        except Refused as refusal:
            return _refusal(refusal)
        if request.method == "OPTIONS":
            return _preflight(request, upload)
        try:
            response = await _receive(environment, request, upload)
        except Refused as refusal:
            response = _refusal(refusal)
        except (OSError, sqlite3.Error) as problem:
            if not is_full(problem):
                raise
            response = _refusal(Refused(507, SENTENCE))
        response.headers.update(_cors(request, upload))
        return response

    methods = METHODS.split(", ")
    return [Route("/upload/{upload_id}", answer, methods=methods)]


def _refusal(refusal: Refused) -> Response:
    return PlainTextResponse(f"{refusal}\n", refusal.status, refusal.headers)


def _find(environment: Environment, request: Request) -> Resource:
    """The upload the URL is for. Raises Refused 404, or 403 for a wrong token."""
    upload = environment.store.get("upload", request.path_params["upload_id"])
    if upload is None:
        raise Refused(404, "There is no such upload.")
    given = request.query_params.get("token", "")
    if not hmac.compare_digest(given.encode(), upload.private["token"].encode()):
        raise Refused(403, "The upload URL's token is wrong; use the URL exactly as given.")
    return upload


def _cors(request: Request, upload: Resource) -> dict[str, str]:
    """What lets a page of exactly the upload's cors_origin send and read; others get nothing."""
    origin, allowed = request.headers.get("origin"), upload.document.get("cors_origin")
    if origin is None or allowed is None or allowed not in ("*", origin):
        return {}
    return {
        "Access-Control-Allow-Origin": "*" if allowed == "*" else origin,
        "Access-Control-Expose-Headers": "Range",
        "Vary": "Origin",
    }


def _preflight(request: Request, upload: Resource) -> Response:
    headers = _cors(request, upload)
    if not headers:
        allowed = upload.document.get("cors_origin", "no origin")
        return PlainTextResponse(f"This upload's cors_origin is {allowed}.\n", 403)
    headers |= {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "content-type, content-range",
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


async def _receive(environment: Environment, request: Request, upload: Resource) -> Response:
    """Store what the request carries. Raises Refused."""
    header = request.headers.get("content-range")
    try:
        chunk = ContentRange.parse(header) if header else None
    except BadRange as problem:
        raise Refused(400, str(problem)) from None
    if _is_complete(environment, upload.id):
        return Response()
    with environment.receptions.of(upload.id) as reception:
        try:
            if chunk and chunk.first is None:
                # what is being sent at this moment completes the upload itself
                total = None if reception.lock.locked() else chunk.total
                return _progress(environment, upload.id, reception, total)
            async with reception.turn():
                return await _append(environment, request, upload.id, reception, chunk)
        except TakenOver:
            _is_complete(environment, upload.id)
            raise Refused(409, "Another request goes on with this upload.") from None


def _is_complete(environment: Environment, upload_id: str) -> bool:
    """Whether all bytes came already. Raises Refused 410 when none are wanted any more."""
    upload = environment.store.get("upload", upload_id)
    if upload:
        expire(environment, upload)
    status = upload.document["status"] if upload else "cancelled"
    if status == "cancelled":
        raise Refused(410, "This upload was cancelled; create a new one.")
    if status == "timed_out":
        raise Refused(410, "This upload has expired; create a new one.")
    return status != "waiting"


async def _append(
    environment: Environment,
    request: Request,
    upload_id: str,
    reception: Reception,
    chunk: ContentRange | None,
) -> Response:
    """Add the body to the file, after another look at the upload: others came before.

    A complete one is answered as such, for a client that never saw the last answer.
    """
    if _is_complete(environment, upload_id):
        return Response()
    if chunk is None:
        reception.start_over()
        await _store(reception, request.stream())
        return _progress(environment, upload_id, reception, reception.received())
    skip = _overlap(request, reception, chunk)
    await _store(reception, _part(request.stream(), skip, chunk.length))
    return _progress(environment, upload_id, reception, chunk.total)


def _overlap(request: Request, reception: Reception, chunk: ContentRange) -> int:
    """How many of the chunk's bytes are stored already. Raises Refused for one out of place."""
    declared = request.headers.get("content-length")
    if declared is not None and int(declared) != chunk.length:
        raise Refused(
            400, f"Content-Range is about {chunk.length} bytes, Content-Length is {declared}."
        )
    if not chunk.final and chunk.length % CHUNK:
        raise Refused(400, f"Every chunk but the last must be a multiple of {CHUNK} bytes.")
    received = reception.received()
    if chunk.total is not None and received > chunk.total:
        raise Refused(400, f"{received} bytes are here already, more than the total given.")
    if (chunk.first or 0) > received:
        raise Refused(400, f"Bytes are missing: go on from {received}.", _range(received))
    return received - (chunk.first or 0)


async def _part(stream: AsyncIterator[bytes], skip: int, end: int) -> AsyncIterator[bytes]:
    """The bytes from `skip` up to `end` of a body that may be longer than it said."""
    place = 0
    async for block in stream:
        start, stop = max(skip - place, 0), end - place
        place += len(block)
        if start or place > end:
            block = block[start : max(stop, 0)]  # noqa: PLW2901 the rest is not wanted
        if block:
            yield block


async def _store(reception: Reception, blocks: AsyncIterator[bytes]) -> None:
    """Write what arrives. A client that vanishes leaves everything it sent, to go on from."""
    sink = reception.sink()
    try:
        async for block in blocks:
            reception.heard()
            await sink.add(block)
    except ClientDisconnect:
        raise Refused(400, "The connection ended before the body.") from None
    finally:
        await sink.close()


def _progress(
    environment: Environment, upload_id: str, reception: Reception, total: int | None
) -> Response:
    """200 when everything is here, else 308 with what is. Completes the upload once."""
    if not _is_complete(environment, upload_id):
        received = reception.received()
        if total is None or received != total:
            return Response(status_code=308, headers=_range(received))
        complete(environment, upload_id)
    return Response()


def _range(received: int) -> dict[str, str]:
    return {"Range": f"bytes=0-{received - 1}"} if received else {}
