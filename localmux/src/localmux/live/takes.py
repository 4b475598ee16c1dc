"""Cuts what one connection sends into takes: stretches that one ffmpeg can encode from the start.

A take begins with a keyframe at time zero. The next one begins where the encoder changes its
picture or its streams, where its clock jumps, or where it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from localmux.live import tag_content
from localmux.live.amf0 import Value
from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag, file_header, written
from localmux.live.published import (
    Picture,
    Published,
    Sound,
    measured_frame_rate,
    picture_size,
    told_frame_rate,
)
from localmux.live.unwrapped import UnwrappedTime

WAIT_FOR_SOUND = 1000  # milliseconds of picture, where nobody announced what is to come
WAIT_FOR_PICTURE = 10_000  # milliseconds of sound, where a picture was announced
FRAMES_TO_MEASURE = 10
SOUND_MISSING = 500  # milliseconds behind the picture, from which on it is filled with silence
SILENCE_BEHIND = 300  # milliseconds, so that real sound that is merely late still fits


@dataclass(frozen=True, slots=True)
class Take:
    """The begin of a take."""

    published: Published
    opening: bytes  # the FLV file up to the first frame
    arrived: float  # Unix seconds when its first frame came


class Takes:
    """The takes of one connection, tag by tag."""

    def __init__(self) -> None:
        self.time = UnwrappedTime()
        self.published: Published | None = None  # of the running take
        self.newest = 0  # milliseconds in the running take
        self._metadata: dict[str, Value] | None = None
        self._headers: dict[int, Tag] = {}
        self._seen: dict[int, Tag] = {}  # the first frame of each kind
        self.restart()

    def restart(self) -> None:
        """Begin a new take with the next keyframe; what comes before is lost."""
        self.published = None
        self._pending: list[tuple[int, Tag]] = []
        self._waiting_since: int | None = None
        self._cut_wanted = self._sound_changed = False

    def cut(self) -> None:
        """Begin a new take with the next keyframe; the running one goes on until there."""
        self._cut_wanted = self.published is not None

    def sort(self, tag: Tag, arrived: float) -> Iterator[Take | bytes]:
        """The begin of a take where there is one, and the frames as parts of an FLV file."""
        if tag.kind == SCRIPT:
            self._metadata = tag_content.metadata(tag) or self._metadata
        elif tag_content.is_header(tag):
            self._take_header(tag)
        elif tag_content.is_media(tag):
            moment, jumped = self.time.of(tag.timestamp)
            if jumped or (self._cut_wanted and self._may_cut(tag)):
                self.restart()
            self._seen.setdefault(tag.kind, tag)
            if self.published:
                yield from self._go_on(moment, tag)
            else:
                yield from self._gather(moment, tag, arrived)

    def _take_header(self, tag: Tag) -> None:
        before = self._headers.get(tag.kind)
        self._headers[tag.kind] = tag
        if self.published is None or (before and before.body == tag.body):
            return
        if tag.kind == VIDEO and before:
            self.restart()
        else:
            self.cut()
            self._sound_changed = tag.kind == AUDIO

    def _may_cut(self, tag: Tag) -> bool:
        return tag_content.is_keyframe(tag) and (tag.kind == VIDEO or not self._picture_known())

    def _picture_known(self) -> bool:
        return VIDEO in self._seen or VIDEO in self._headers

    def _announced(self, member: str) -> bool:
        return self._metadata is not None and member in self._metadata

    def _gather(self, moment: int, tag: Tag, arrived: float) -> Iterator[Take | bytes]:
        """Wait until it is clear which streams there are."""
        if self._waiting_since is None:
            self._waiting_since = moment
        waited = moment - self._waiting_since
        if self._picture_known() or (self._announced("videocodecid") and waited < WAIT_FOR_PICTURE):
            first = self._pending[0][1].kind if self._pending else None
            if first != VIDEO:
                self._pending = []
            if first == VIDEO or (tag.kind == VIDEO and tag_content.is_keyframe(tag)):
                self._pending.append((moment, tag))
            ready = bool(self._pending) and self._picture_is_clear(moment)
        else:
            self._pending.append((moment, tag))
            ready = self._metadata is not None or waited >= WAIT_FOR_SOUND
        if ready:
            yield from self._begin(arrived - (moment - self._pending[0][0]) / 1000)

    def _picture_is_clear(self, moment: int) -> bool:
        if moment - self._pending[0][0] >= WAIT_FOR_SOUND:
            return True
        frames = sum(tag.kind == VIDEO for _, tag in self._pending)
        rate_known = told_frame_rate(self._metadata or {}) or frames >= FRAMES_TO_MEASURE
        sound_known = AUDIO in self._headers or AUDIO in self._seen
        sound_ruled_out = self._metadata is not None and not self._announced("audiocodecid")
        return bool(rate_known) and (sound_known or sound_ruled_out)

    def _begin(self, arrived: float) -> Iterator[Take | bytes]:
        pending = self._pending
        self.restart()
        self.published = published = self._describe(pending)
        kinds = [VIDEO] * bool(published.picture) + [AUDIO] * bool(published.sound)
        headers = [self._headers[kind] for kind in kinds if kind in self._headers]
        opening = file_header(sound=AUDIO in kinds, picture=VIDEO in kinds) + b"".join(
            written(Tag(header.kind, 0, header.body)) for header in headers
        )
        self._base = pending[0][0]
        self._last = dict.fromkeys(kinds, 0)
        sound_header = self._headers.get(AUDIO)
        self._silence = tag_content.silence(sound_header) if sound_header else None
        yield Take(published, opening, arrived)
        for moment, tag in pending:
            yield from self._go_on(moment, tag)

    def _describe(self, pending: list[tuple[int, Tag]]) -> Published:
        metadata, picture, sound = self._metadata or {}, None, None
        first = {tag.kind: tag for _, tag in reversed(pending)}
        if video := first.get(VIDEO):
            times = [moment for moment, tag in pending if tag.kind == VIDEO]
            rate = told_frame_rate(metadata) or measured_frame_rate(times)
            picture = Picture(tag_content.codec(video), *picture_size(metadata), rate)
        if audio := self._headers.get(AUDIO) or self._seen.get(AUDIO):
            rate, channels = tag_content.sound_format(audio)
            sound = Sound(tag_content.codec(audio), channels, rate)
        return Published(picture, sound)

    def _go_on(self, moment: int, tag: Tag) -> Iterator[bytes]:
        time = moment - self._base
        muted = tag.kind == AUDIO and self._sound_changed
        if tag.kind not in self._last or time < self._last[tag.kind] or muted:
            return
        self._last[tag.kind] = time
        self.newest = max(self._last.values())
        yield written(Tag(tag.kind, time, tag.body))
        if tag.kind == VIDEO and self._silence and time - self._last[AUDIO] > SOUND_MISSING:
            # Else the other streams would wait for it, and players with them.
            self._last[AUDIO] = time - SILENCE_BEHIND
            yield written(Tag(AUDIO, self._last[AUDIO], self._silence))
