"""What a playback ID leads to, and the form of the answers that carry media."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .answers import Document
from .media.images import STILL_FORMATS, choice
from .media.storyboard import Storyboard
from .media_file import MediaFile
from .tokens import Token

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SEGMENT_TYPE = "video/mp2t"
STORYBOARD_TEXTS = {"vtt", "json"}

# A playlist never changes once the asset is ready; briefly, as its playback ID can be deleted.
PLAYLIST_CACHING = {"cache-control": "public, max-age=60"}
MEDIA_CACHING = {"cache-control": "public, max-age=3600"}
LIVE_CACHING = {"cache-control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Playable:
    """What a playback ID leads to."""

    policy: str  # public | signed
    status: str  # preparing | ready | errored
    folder: Path
    live: bool = False  # whether it leads to a live stream rather than to an asset
    texts: tuple[Document, ...] = ()  # text tracks that players are offered
    token: Token | None = None  # the one the request came with, where the policy asks for it

    def query(self, request: Request) -> Mapping[str, str]:
        """What is asked for beside the ID itself: in the token if there is one, else in the URL."""
        return self.token.modifiers if self.token else request.query_params


def playlist(text: str, playable: Playable, *, grows: bool = False) -> Response:
    if playable.token:
        text = playable.token.into_playlist(text)
    caching = LIVE_CACHING if grows else PLAYLIST_CACHING
    return Response(text, media_type=PLAYLIST_TYPE, headers=caching)


def image(path: Path, *, grows: bool = False) -> Response:
    kind = {"jpg": "jpeg"}.get(path.suffix[1:], path.suffix[1:])
    caching = LIVE_CACHING if grows else MEDIA_CACHING
    return MediaFile(path, media_type=f"image/{kind}", headers=caching)


def storyboard(
    request: Request, playable: Playable, board: Storyboard, *, grows: bool = False
) -> Response:
    """Where the tiles lie, as WebVTT or JSON. Raises ValueError for an unknown `format`."""
    kind = choice(playable.query(request), "format", tuple(STILL_FORMATS)) or "jpg"
    url = f"{str(request.url).partition('?')[0].rpartition('/')[0]}/storyboard.{kind}"
    if playable.token:
        url = playable.token.link(url)
    caching = LIVE_CACHING if grows else PLAYLIST_CACHING
    if request.path_params["extension"] == "json":
        return JSONResponse(board.as_json(url), headers=caching)
    return Response(board.as_webvtt(url), media_type="text/vtt", headers=caching)


def segment_number(request: Request) -> int:
    """Raises ValueError."""
    digits = request.path_params["number"]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise ValueError("A segment has a number.")
    return int(digits)
