"""The files of the deprecated setting `mp4_support`, which came before static renditions.

https://www.mux.com/docs/guides/enable-static-mp4-renditions-using-mp4-support
"""

from typing import TYPE_CHECKING

from localmux.answers import Document
from localmux.films import open_film
from localmux.media.encoders import EncodersClosed, EncodingError
from localmux.media.whole import Film
from localmux.rendition_files import AUDIO, path_of
from localmux.resources import Resource
from localmux.static_renditions import write_file

if TYPE_CHECKING:
    from localmux.environment import Environment

JOB = "mp4_support"
FILES = {
    "none": (),
    "capped-1080p": ("capped-1080p.mp4",),
    "audio-only": (AUDIO,),
    "audio-only,capped-1080p": ("capped-1080p.mp4", AUDIO),
    "standard": ("low.mp4", "medium.mp4", "high.mp4"),
}
# Of the picture in pixels, Mux's own for `standard` are not published.
SHORT_SIDES = {"capped-1080p.mp4": 1080, "low.mp4": 360, "medium.mp4": 540, "high.mp4": 1080}
NEEDS = {"medium.mp4": 480, "high.mp4": 720}  # short side that the asset must have for it


class Mp4Support:
    """Makes all files of one asset at once."""

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment

    def wanted(self, asset: Resource) -> list[str]:
        status = asset.document.get("static_renditions", {}).get("status")
        old = asset.document.get("mp4_support", "none") != "none"
        return [JOB] if old and status == "preparing" else []

    async def make(self, asset_id: str, thing_id: str) -> None:
        environment = self.environment
        asset = environment.store.get("asset", asset_id)
        if asset is None:
            return
        folder, files = environment.ingest.folder / asset_id, []
        try:
            async with environment.additions.turn, open_film(folder) as film:
                for name in names_for(asset.document["mp4_support"], film):
                    rendition = film.rendition(min(SHORT_SIDES.get(name, 0), film.top_side))
                    path = path_of(folder, name)
                    facts = await write_file(environment.encoders, film, path, rendition)
                    files.append({"name": name, "ext": name.rpartition(".")[2]} | facts)
        except (EncodingError, FileNotFoundError) as problem:
            self.fail(asset_id, thing_id, str(problem))
        except EncodersClosed:
            return  # the next start goes on
        else:
            self._settle(asset_id, {"status": "ready", "files": files})

    def fail(self, asset_id: str, _thing_id: str, _message: str) -> None:
        """Mux has no place for the reason."""
        self._settle(asset_id, {"status": "errored"})

    def _settle(self, asset_id: str, outcome: Document) -> None:
        asset = self.environment.store.get("asset", asset_id)
        if asset is None or asset.document["mp4_support"] == "none":
            return
        asset.document["static_renditions"] = outcome
        with self.environment.store.transaction():
            self.environment.store.save(asset)
            action = f"static_renditions.{outcome['status']}"
            self.environment.events.record(action, asset, asset.document)


def names_for(support: str, film: Film) -> list[str]:
    """The files that an asset gets, by what it has."""
    return [
        name
        for name in FILES[support]
        if (film.source.info.audio if name == AUDIO else film.top_side >= NEEDS.get(name, 1))
    ]
