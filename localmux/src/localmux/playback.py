"""What stream.mux.com and image.mux.com serve: playlists, segments, thumbnails and previews.

https://www.mux.com/docs/guides/play-your-videos
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .media.asset_media import AssetMedia
from .media.encoders import Encoders, EncodersClosed, EncodingError, Priority
from .media.image_shelf import ImageShelf
from .media.images import STILL_FORMATS, choice
from .media.maker import Maker
from .media.storyboard import Storyboard
from .open_access import OpenAccess
from .playlists import RESOLUTIONS, Selection, master_playlist, media_playlist

PLAYBACK_ID = re.compile(r"[A-Za-z0-9]{1,255}")
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SEGMENT_TYPE = "video/mp2t"
ERROR_TYPES = {400: "invalid_parameters", 403: "forbidden", 404: "not_found"}

# A playlist never changes once the asset is ready; briefly, as its playback ID can be deleted.
PLAYLIST_CACHING = {"cache-control": "public, max-age=60"}
MEDIA_CACHING = {"cache-control": "public, max-age=3600"}


@dataclass(frozen=True, slots=True)
class Playable:
    """What a playback ID leads to."""

    policy: str  # public | signed
    status: str  # preparing | ready | errored
    folder: Path
    live: bool = False  # whether the ID is a live stream's, not an asset's


type Find = Callable[[str], Playable | None]


class PlaybackError(Exception):
    """A request that gets no media, with the status code Mux answers."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def playback_routes(find: Find, encoders: Encoders) -> list[BaseRoute]:
    """The routes under /stream and /image; `find` resolves a playback ID."""
    host = _Host(find, encoders)
    open_to_all = [Middleware(OpenAccess)]
    stream = [
        _route("/{playback_id}.m3u8", host.master),
        _route("/{playback_id}/{name}.m3u8", host.rendition),
        _route("/{playback_id}/{name}/{number}.ts", host.segment),
    ]
    image = [
        _route("/{playback_id}/thumbnail.{extension}", host.thumbnail),
        _route("/{playback_id}/animated.{extension}", host.animated),
        _route("/{playback_id}/storyboard.{extension}", host.storyboard),
    ]
    nothing = _route("/{path:path}", _nothing_here)
    return [
        Mount("/stream", routes=[*stream, nothing], middleware=open_to_all),
        Mount("/image", routes=[*image, nothing], middleware=open_to_all),
    ]


class _Host:
    """Answers requests for the media of one `find`."""

    def __init__(self, find: Find, encoders: Encoders) -> None:
        self._find = find
        self._encoders = encoders
        self._maker = Maker()
        self._images = ImageShelf(self._maker, encoders)

    def _media(self, request: Request) -> AssetMedia:
        """The media a playback ID leads to. Raises PlaybackError with the code Mux answers."""
        playback_id = request.path_params["playback_id"]
        if not PLAYBACK_ID.fullmatch(playback_id):
            raise PlaybackError(400, "Failed to parse ID")
        playable = self._find(playback_id)
        if playable is None:
            raise PlaybackError(404, "This playback ID does not exist.")
        if playable.policy != "public":
            raise PlaybackError(403, "This playback ID is signed and needs a valid token.")
        if "token" in request.query_params:
            raise PlaybackError(403, "This playback ID is public and takes no token.")
        if playable.status != "ready":
            raise PlaybackError(412, "This asset is not ready to be played.")
        try:
            return AssetMedia.open(playable.folder)
        except FileNotFoundError:
            raise PlaybackError(404, "The media of this asset is gone.") from None

    async def master(self, request: Request) -> Response:
        media = self._media(request)
        selection = _selection(request.query_params)
        base = f"{request.path_params['playback_id']}/"
        text = master_playlist(media, base, selection)
        return Response(text, media_type=PLAYLIST_TYPE, headers=PLAYLIST_CACHING)

    async def rendition(self, request: Request) -> Response:
        name = request.path_params["name"]
        track = self._media(request).track(name)
        if not track:
            raise PlaybackError(404, "This asset has no such rendition.")
        text = media_playlist(track, f"{name}/")
        return Response(text, media_type=PLAYLIST_TYPE, headers=PLAYLIST_CACHING)

    async def segment(self, request: Request) -> Response:
        media, name = self._media(request), request.path_params["name"]
        digits = request.path_params["number"]
        if not re.fullmatch("[0-9]{1,6}", digits):
            raise PlaybackError(400, "A segment has a number.")
        number = int(digits)
        build = media.segment_build(name, number, self._encoders, Priority.NOW)
        path = media.segment_path(name, number)
        await self._maker.make(path, build)
        if number + 1 < len(media.track(name) or ()):
            ahead = media.segment_build(name, number + 1, self._encoders, Priority.AHEAD)
            self._maker.make_ahead(media.segment_path(name, number + 1), ahead)
        return FileResponse(path, media_type=SEGMENT_TYPE, headers=MEDIA_CACHING)

    async def thumbnail(self, request: Request) -> Response:
        media, extension = self._media(request), request.path_params["extension"]
        return _image(await self._images.thumbnail(media, extension, request.query_params))

    async def animated(self, request: Request) -> Response:
        media, extension = self._media(request), request.path_params["extension"]
        return _image(await self._images.animation(media, extension, request.query_params))

    async def storyboard(self, request: Request) -> Response:
        """The tiles as an image, or where they lie as WebVTT or JSON."""
        media, extension = self._media(request), request.path_params["extension"]
        if extension not in {"vtt", "json"}:
            return _image(await self._images.storyboard(media, extension))
        kind = choice(request.query_params, "format", tuple(STILL_FORMATS)) or "jpg"
        url = f"{str(request.url).partition('?')[0].rpartition('/')[0]}/storyboard.{kind}"
        board = Storyboard.of(media)
        if extension == "json":
            return JSONResponse(board.as_json(url), headers=PLAYLIST_CACHING)
        return Response(board.as_webvtt(url), media_type="text/vtt", headers=PLAYLIST_CACHING)


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
            return _refusal(404, "This asset has nothing of that name.")
        except EncodersClosed:
            return _refusal(503, "localmux is shutting down.")
        except EncodingError as problem:
            return _refusal(500, f"ffmpeg could not make this: {problem}")

    return Route(path, endpoint)


def _refusal(status: int, message: str) -> Response:
    error = {"type": ERROR_TYPES.get(status, "not_available"), "messages": [message]}
    return JSONResponse({"error": error}, status, headers={"cache-control": "no-store"})


def _image(path: Path) -> Response:
    kind = {"jpg": "jpeg"}.get(path.suffix[1:], path.suffix[1:])
    return FileResponse(path, media_type=f"image/{kind}", headers=MEDIA_CACHING)


def _selection(query: Mapping[str, str]) -> Selection:
    """The renditions a query asks for. Raises ValueError, naming the parameter."""
    least = choice(query, "min_resolution", RESOLUTIONS) or "0p"
    most = choice(query, "max_resolution", RESOLUTIONS) or "10000p"
    minimum, maximum = int(least[:-1]), int(most[:-1])
    if minimum > maximum:
        raise ValueError("min_resolution must not be above max_resolution")
    order = choice(query, "rendition_order", ("desc",))
    return Selection(minimum, maximum, descending=order == "desc")
