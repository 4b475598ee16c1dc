"""The one place where errors become pages, or JSON for our own scripts."""

import logging
from http import HTTPStatus
from urllib.parse import urlencode

import air
from fastapi.exceptions import RequestValidationError

from access import LoginRequired, Visitor, current_account
from mux_errors import MuxBusy, MuxError, MuxNotFound, MuxRefused, MuxUnreachable
from rate_limits import TooOften
from views.layout import error_page, wants_json
from views.limited import in_words

HEADINGS = {
    401: "Not for everybody",
    400: "That did not work",
    403: "You may not do this",
    404: "Not here",
    405: "That did not work",
    413: "That is too much",
    422: "That did not work",
    429: "Too much at once",
}
WORDS = {
    404: "There is no such page, or not any more.",
    405: "This address cannot be used in that way.",
}
BROKEN = "Something went wrong on our side. It has been noted; try again in a moment."

log = logging.getLogger(__name__)


async def on_http_error(request: air.Request, error: air.HTTPException) -> air.responses.Response:
    """Show the sentence with which a route refused a request."""
    status = error.status_code
    written = error.detail if error.detail != HTTPStatus(status).phrase else ""
    return await _answer(request, status, written or WORDS.get(status, BROKEN))


async def on_invalid_request(
    request: air.Request, _error: RequestValidationError
) -> air.responses.Response:
    """Show that an address has a part that makes no sense, such as `?page=x`."""
    return await _answer(request, 404, WORDS[404])


async def on_mux_error(request: air.Request, error: MuxError) -> air.responses.Response:
    """Show what the video service's failure means for the visitor."""
    # What was asked for may have happened all the same; the next page should show it.
    request.app.state.sync.hurry()
    return await _answer(request, note_mux_error(request, error), error.message)


def note_mux_error(request: air.Request, error: MuxError) -> int:
    """Log that the video service failed, and give the status that says so."""
    log.warning("%s %s: %r", request.method, request.url.path, error)
    statuses = {MuxUnreachable: 504, MuxBusy: 503, MuxNotFound: 404, MuxRefused: 422}
    return statuses.get(type(error), 502)


async def on_too_often(request: air.Request, error: TooOften) -> air.responses.Response:
    """Say how long to wait, to people and to scripts."""
    wait = in_words(error.seconds)
    answer = await _answer(request, 429, f"That was often enough for now. Try again in {wait}.")
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def on_login_required(request: air.Request, _error: LoginRequired) -> air.responses.Response:
    """Lead to the sign-in page, and back again after it."""
    if wants_json(request):
        return await _answer(request, 401, "You are signed out. Sign in and try again.")
    query = f"?{urlencode({'next': request.url.path})}" if request.method == "GET" else ""
    return air.RedirectResponse(f"/login{query}", status_code=303)


async def on_bug(request: air.Request, _error: Exception) -> air.responses.Response:
    """Apologise; the server logs the traceback."""
    answer = await _answer(request, 500, BROKEN)
    # Starlette has this page made outside of the middleware that adds them to all others.
    answer.headers.update(request.app.state.headers)
    return answer


async def _answer(request: air.Request, status: int, message: str) -> air.responses.Response:
    if wants_json(request):
        return air.responses.JSONResponse({"error": {"message": message}}, status_code=status)
    # The session is missing when the failure is outside of the middleware that reads it.
    account = await current_account(request) if "session" in request.scope else None
    visitor = Visitor(account, request.url.path, notice=request.app.state.notice)
    heading = HEADINGS.get(status, "Something is not working")
    content = error_page(visitor, heading, message, _page_of_form(request, status))
    return air.TagResponse(content, status_code=status)


def _page_of_form(request: air.Request, status: int) -> str:
    """The page of ours with the form that failed; empty where trying again is in vain."""
    if request.method != "POST" or status in {403, 404, 405}:
        return ""
    came_from, own = request.headers.get("referer", ""), request.app.state.settings.app_url
    return came_from if came_from.startswith(f"{own}/") else ""
