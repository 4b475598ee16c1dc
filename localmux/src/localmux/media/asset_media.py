"""One asset's media: prepared once, then segments and images made when they are asked for."""

import asyncio
import json
import secrets
import shutil
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import segments
from .describe import describe
from .encoders import Encoders, EncodingError, Priority
from .ladder import TIERS, Rendition, copied_rendition, encoded_rendition, short_sides
from .maker import Build, anew
from .media_info import Frames, MediaInfo, Source, VideoTrack
from .probe import probe
from .refusal import DAMAGED, InvalidInput
from .timeline import Track, even_cuts, keyframe_cuts, picture_frames, sound_track

AUDIO = "audio"  # the name of the one audio rendition
DESCRIPTION = "media.json"
FORMAT = 1  # of `media.json`
SOURCE = "source"
INDEXED = "indexed.mkv"
MADE_BESIDE = (
    "static",
    "text",
    "master",
)  # folders of what does not depend on how the asset is cut
INDEXING_LIMIT = 600.0  # seconds; copying a file as large as a disk takes


class AssetMedia:
    """All that is playable of one asset.

    Its folder holds `source` (the original bytes, put there by the caller), `indexed.mkv` (the
    same media, where the source has no index to seek by), `media.json`, `{rendition}/{n}.ts` and
    `images/`, the last two made on demand, and `static/`, `text/`, `master/`, made beside it.
    """

    def __init__(self, folder: Path, document: dict[str, Any]) -> None:
        self.folder = folder
        self.info = MediaInfo.from_json(document["info"])
        self.source = Source(folder / document["source"], self.info)
        self.start: float = document.get("start", 0.0)  # seconds into the source, of a clip
        self.is_clip: bool = document.get("is_clip", self.start > 0)
        self._short_side: int = document["short_side"]
        self._cuts: tuple[int, ...] = tuple(document["cuts"])
        self._copied: dict[str, int] | None = document["copied"]
        self._track_ids: tuple[str, str] = tuple(document["track_ids"])

    @classmethod
    async def prepare(
        cls,
        folder: Path,
        encoders: Encoders,
        *,
        max_resolution_tier: str = "1080p",
        start: float = 0.0,
        end: float | None = None,
    ) -> "AssetMedia":
        """Examine `source` and decide how it is cut; no segment is made yet.

        With `start` or `end` (seconds) the asset is that part of the source alone.
        Raises InvalidInput or EncodingError. `media.json` appears last, and whole.
        """
        await asyncio.to_thread(_forget_made, folder)
        info, source = await _seekable_source(folder, encoders)
        is_clip = start > 0 or end is not None
        if is_clip:
            info = info.part(start, end)
        document = _decide(info, TIERS[max_resolution_tier])
        document |= {"source": source.name, "start": start, "is_clip": is_clip}
        unfinished = folder / f"{DESCRIPTION}.part"
        unfinished.write_text(json.dumps(document))
        unfinished.replace(folder / DESCRIPTION)
        return cls(folder, document)

    @classmethod
    def open(cls, folder: Path) -> "AssetMedia":
        """The media prepared earlier.

        Raises FileNotFoundError when it was not, or by a version that wrote `media.json` otherwise:
        preparing it again mends that.
        """
        document = json.loads((folder / DESCRIPTION).read_text())
        if document.get("format") != FORMAT:
            raise FileNotFoundError(f"{folder} was prepared by another version of localmux")
        return cls(folder, document)

    def describe(self) -> dict[str, object]:
        """Mux's asset fields that follow from the media."""
        top = self.renditions[0] if self.renditions else None
        size = (top.width, top.height) if top else (0, 0)
        return describe(self.info, self._track_ids, size)

    @cached_property
    def picture(self) -> Track | None:
        """How every video rendition is cut."""
        return Track(self.info.video.frame_rate, self._cuts) if self.info.video else None

    @cached_property
    def sound(self) -> Track | None:
        """How the audio rendition is cut."""
        return sound_track(self.info, self.picture) if self.info.audio else None

    @cached_property
    def renditions(self) -> list[Rendition]:
        """The qualities of the picture, highest first; none when there is only sound."""
        video = self.info.video
        if not video:
            return []
        sides = short_sides(video, self._short_side)
        ladder = [encoded_rendition(video, side, video.frame_rate) for side in sides]
        if self._copied:
            ladder[0] = copied_rendition(video, **self._copied)
        return ladder

    def track(self, name: str) -> Track | None:
        """The cuts of the rendition of that name; None when there is no such rendition."""
        if name == AUDIO:
            return self.sound
        return self.picture if self._rendition(name) else None

    def segment_path(self, name: str, number: int) -> Path:
        return self.folder / name / f"{number}.ts"

    def segment_build(
        self, name: str, number: int, encoders: Encoders, priority: Priority
    ) -> Build:
        """What makes one segment. Raises LookupError when there is no such segment."""
        arguments = self._segment_arguments(name, number)

        async def build(path: Path) -> None:
            await encoders.run([*arguments, str(path)], priority=priority)

        return build

    def _segment_arguments(self, name: str, number: int) -> list[str]:
        track = self.track(name)
        if not track or number >= len(track):
            raise LookupError(f"{name} has no segment {number}")
        first = track.cuts[number]
        frames = Frames(first, track.cuts[number + 1] - first)
        rendition, video, audio = self._rendition(name), self.info.video, self.info.audio
        if rendition and video and rendition.copied:
            return segments.copied(self.source, video, frames)
        if rendition and video:
            return segments.encoded(self.source, video, rendition, frames)
        if audio:
            return segments.sound(self.source, audio, frames)
        raise LookupError(name)

    def _rendition(self, name: str) -> Rendition | None:
        return next((each for each in self.renditions if each.name == name), None)


