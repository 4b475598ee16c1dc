"""The player: a plain video element, which `static/hls-player.js` teaches HLS where needed."""

import air

from playback import Playback
from store import Video
from views.tags import HlsPlayer

# From the content delivery network, pinned, and checked by the browser against its hash:
# https://developer.mozilla.org/docs/Web/Security/Subresource_Integrity
HLS_JS = "https://cdn.jsdelivr.net/npm/hls.js@1.7.4/dist/hls.min.js"
HLS_JS_INTEGRITY = "sha384-p9vgU/7IYJWd3I4STrtqxqR/2cAQlhIX7D/HrTnIMEjjcUox165b7se7sxmm3zDg"

POSTER_WIDTH = 1280


def player(video: Video, playback: Playback) -> HlsPlayer:
    """The player of a video that is ready."""
    playback_id = video.playback_id or ""
    source = playback.hls(playback_id)
    width, _, height = (video.aspect_ratio or "16:9").partition(":")
    return HlsPlayer(
        air.Video(
            src=source,
            poster=playback.thumbnail(playback_id, width=POSTER_WIDTH),
            controls="",
            playsinline="",
            preload="none",
            # Not the size but the shape: the player keeps its box while it loads.
            width=width,
            height=height,
            aria_label=video.title,
        ),
        air.P(class_="player-message", role="status", hidden=True),
        src=source,
        playback=f"/video/{video.asset_id}/playback",
        data_hls=HLS_JS,
        data_integrity=HLS_JS_INTEGRITY,
        # Told apart by this, a player that goes on is left alone when the page changes around it.
        data_keep=playback_id,
        class_="player",
    )
