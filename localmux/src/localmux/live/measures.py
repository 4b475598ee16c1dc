"""What is measured of a connection's media, for the people who look after the stream."""

import statistics
from itertools import pairwise

from localmux.live import tag_content
from localmux.live.flv import VIDEO, Tag
from localmux.live.unwrapped import UnwrappedTime

OVER = 4000  # milliseconds that rates are measured over
UNEVEN = 0.4  # share of the usual time between two frames that one may differ by
UNEVEN_FRAMES = 0.1  # share of such frames from which the frame rate counts as varying


class Measures:
    """Bit rate, frames and keyframes of the last few seconds."""

    def __init__(self) -> None:
        self.bit_rate = 0  # bits per second
        self.frame_rate: float | None = None  # frames per second, as they came
        self.frame_rate_varies = False
        self.has_b_frames = False
        self._bytes = 0
        self._since: int | None = None
        self._frames: list[int] = []  # times, in milliseconds
        self._offsets: set[int] = set()
        self._last_keyframe: int | None = None
        self._keyframe_distance: int | None = None  # milliseconds
        self._newest = 0

    @property
    def keyframe_distance(self) -> float | None:
        """Seconds between the last two, or since the last where that is longer already."""
        if self._last_keyframe is None:
            return None
        open_end = self._newest - self._last_keyframe
        if self._keyframe_distance is None and open_end < OVER:
            return None
        return max(open_end, self._keyframe_distance or 0) / 1000

    def take(self, tag: Tag, time: UnwrappedTime) -> None:
        """Measure the next tag; `time` is that of the tags before it."""
        if not tag_content.is_media(tag):
            return
        moment = time.peek(tag.timestamp)
        self._bytes += len(tag.body)
        if self._since is None or moment < self._since:
            self._begin(moment)
        elif moment - self._since >= OVER:
            self.bit_rate = self._bytes * 8000 // (moment - self._since)
            self._judge_frames()
            self._begin(moment)
        if tag.kind == VIDEO:
            self._take_frame(tag, moment)

    def _begin(self, moment: int) -> None:
        self._since, self._bytes = moment, 0
        self._frames, self._offsets = [], set()

    def _take_frame(self, tag: Tag, moment: int) -> None:
        self._newest = moment
        self._frames.append(moment)
        self._offsets.add(tag_content.composition_offset(tag))
        if tag_content.is_keyframe(tag):
            if self._last_keyframe is not None and moment > self._last_keyframe:
                self._keyframe_distance = moment - self._last_keyframe
            self._last_keyframe = moment

    def _judge_frames(self) -> None:
        steps = [later - earlier for earlier, later in pairwise(self._frames)]
        if not steps or sum(steps) <= 0:
            self.frame_rate, self.frame_rate_varies, self.has_b_frames = None, False, False
            return
        usual = statistics.median(steps)
        uneven = sum(abs(step - usual) > UNEVEN * usual + 1 for step in steps)  # times are rounded
        self.frame_rate = round(len(steps) * 1000 / sum(steps), 2)
        self.frame_rate_varies = uneven > UNEVEN_FRAMES * len(steps)
        self.has_b_frames = len(self._offsets) > 1