def is_stale(folder: Path) -> bool:
    """Whether the asset was prepared by a version that wrote `media.json` otherwise."""
    try:
        return json.loads((folder / DESCRIPTION).read_text()).get("format") != FORMAT
    except (FileNotFoundError, ValueError):
        return True


def earlier_span(folder: Path) -> tuple[float, float | None]:
    """Which part of its source a clip is, as any version wrote it: from and to, in seconds."""
    document = json.loads((folder / DESCRIPTION).read_text())
    start = float(document["start"])
    return start, start + float(document["info"]["duration"])


def _forget_made(folder: Path) -> None:
    """Segments and images of an earlier preparation may be cut differently."""
    (folder / DESCRIPTION).unlink(missing_ok=True)
    for made in folder.iterdir():
        if made.is_dir() and made.name not in MADE_BESIDE:
            shutil.rmtree(made)


async def _seekable_source(folder: Path, encoders: Encoders) -> tuple[MediaInfo, Path]:
    source, indexed = folder / SOURCE, folder / INDEXED
    info = await probe(source, encoders)
    if info.seekable:
        return info, source
    arguments = [*segments.indexing(Source(source, info)), str(anew(indexed))]
    try:
        await encoders.run(arguments, time_limit=INDEXING_LIMIT)
    except EncodingError as problem:
        raise InvalidInput(DAMAGED) from problem
    found = await probe(indexed, encoders)
    return replace(found, container=info.container), indexed


def _decide(info: MediaInfo, short_side: int) -> dict[str, Any]:
    video, copied = info.video, None
    cuts = keyframe_cuts(info, short_side=short_side)
    if video and cuts:
        copied = _bit_rates(video, cuts)
    elif video:
        cuts = even_cuts(picture_frames(info, video), video.frame_rate)
    kept = replace(info, video=replace(video, keyframes=()) if video else None)
    return {
        "format": FORMAT,
        "info": kept.to_json(),
        "short_side": short_side,
        "cuts": cuts or (),
        "copied": copied,
        "track_ids": [secrets.token_hex(22), secrets.token_hex(22)],
    }


def _bit_rates(video: VideoTrack, cuts: tuple[int, ...]) -> dict[str, int]:
    """Average and fullest segment, in bits per second, of segments copied from the source."""
    offsets = {keyframe.frame: keyframe.offset for keyframe in video.keyframes}
    total = round(video.bit_rate / 8 * video.end)
    offsets[cuts[-1]] = max(total, offsets[cuts[-2]])
    rates = [
        (offsets[end] - offsets[start]) * 8 * video.frame_rate / (end - start)
        for start, end in pairwise(cuts)
    ]
    return {"bit_rate": video.bit_rate, "peak_bit_rate": round(max(rates))}
