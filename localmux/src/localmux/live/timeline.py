"""Which segments a recording has: in memory, and line by line in a file that survives kill -9."""

import errno
import json
import os
import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from localmux.live.published import Published
from localmux.live.transcoder import AUDIO
from localmux.media.ladder import Rendition, encoded_rendition

FILE = "recording.jsonl"
SEGMENT = {"standard": Fraction(1), "reduced": Fraction(1), "low": Fraction(1, 2)}  # seconds


@dataclass
class Part:
    """The segments of one take. Between two parts players start anew: a discontinuity."""

    run: int
    first: int  # number of its first segment
    begin: float  # seconds into the recording
    started_at: float  # Unix seconds of its first frame
    published: Published
    sides: Sequence[int]  # short sides of the renditions, highest first; none for sound alone
    durations: list[float] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)  # of its segments, in the recording
    end: float = 0.0

    def __post_init__(self) -> None:
        self.end = self.begin

    def append(self, duration: float) -> None:
        self.begins.append(self.end)
        self.durations.append(duration)
        self.end += duration

    @cached_property
    def renditions(self) -> list[Rendition]:
        """Highest first."""
        video = self.published.video_track(0.0)
        if not video:
            return []
        return [encoded_rendition(video, side, video.frame_rate) for side in self.sides]

    def folder_for(self, name: str) -> str:
        """Which rendition's segments stand for the one of that name, if it was not made here."""
        names = [rendition.name for rendition in self.renditions]
        if name in names or not names or not name[:-1].isdigit():
            return name if name in names else (names or [AUDIO])[0]
        lower = [each.name for each in self.renditions if each.short_side < int(name[:-1])]
        return lower[0] if lower else names[-1]


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of the recording; times in seconds."""

    number: int
    part: Part
    begin: float
    duration: float


class Timeline:
    """All parts of a recording, newest last."""

    def __init__(self, folder: Path, latency_mode: str, track_ids: tuple[str, str]) -> None:
        self.folder = folder
        self.latency_mode = latency_mode
        self.track_ids = track_ids
        self.parts: list[Part] = []
        self.finished = False

    @classmethod
    def create(cls, folder: Path, latency_mode: str) -> "Timeline":
        """Begin the file. Raises OSError."""
        folder.mkdir(exist_ok=True)
        timeline = cls(folder, latency_mode, (secrets.token_hex(22), secrets.token_hex(22)))
        timeline._write(latency_mode=latency_mode, track_ids=timeline.track_ids)
        return timeline

    @classmethod
    def load(cls, folder: Path) -> "Timeline":
        """Read the file of a recording that nobody goes on with.

        Raises FileNotFoundError when there is none, ValueError for no head.
        """
        lines = (folder / FILE).read_text().splitlines()
        documents = [found for line in lines if (found := _document(line)) is not None]
        if not documents:
            raise ValueError("the head is missing")
        head = documents[0]
        timeline = cls(folder, head["latency_mode"], tuple(head["track_ids"]))
        for document in documents[1:]:
            timeline._take(document)
        timeline.finished = True
        return timeline

    def _take(self, document: dict[str, Any]) -> None:
        if "duration" in document:
            self.parts[-1].append(document["duration"])
        elif "run" in document:
            published = Published.from_json(document.pop("published"))
            self.parts.append(Part(**document, published=published))

    def _write(self, **document: object) -> None:
        """Add a line, or nothing of it. Raises OSError."""
        with (self.folder / FILE).open("ab", buffering=0) as file:
            before = file.tell()
            line = (json.dumps(document) + "\n").encode()
            try:
                written = file.write(line)
            except OSError:
                file.truncate(before)
                raise
            if written < len(line):  # the disk had room for a part of it
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def begin_part(
        self, run: int, started_at: float, published: Published, sides: Sequence[int]
    ) -> Part:
        """Open the next part; its first segment makes it appear.

        Its time of day is never before the end of the part before: an encoder may have sent that
        faster than it was played.
        """
        begin = self.duration
        if self.parts:
            last = self.parts[-1]
            started_at = max(started_at, last.started_at + last.end - last.begin)
        part = Part(run, len(self), begin, started_at, published, sides)
        self._write(
            run=run,
            first=part.first,
            begin=begin,
            started_at=started_at,
            sides=list(sides),
            published=published.to_json(),
        )
        self.parts.append(part)
        return part

    def append(self, duration: float) -> None:
        """The newest part has one segment more."""
        self._write(duration=duration)
        self.parts[-1].append(duration)

    def finish(self) -> None:
        """Nothing will follow. That needs no room on the disk."""
        self.finished = True

    def __len__(self) -> int:
        return self.parts[-1].first + len(self.parts[-1].durations) if self.parts else 0

    @property
    def duration(self) -> float:
        return self.parts[-1].end if self.parts else 0.0

    @property
    def played_parts(self) -> list[Part]:
        """Those with segments."""
        return [part for part in self.parts if part.durations]

    @property
    def main_part(self) -> Part | None:
        """The part that the master playlist describes: the first with a picture, else the first."""
        played = self.played_parts
        return next((part for part in played if part.sides), played[0] if played else None)

    @property
    def names(self) -> list[str]:
        """The renditions of the master playlist, highest first."""
        part = self.main_part
        return [each.name for each in part.renditions] or [AUDIO] if part else []

    def segment(self, number: int) -> Segment:
        """Raises LookupError when there is no segment of that number."""
        if not 0 <= number < len(self):
            raise LookupError(f"there is no segment {number}")
        part = self.parts[bisect_right(self.parts, number, key=lambda part: part.first) - 1]
        index = number - part.first
        return Segment(number, part, part.begins[index], part.durations[index])

    def number_at(self, moment: float) -> int:
        """The segment that is played `moment` seconds into the recording, or the last one."""
        part = self.parts[max(0, bisect_right(self.parts, moment, key=lambda one: one.begin) - 1)]
        while not part.durations and part is not self.parts[0]:
            part = self.parts[self.parts.index(part) - 1]
        return part.first + max(0, bisect_right(part.begins, moment) - 1)

    def path(self, name: str, number: int) -> Path:
        """Where a segment is, for the rendition of that name. Raises LookupError."""
        if name not in self.names:
            raise LookupError(name)
        part = self.segment(number).part
        return self.folder / part.folder_for(name) / f"{number}.ts"


def _document(line: str) -> dict[str, Any] | None:
    """None for a line that a crash cut off."""
    try:
        return json.loads(line)
    except ValueError:
        return None
