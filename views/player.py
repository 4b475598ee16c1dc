"""The player: a plain video element, which `static/hls-player.js` teaches HLS where needed."""

from dataclasses import dataclass

import air

from access import Visitor
from headers import HLS_JS
from playback import Playback, Source
from records import Stream, Video
from views.tags import HlsPlayer

# What the content delivery network sends is checked by the browser against this hash:
# https://developer.mozilla.org/docs/Web/Security/Subresource_Integrity
HLS_JS_INTEGRITY = "sha384-p9vgU/7IYJWd3I4STrtqxqR/2cAQlhIX7D/HrTnIMEjjcUox165b7se7sxmm3zDg"

POSTER_WIDTH = 1280


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What a player plays; `renewal` is the path at which it can ask for its URL anew."""

    title: str
    key: str
    source: Source
    renewal: str
    aspect_ratio: str
    poster: str | None = None
    live: bool = False


def video_player(video: Video, playback: Playback) -> HlsPlayer | air.Div:
    """The player of a video; of a recording that still grows, from its beginning."""
    playback_id = video.playback_id
    if not playback.opens(playback_id):
        return _not_yet(playback)
    return _player(
        Show(
            title=video.title,
            key=video.asset_id,
            source=playback.hls(playback_id),
            renewal=f"/video/{video.asset_id}/playback",
            aspect_ratio=video.aspect_ratio or "16:9",
            poster=playback.thumbnail(playback_id, width=POSTER_WIDTH),
        )
    )


def stream_player(stream: Stream, playback: Playback) -> HlsPlayer | air.Div:
    """The player of a broadcast, at its live edge."""
    playback_id = stream.playback_id
    if not playback.opens(playback_id):
        return _not_yet(playback)
    return _player(
        Show(
            title=stream.title,
            key=stream.id,
            source=playback.hls(playback_id),
            renewal=f"/stream/{stream.id}/playback",
            aspect_ratio="16:9",
            live=True,
        )
    )


def address_anew(
    visitor: Visitor, thing: Video | Stream, playback: Playback, *, playable: bool
) -> air.responses.JSONResponse:
    """Where it plays, with a token that is good for half of its lifetime at least.

    409 while there is nothing to play. Raises HTTPException for those who may not watch.
    """
    visitor.check_may_watch(thing)
    playback_id = thing.playback_id
    if not playable or not playback.opens(playback_id):
        answer, status = {"error": {"message": "There is nothing to play yet."}}, 409
    else:
        source = playback.hls(playback_id)
        answer, status = {"src": source.url, "expires_at": source.expires}, 200
    headers = {"Cache-Control": "no-store"}
    return air.responses.JSONResponse(answer, status_code=status, headers=headers)


def _not_yet(playback: Playback) -> air.Div:
    """While Mux makes what is needed to open it to those who may watch."""
    problem = playback.signer.problem
    words = problem or "This is being opened for you. It plays here in a moment."
    return air.Div(
        "" if problem else air.Div(class_="spinner", aria_hidden="true"),
        air.P(words, role="status"),
        class_="placeholder",
    )


def _player(show: Show) -> HlsPlayer:
    width, _, height = show.aspect_ratio.partition(":")
    # A broadcast begins by itself, which browsers allow only without sound.
    poster = {"poster": show.poster} if show.poster else {}
    begins = {"autoplay": "", "muted": ""} if show.live else {}
    return HlsPlayer(
        air.Video(
            src=show.source.url,
            controls="",
            playsinline="",
            preload="none",
            # Not the size but the shape: the player keeps its box while it loads.
            width=width,
            height=height,
            aria_label=show.title,
            **poster,
            **begins,
        ),
        air.P(class_="player-message", role="status", hidden=True),
        src=show.source.url,
        expires=show.source.expires or False,
        playback=show.renewal,
        live=show.live,
        data_hls=HLS_JS,
        data_integrity=HLS_JS_INTEGRITY,
        # Told apart by this, a player that goes on is left alone when the page changes around it.
        data_keep=show.key,
        class_="player",
    )
