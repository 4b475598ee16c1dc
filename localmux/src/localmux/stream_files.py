"""What stream.mux.com serves beside HLS: static renditions and text tracks.

https://www.mux.com/docs/guides/enable-static-mp4-renditions
https://www.mux.com/docs/guides/add-subtitles-to-your-videos
"""

import math
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from .answers import Document
from .films import media_info
from .media_file import MediaFile
from .playable import MEDIA_CACHING, PLAYLIST_CACHING, Playable, playlist
from .rendition_files import path_of as path_of_rendition
from .subtitles import read_subtitles
from .text_tracks import FIRST_TIMESTAMP
from .text_tracks import path_of as path_of_track

TYPES = {"mp4": "video/mp4", "m4a": "audio/mp4"}
TEXT_TYPES = {"vtt": "text/vtt", "txt": "text/plain"}


async def static_rendition(request: Request, playable: Playable) -> Response:
    """With byte ranges; `download` gives it a name to be saved under. Raises LookupError."""
    extension = request.url.path.rpartition(".")[2]
    path = path_of_rendition(playable.folder, f"{request.path_params['name']}.{extension}")
    if playable.live or not path.exists():
        raise LookupError(path.name)
    wanted = playable.query(request).get("download")
    filename = f"{wanted.removesuffix(path.suffix)}{path.suffix}" if wanted else None
    kind = TYPES[extension]
    return MediaFile(path, media_type=kind, filename=filename, headers=MEDIA_CACHING)


async def text_playlist(request: Request, playable: Playable) -> Response:
    """One segment that holds the whole track. Raises LookupError."""
    track = _track(request, playable)
    seconds = media_info(playable.folder).duration
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{seconds:.6f},",
        f"{track['id']}/0.vtt",
        "#EXT-X-ENDLIST",
        "",
    ]
    return playlist("\n".join(lines), playable)


async def text_segment(request: Request, playable: Playable) -> Response:
    """The track with the time stamps that it has beside the other segments."""
    subtitles = read_subtitles(_path(request, playable).read_bytes())
    text = subtitles.as_webvtt(first_timestamp=FIRST_TIMESTAMP)
    return Response(text, media_type=TEXT_TYPES["vtt"], headers=PLAYLIST_CACHING)


async def text_file(request: Request, playable: Playable) -> Response:
    """The track as WebVTT, or what it says as plain text."""
    extension, path = request.path_params["extension"], _path(request, playable)
    if extension not in TEXT_TYPES:
        raise LookupError(extension)
    raw = path.read_bytes()
    text = raw.decode() if extension == "vtt" else read_subtitles(raw).as_text()
    return Response(text, media_type=TEXT_TYPES[extension], headers=PLAYLIST_CACHING)


def _path(request: Request, playable: Playable) -> Path:
    return path_of_track(playable.folder, _track(request, playable)["id"])


def _track(request: Request, playable: Playable) -> Document:
    wanted = request.path_params["track_id"]
    track = next((one for one in playable.texts if one["id"] == wanted), None)
    if track is None:
        raise LookupError(wanted)
    return track
