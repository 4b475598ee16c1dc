"""Where a playback ID is played and pictured: the one module that knows Mux's URL shapes.

https://www.mux.com/docs/guides/play-your-videos
https://www.mux.com/docs/guides/get-images-from-a-video
https://www.mux.com/docs/guides/secure-video-playback
"""

from dataclasses import dataclass
from typing import NamedTuple, Self, TypeGuard
from urllib.parse import urlencode

from records import PlaybackID
from settings import Settings
from signing import Kind, Signer

PREVIEW_SECONDS = 4


class Source(NamedTuple):
    """Where a player finds its video, and until when (Unix seconds); None is for ever."""

    url: str
    expires: int | None


@dataclass(frozen=True, slots=True)
class Playback:
    """Builds the URLs that a browser asks Mux for, with a token where Mux wants one.

    Whoever asks for one has made sure that `opens` it, and that the visitor may watch.
    """

    stream_url: str
    image_url: str
    signer: Signer

    @classmethod
    def from_settings(cls, settings: Settings, signer: Signer) -> Self:
        """Take the hosts from the settings, so that another Mux needs no other code."""
        return cls(settings.mux_stream_url, settings.mux_image_url, signer)

    def opens(self, playback_id: PlaybackID | None) -> TypeGuard[PlaybackID]:
        """Whether a URL can be given at this moment; not before there is a key to sign it with."""
        return playback_id is not None and (playback_id.policy == "public" or self.signer.ready)

    def hls(self, playback_id: PlaybackID) -> Source:
        """The HLS multivariant playlist: every rendition of the video."""
        url = f"{self.stream_url}/{playback_id.id}.m3u8"
        if playback_id.policy == "public":
            return Source(url, None)
        token = self.signer.token("v", playback_id.id, {})
        return Source(f"{url}?token={token.text}", token.expires)

    def thumbnail(self, playback_id: PlaybackID, *, width: int) -> str:
        """A still from the middle of the video; `width` in pixels, the height follows."""
        return self._image("t", playback_id, "thumbnail.webp", width=width)

    def live_thumbnail(self, playback_id: PlaybackID, *, width: int) -> str:
        """A still of a running broadcast as it is now; `width` in pixels."""
        return self._image("t", playback_id, "thumbnail.webp", width=width, latest="true")

    def preview(self, playback_id: PlaybackID) -> str:
        """A few moving seconds from the beginning, for pointing at a video in a list."""
        return self._image("g", playback_id, "animated.webp", width=480, end=PREVIEW_SECONDS)

    def _image(self, kind: Kind, playback_id: PlaybackID, name: str, **modifiers: int | str) -> str:
        if playback_id.policy != "public":
            # Mux refuses a signed URL that says anything beside its token.
            modifiers = {"token": self.signer.token(kind, playback_id.id, modifiers).text}
        return f"{self.image_url}/{playback_id.id}/{name}?{urlencode(modifiers)}"
