"""Where a playback ID is played and pictured: the one module that knows Mux's URL shapes.

https://www.mux.com/docs/guides/play-your-videos
https://www.mux.com/docs/guides/get-images-from-a-video
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from settings import Settings

PREVIEW_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Playback:
    """Builds the URLs that a browser asks Mux for."""

    stream_url: str
    image_url: str

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Take the hosts from the settings, so that another Mux needs no other code."""
        return cls(settings.mux_stream_url, settings.mux_image_url)

    def hls(self, playback_id: str) -> str:
        """The HLS multivariant playlist: every rendition of the video."""
        return f"{self.stream_url}/{playback_id}.m3u8"

    def thumbnail(self, playback_id: str, *, width: int) -> str:
        """A still from the middle of the video; `width` in pixels, the height follows."""
        return self._image(playback_id, "thumbnail.webp", width=width)

    def live_thumbnail(self, playback_id: str, *, width: int) -> str:
        """A still of a running broadcast as it is now; `width` in pixels."""
        return self._image(playback_id, "thumbnail.webp", width=width, latest="true")

    def preview(self, playback_id: str) -> str:
        """A few moving seconds from the beginning, for pointing at a video in a list."""
        return self._image(playback_id, "animated.webp", width=480, end=PREVIEW_SECONDS)

    def _image(self, playback_id: str, name: str, **parameters: int | str) -> str:
        return f"{self.image_url}/{playback_id}/{name}?{urlencode(parameters)}"
