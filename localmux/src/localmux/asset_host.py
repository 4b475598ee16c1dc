"""Answers requests for the media of assets that were made from files."""

from starlette.requests import Request
from starlette.responses import Response

from .deliveries import Deliveries
from .media.asset_media import AUDIO, AssetMedia
from .media.encoders import Encoders, Priority
from .media.image_shelf import ImageShelf
from .media.maker import Maker
from .media.storyboard import Storyboard
from .media_file import MediaFile
from .playable import (
    MEDIA_CACHING,
    SEGMENT_TYPE,
    STORYBOARD_TEXTS,
    Playable,
    image,
    playlist,
    segment_number,
    storyboard,
)
from .playlists import Selection, master_playlist, media_playlist, with_subtitles


def make_beginning(media: AssetMedia, maker: Maker, encoders: Encoders) -> None:
    """Make what a player asks for first, so that whoever waited for the asset sees it at once."""
    names = [each.name for each in Selection().apply(media.renditions)[:1]]
    for name in [*names, *([AUDIO] if media.sound else [])]:
        build = media.segment_build(name, 0, encoders, Priority.AHEAD)
        maker.make_ahead(media.segment_path(name, 0), build)


class AssetHost:
    """Makes segments and images when they are asked for.

    Raises LookupError or FileNotFoundError for what is not there, ValueError for what is spelt
    wrong.
    """

    def __init__(
        self,
        encoders: Encoders,
        maker: Maker,
        images: ImageShelf,
        deliveries: Deliveries | None = None,
    ) -> None:
        self._encoders = encoders
        self._maker = maker
        self._images = images
        self._deliveries = deliveries

    async def master(self, request: Request, playable: Playable) -> Response:
        media, selection = AssetMedia.open(playable.folder), Selection.of(playable.query(request))
        base, default = f"{request.path_params['playback_id']}/", selection.language
        text = master_playlist(media, base, selection)
        return playlist(with_subtitles(text, base, playable.texts, default), playable)

    async def rendition(self, request: Request, playable: Playable) -> Response:
        name = request.path_params["name"]
        track = AssetMedia.open(playable.folder).track(name)
        if not track:
            raise LookupError(name)
        return playlist(media_playlist(track, f"{name}/"), playable)

    async def segment(self, request: Request, playable: Playable) -> Response:
        media, name = AssetMedia.open(playable.folder), request.path_params["name"]
        number = segment_number(request)
        build = media.segment_build(name, number, self._encoders, Priority.NOW)
        path = media.segment_path(name, number)
        await self._maker.make(path, build)
        if number + 1 < len(media.track(name) or ()):
            ahead = media.segment_build(name, number + 1, self._encoders, Priority.AHEAD)
            self._maker.make_ahead(media.segment_path(name, number + 1), ahead)
        self._count(playable, media, name, number)
        return MediaFile(path, media_type=SEGMENT_TYPE, headers=MEDIA_CACHING)

    def _count(self, playable: Playable, media: AssetMedia, name: str, number: int) -> None:
        """Sound is not counted beside a picture: both are played at the same time."""
        track = media.track(name)
        rendition = next((each for each in media.renditions if each.name == name), None)
        if self._deliveries and track and (rendition or not media.renditions):
            size = (rendition.width, rendition.height) if rendition else (0, 0)
            seconds = float(track.durations[number])
            self._deliveries.count(playable.folder.name, seconds, *size)

    async def thumbnail(self, request: Request, playable: Playable) -> Response:
        media, extension = AssetMedia.open(playable.folder), request.path_params["extension"]
        return image(await self._images.thumbnail(media, extension, playable.query(request)))

    async def animated(self, request: Request, playable: Playable) -> Response:
        media, extension = AssetMedia.open(playable.folder), request.path_params["extension"]
        return image(await self._images.animation(media, extension, playable.query(request)))

    async def storyboard(self, request: Request, playable: Playable) -> Response:
        """The tiles as an image, or where they lie as WebVTT or JSON."""
        media, extension = AssetMedia.open(playable.folder), request.path_params["extension"]
        if extension in STORYBOARD_TEXTS:
            return storyboard(request, playable, Storyboard.of(media.info))
        return image(await self._images.storyboard(media, extension))
