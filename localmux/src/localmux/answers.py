"""The shape of everything the API answers: envelope, errors, absent rather than null.

Source: https://www.mux.com/docs/core/make-api-requests
"""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from localmux.room import SENTENCE, is_full

type Document = dict[str, Any]


class MuxError(Exception):
    """An answer other than success, in the words of Mux's error body."""

    def __init__(
        self, status: int, kind: str, *messages: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(*messages)
        self.status = status
        self.body = {"error": {"type": kind, "messages": list(messages)}}
        self.headers = headers


class ApiJSON(JSONResponse):
    """JSON with the headers Mux's API server sends."""

    media_type = "application/json; charset=utf-8"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers(headers)
        self.headers["cache-control"] = "max-age=0, private, must-revalidate"


def unauthorized() -> MuxError:
    return MuxError(401, "unauthorized", "Unauthorized request")


def not_found() -> MuxError:
    return MuxError(
        404,
        "not_found",
        "The requested resource either doesn't exist or you don't have access to it.",
    )


def invalid(message: str) -> MuxError:
    return MuxError(400, "invalid_parameters", message)


def present(document: Document) -> Document:
    """Leave out what has no value: Mux sends neither null nor an empty list."""
    return {name: value for name, value in document.items() if value not in (None, [], {})}


def data(document: Document, status: int = 200) -> Response:
    return ApiJSON({"data": present(document)}, status)


def listed(documents: Iterable[Document]) -> Response:
    return ApiJSON({"data": [present(document) for document in documents]})


def no_content() -> Response:
    return Response(status_code=204)


def answer_error(_request: Request, problem: Exception) -> Response:
    """Turn whatever a route raised into Mux's error body."""
    if isinstance(problem, MuxError):
        return ApiJSON(problem.body, problem.status, problem.headers)
    return ApiJSON(MuxError(500, "internal_error", "localmux failed; see its log.").body, 500)


def answer_full_disk(request: Request, problem: Exception) -> Response:
    """503, which clients repeat. Raises any other problem of files or store."""
    if not is_full(problem):
        raise problem
    return answer_error(request, MuxError(503, "service_unavailable", SENTENCE))


def answer_nobody(_request: Request, _problem: Exception) -> Response:
    """The client went away while it was sending; this only ends the request in the log."""
    return Response(status_code=400)


def answer_unknown_path(_request: Request, _problem: Exception) -> Response:
    """404 without asking for credentials, also where only the method is wrong."""
    return ApiJSON(not_found().body, 404)
