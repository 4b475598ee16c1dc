"""Makes the static renditions of assets.

https://www.mux.com/docs/guides/enable-static-mp4-renditions
"""

from pathlib import Path
from typing import TYPE_CHECKING

from localmux.answers import Document
from localmux.films import open_film
from localmux.media.describe import tier_of
from localmux.media.encoders import Encoders, EncodersClosed, EncodingError, Priority
from localmux.media.ladder import Rendition
from localmux.media.maker import anew
from localmux.media.whole import Film
from localmux.rendition_files import files_of, path_of, with_files
from localmux.resources import Resource

if TYPE_CHECKING:
    from localmux.environment import Environment

TIME_LIMIT = 12 * 3600.0  # seconds, as long as the longest asset


class StaticRenditions:
    """Makes what is `preparing`."""

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment

    def wanted(self, asset: Resource) -> list[str]:
        files = files_of(asset.document)
        return [one["id"] for one in files if one.get("status") == "preparing"]

    async def make(self, asset_id: str, thing_id: str) -> None:
        environment = self.environment
        folder = environment.ingest.folder / asset_id
        file = _file(environment.store.get("asset", asset_id), thing_id)
        if file is None:
            return
        try:
            async with environment.additions.turn, open_film(folder) as film:
                side = short_side(film, file)
                if side is None:
                    self._settle(asset_id, thing_id, {"status": "skipped"})
                    return
                path = path_of(folder, file["name"])
                facts = await write_file(environment.encoders, film, path, film.rendition(side))
        except (EncodingError, FileNotFoundError) as problem:
            self.fail(asset_id, thing_id, str(problem))
        except EncodersClosed:
            return  # the next start goes on
        else:
            tier = tier_of(facts.get("width", 0), facts.get("height", 0))
            self._settle(asset_id, thing_id, facts | {"status": "ready", "resolution_tier": tier})

    def fail(self, asset_id: str, thing_id: str, message: str) -> None:
        error = {"type": "internal_error", "messages": [message]}
        self._settle(asset_id, thing_id, {"status": "errored", "error": error})

    def _settle(self, asset_id: str, thing_id: str, changes: Document) -> None:
        """Keep how it ended, unless asset or rendition were deleted meanwhile."""
        asset = self.environment.store.get("asset", asset_id)
        file = _file(asset, thing_id)
        if asset is None or file is None:
            return
        file |= changes
        asset.document["static_renditions"] = with_files(files_of(asset.document))
        with self.environment.store.transaction():
            self.environment.store.save(asset)
            told = file | {"asset_id": asset_id}
            self.environment.events.record(f"static_rendition.{file['status']}", asset, told)


def short_side(film: Film, file: Document) -> int | None:
    """The short side of the file's picture, 0 for sound alone; None where it would be upscaled."""
    if file["ext"] == "m4a":
        return 0 if film.source.info.audio else None
    wanted = film.top_side if file["resolution"] == "highest" else int(file["resolution"][:-1])
    return wanted if 0 < wanted <= film.top_side else None


async def write_file(
    encoders: Encoders, film: Film, path: Path, rendition: Rendition | None
) -> Document:
    """Make one file; returns its measures as Mux tells them, `filesize` as a string.

    Raises what Encoders.run raises.
    """
    path.parent.mkdir(exist_ok=True)
    unfinished = anew(path.with_name(f"{path.name}.part"))
    if path.suffix == ".m4a":
        rendition = None
    arguments = film.video_file(rendition) if rendition else film.sound_file()
    await encoders.run(
        [*arguments, str(unfinished)], priority=Priority.AHEAD, time_limit=TIME_LIMIT
    )
    unfinished.replace(path)
    return _facts(path, film.source.info.duration, rendition)


def _facts(path: Path, duration: float, rendition: Rendition | None) -> Document:
    size = path.stat().st_size
    facts: Document = {"bitrate": round(size * 8 / max(duration, 0.001)), "filesize": str(size)}
    return facts | ({"width": rendition.width, "height": rendition.height} if rendition else {})


def _file(asset: Resource | None, thing_id: str) -> Document | None:
    files = files_of(asset.document) if asset else []
    return next((one for one in files if one.get("id") == thing_id), None)
