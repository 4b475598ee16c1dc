"""What is measured of a connection's media, for the people who look after the stream."""

from localmux.live import tag_content
from localmux.live.flv import VIDEO, Tag
from localmux.live.unwrapped import UnwrappedTime

OVER = 4000  # milliseconds that the bit rate is measured over


class Measures:
    """Bit rate and distance of keyframes, of the last few seconds."""

    def __init__(self) -> None:
        self.bit_rate = 0  # bits per second
        self.keyframe_distance: float | None = None  # seconds
        self._bytes = 0
        self._since: int | None = None
        self._last_keyframe: int | None = None

    def take(self, tag: Tag, time: UnwrappedTime) -> None:
        """Measure the next tag; `time` is that of the tags before it."""
        if not tag_content.is_media(tag):
            return
        moment = time.peek(tag.timestamp)
        self._bytes += len(tag.body)
        if self._since is None or moment < self._since:
            self._since, self._bytes = moment, 0
        elif moment - self._since >= OVER:
            self.bit_rate = self._bytes * 8000 // (moment - self._since)
            self._since, self._bytes = moment, 0
        if tag.kind == VIDEO and tag_content.is_keyframe(tag):
            if self._last_keyframe is not None and moment > self._last_keyframe:
                self.keyframe_distance = (moment - self._last_keyframe) / 1000
            self._last_keyframe = moment
