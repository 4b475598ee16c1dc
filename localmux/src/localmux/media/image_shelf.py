"""The images of assets: made on request, a bounded number of them kept."""

import contextlib
from pathlib import Path

from .asset_media import AssetMedia
from .encoders import Encoders
from .images import ANIMATION_FORMATS, STILL_FORMATS, Animation, Query, Thumbnail, file_name
from .maker import Build, Maker
from .media_info import VideoTrack
from .storyboard import draw

FOLDER = "images"
FORMATS = STILL_FORMATS.keys() | ANIMATION_FORMATS.keys()
KEPT = 64  # images of one asset; a stranger asking for every size must not fill the disk


class ImageShelf:
    """Makes and keeps the images of assets.

    Raises LookupError for an asset without a picture or an unknown extension, and ValueError for
    a parameter that is out of bounds.
    """

    def __init__(self, maker: Maker, encoders: Encoders) -> None:
        self._maker = maker
        self._encoders = encoders

    async def thumbnail(self, media: AssetMedia, extension: str, query: Query) -> Path:
        video, frames = _picture(media, extension, STILL_FORMATS)
        image = Thumbnail.of(extension, query, frames, video)
        return await self._make(media, image, image.arguments(media.source, video))

    async def animation(self, media: AssetMedia, extension: str, query: Query) -> Path:
        video, frames = _picture(media, extension, ANIMATION_FORMATS)
        image = Animation.of(extension, query, float(frames / video.frame_rate))
        return await self._make(media, image, image.arguments(media.source, video))

    async def storyboard(self, media: AssetMedia, extension: str) -> Path:
        """The tiles as one image."""
        _picture(media, extension, STILL_FORMATS)

        async def build(path: Path) -> None:
            await draw(media, extension, path, self._encoders)

        return await self.keep(media.folder, f"storyboard.{extension}", build)

    async def _make(
        self, media: AssetMedia, image: Thumbnail | Animation, arguments: list[str]
    ) -> Path:
        async def build(path: Path) -> None:
            await self._encoders.run([*arguments, str(path)])

        return await self.keep(media.folder, file_name(image), build)

    async def keep(self, folder: Path, name: str, build: Build) -> Path:
        """Make the image of that name, unless it is there, and let the least used go for it."""
        path = folder / FOLDER / name
        await self._maker.make(path, build)
        path.touch()
        _let_go(path.parent)
        return path


def _picture(
    media: AssetMedia, extension: str, known: dict[str, tuple[str, ...]]
) -> tuple[VideoTrack, int]:
    if extension not in known or not media.info.video or not media.picture:
        raise LookupError(extension)
    return media.info.video, media.picture.cuts[-1]


def _let_go(folder: Path) -> None:
    images = [path for path in folder.iterdir() if path.suffix[1:] in FORMATS]
    images.sort(key=lambda path: path.stat().st_mtime)
    for path in images[:-KEPT]:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
