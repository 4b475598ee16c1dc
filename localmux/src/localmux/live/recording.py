"""A broadcast's media: live playlists while it goes on, and the recording that stays.

It lies in the folder of its asset: `recording.jsonl` and `{rendition}/{number}.ts`.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from localmux.live.description import describe, facts
from localmux.live.playlists import Playlists
from localmux.live.run import Run
from localmux.live.takes import Take
from localmux.live.timeline import FILE, SEGMENT, Part, Timeline
from localmux.live.transcoder import Job
from localmux.media.encoders import Encoders
from localmux.media.media_info import VideoTrack
from localmux.media.timeline import AAC_FRAME, SAMPLE_RATE

__all__ = ["RUNNING", "Recording", "Run"]

TOP_SIDE = 1080  # pixels; Mux's live streams are not larger either
LOWER_SIDES = (360, 270, 180)  # pixels of the second rendition
LOWER = 0.6  # of the first one at most, to be worth its work

RUNNING: "dict[Path, Recording]" = {}  # by folder


class Recording:
    """The media of one broadcast, in the folder of its asset; one Run per RTMP connection."""

    def __init__(self, timeline: Timeline, encoders: Encoders) -> None:
        self.timeline, self.encoders = timeline, encoders
        self.playlists = Playlists(timeline)
        self.playable = asyncio.Event()  # set when the first segment can be played
        self.turn = asyncio.Lock()  # of the run that is being recorded
        self.overhang = 0.0  # seconds of sound after the end of the newest segment
        self.closing = False
        self.stepped_down: str | None = None  # why there are fewer renditions than usual
        self.run: Run | None = None
        self._runs = 0
        self._dropped_renditions = 0

    @classmethod
    def create(cls, folder: Path, encoders: Encoders, *, latency_mode: str) -> "Recording":
        """Begin a recording. Raises OSError when the disk refuses."""
        return cls(Timeline.create(folder, latency_mode), encoders)

    @classmethod
    async def recover(cls, folder: Path, encoders: Encoders) -> "Recording | None":
        """Complete what a killed process left; None when nothing playable was recorded."""
        try:
            timeline = await asyncio.to_thread(Timeline.load, folder)
        except (FileNotFoundError, ValueError):
            return None
        await asyncio.to_thread(_remove_unlisted, timeline)
        if not len(timeline):
            return None
        recording = cls(timeline, encoders)
        recording.playable.set()
        return recording

    def begin_run(self) -> Run:
        """A connection begins; its media follows that of the one before."""
        RUNNING[self.timeline.folder] = self
        self.run = Run(self, self._runs)
        self._runs += 1
        return self.run

    @property
    def duration(self) -> float:
        """Seconds so far."""
        return self.timeline.duration

    def describe(self) -> dict[str, object]:
        """Mux's asset fields that follow from the media, growing while live."""
        return describe(self.timeline)

    def facts(self) -> dict[str, object]:
        """What comes in and what is made of it."""
        return facts(self)

    async def finish(self) -> None:
        """Record what is left and close the playlists, for good."""
        if self.run:
            await self.run.end()
        self.closing = True
        self.timeline.finish()
        RUNNING.pop(self.timeline.folder, None)

    def begin_part(self, run: int, take: Take) -> Part:
        """The next take begins, with the renditions that this machine can make."""
        sides = self._sides(take.published.video_track(0.0))
        return self.timeline.begin_part(run, take.arrived, take.published, sides)

    def job(self, part: Part) -> Job:
        return Job(
            folder=self.timeline.folder,
            published=part.published,
            renditions=part.renditions,
            first=part.first,
            begin=part.begin,
            segment=SEGMENT[self.timeline.latency_mode],
            # The last frame of sound before may be longer than what it was made of.
            sound_from=self.overhang + AAC_FRAME / SAMPLE_RATE if part.first else 0.0,
        )

    def append(self, duration: float) -> None:
        """The newest part has one segment more, of so many seconds."""
        self.timeline.append(duration)
        self.playable.set()

    def step_down(self, reason: str) -> bool:
        """Make one rendition less from the next take on; False when there is only one left."""
        part = self.timeline.parts[-1]
        if len(part.sides) < 2:
            return False
        self._dropped_renditions += 1
        self.stepped_down = reason
        return True

    def _sides(self, video: VideoTrack | None) -> Sequence[int]:
        if not video:
            return ()
        top = min(TOP_SIDE, max(2, min(video.width, video.height) // 2 * 2))
        sides = [top, *[side for side in LOWER_SIDES if side <= top * LOWER][:1]]
        return sides[min(self._dropped_renditions, len(sides) - 1) :]


def _remove_unlisted(timeline: Timeline) -> None:
    """Segments that were being written when the process was killed."""
    for path in timeline.folder.glob("*/*.ts"):
        if path.stem.isdigit() and int(path.stem) >= len(timeline):
            path.unlink()


def has_recording(folder: Path) -> bool:
    """Whether the folder of an asset holds one."""
    return (folder / FILE).exists()
