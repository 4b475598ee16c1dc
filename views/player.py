"""The player: a plain video element, which `static/hls-player.js` teaches HLS where needed."""

from dataclasses import dataclass

import air

from headers import HLS_JS
from playback import Playback
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
    source: str
    renewal: str
    aspect_ratio: str
    poster: str | None = None
    live: bool = False


def video_player(video: Video, playback: Playback) -> HlsPlayer:
    """The player of a video; of a recording that still grows, from its beginning."""
    playback_id = video.playback_id or ""
    return _player(
        Show(
            title=video.title,
            key=playback_id,
            source=playback.hls(playback_id),
            renewal=f"/video/{video.asset_id}/playback",
            aspect_ratio=video.aspect_ratio or "16:9",
            poster=playback.thumbnail(playback_id, width=POSTER_WIDTH),
        )
    )


def stream_player(stream: Stream, playback: Playback) -> HlsPlayer:
    """The player of a broadcast, at its live edge."""
    return _player(
        Show(
            title=stream.title,
            key=stream.playback_id or "",
            source=playback.hls(stream.playback_id or ""),
            renewal=f"/stream/{stream.id}/playback",
            aspect_ratio="16:9",
            live=True,
        )
    )


def _player(show: Show) -> HlsPlayer:
    width, _, height = show.aspect_ratio.partition(":")
    # A broadcast begins by itself, which browsers allow only without sound.
    poster = {"poster": show.poster} if show.poster else {}
    begins = {"autoplay": "", "muted": ""} if show.live else {}
    return HlsPlayer(
        air.Video(
            src=show.source,
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
        src=show.source,
        playback=show.renewal,
        live=show.live,
        data_hls=HLS_JS,
        data_integrity=HLS_JS_INTEGRITY,
        # Told apart by this, a player that goes on is left alone when the page changes around it.
        data_keep=show.key,
        class_="player",
    )
