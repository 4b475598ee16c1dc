"""What stream.mux.com and image.mux.com serve: playlists, segments, thumbnails and previews.

https://www.mux.com/docs/guides/play-your-videos
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .asset_host import AssetHost
from .deliveries import Deliveries
from .live.host import RecordingHost
from .media.encoders import Encoders, EncodersClosed, EncodingError
from .media.image_shelf import ImageShelf
from .media.maker import Maker
from .open_access import OpenAccess
from .playable import Playable
from .stream_files import static_rendition, text_file, text_playlist, text_segment
from .tokens import Token, TokenRefused

__all__ = ["Find", "Playable", "playback_routes"]

PLAYBACK_ID = re.compile(r"[A-Za-z0-9]{1,255}")
ERROR_TYPES = {400: "invalid_parameters", 403: "forbidden", 404: "not_found"}

VIDEO, THUMBNAIL, ANIMATED, STORYBOARD = "v", "t", "g", "s"  # what a token is for: its `aud`

type Find = Callable[[str], Playable | None]
type Check = Callable[[Request, str, str], Token]


class PlaybackError(Exception):
    """A request that gets no media, with the status code Mux answers."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Host(Protocol):
    """Answers requests for one kind of media."""

    async def master(self, request: Request, playable: Playable) -> Response: ...
    async def rendition(self, request: Request, playable: Playable) -> Response: ...
    async def segment(self, request: Request, playable: Playable) -> Response: ...
    async def thumbnail(self, request: Request, playable: Playable) -> Response: ...
    async def animated(self, request: Request, playable: Playable) -> Response: ...
    async def storyboard(self, request: Request, playable: Playable) -> Response: ...


type Answer = Callable[[Host, Request, Playable], Awaitable[Response]]

# What follows a playback ID, in the order in which it is looked for, and who answers it.
STREAM: dict[str, Answer] = {
    ".m3u8": lambda host, *asked: host.master(*asked),
    "/{name}.m3u8": lambda host, *asked: host.rendition(*asked),
    "/{name}/{number}.ts": lambda host, *asked: host.segment(*asked),
    "/{name}.mp4": lambda _, *asked: static_rendition(*asked),
    "/{name}.m4a": lambda _, *asked: static_rendition(*asked),
    "/text/{track_id}.m3u8": lambda _, *asked: text_playlist(*asked),
    "/text/{track_id}/0.vtt": lambda _, *asked: text_segment(*asked),
    "/text/{track_id}.{extension}": lambda _, *asked: text_file(*asked),
}
IMAGE: dict[str, tuple[Answer, str]] = {
    "thumbnail.{extension}": (lambda host, *asked: host.thumbnail(*asked), THUMBNAIL),
    "animated.{extension}": (lambda host, *asked: host.animated(*asked), ANIMATED),
    "storyboard.{extension}": (lambda host, *asked: host.storyboard(*asked), STORYBOARD),
}


def playback_routes(
    find: Find,
    encoders: Encoders,
    maker: Maker | None = None,
    check: Check | None = None,
    deliveries: Deliveries | None = None,
) -> list[BaseRoute]:
    """The routes under /stream and /image.

    `find` resolves a playback ID, `check` gives the token of a request for a signed one or raises
    TokenRefused; without it all of those are refused.
    """
    maker = maker or Maker()
    images = ImageShelf(maker, encoders)
    assets = AssetHost(encoders, maker, images, deliveries)
    recordings = RecordingHost(encoders, images, deliveries)

    def route(path: str, answer: Answer, audience: str = VIDEO) -> Route:
        async def respond(request: Request) -> Response:
            playable = _playable(request, find, check, audience)
            host = recordings if recordings.serves(playable) else assets
            try:
                response = await answer(host, request, playable)
            except EncodingError:
                # Deleted meanwhile, it is missing, not broken.
                _playable(request, find, check, audience)
                raise
            if token := playable.token:
                response.headers["cache-control"] = token.caching(response.headers["cache-control"])
            return response

        return _route(path, respond)

    stream = [route(f"/{{playback_id}}{path}", answer) for path, answer in STREAM.items()]
    image = [
        route(f"/{{playback_id}}/{path}", answer, audience)
        for path, (answer, audience) in IMAGE.items()
    ]
    nothing, open_to_all = _route("/{path:path}", _nothing_here), [Middleware(OpenAccess)]
    return [
        Mount("/stream", routes=[*stream, nothing], middleware=open_to_all),
        Mount("/image", routes=[*image, nothing], middleware=open_to_all),
    ]


def _playable(request: Request, find: Find, check: Check | None, audience: str) -> Playable:
    """What a playback ID leads to. Raises PlaybackError with the code Mux answers."""
    playback_id = request.path_params["playback_id"]
    if not PLAYBACK_ID.fullmatch(playback_id):
        raise PlaybackError(400, "Failed to parse ID")
    playable = find(playback_id)
    if playable is None:
        raise PlaybackError(404, "This playback ID does not exist.")
    if playable.policy != "public":
        playable = replace(playable, token=_token(request, check, audience))
    elif "token" in request.query_params:
        raise PlaybackError(403, "This playback ID is public and takes no token.")
    if playable.status != "ready":
        kind = "live stream is not active" if playable.live else "asset is not ready to be played"
        raise PlaybackError(412, f"This {kind}.")
    return playable


def _token(request: Request, check: Check | None, audience: str) -> Token:
    if check is None:
        raise PlaybackError(403, "This playback ID is signed and needs a token.")
    try:
        return check(request, request.path_params["playback_id"], audience)
    except TokenRefused as refused:
        raise PlaybackError(403, str(refused)) from None


async def _nothing_here(request: Request) -> Response:
    raise PlaybackError(404, f"There is nothing at {request.url.path}.")


def _route(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except PlaybackError as problem:
            return _refusal(problem.status, str(problem))
        except ValueError as problem:
            return _refusal(400, str(problem))
        except (LookupError, FileNotFoundError):
            return _refusal(404, "There is nothing of that name.")
        except EncodersClosed:
            return _refusal(503, "localmux is shutting down.")
        except EncodingError as problem:
            return _refusal(500, f"ffmpeg could not make this: {problem}")

    return Route(path, endpoint)


def _refusal(status: int, message: str) -> Response:
    error = {"type": ERROR_TYPES.get(status, "not_available"), "messages": [message]}
    return JSONResponse({"error": error}, status, headers={"cache-control": "no-store"})
