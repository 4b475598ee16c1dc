"""The playlists of a recording: the last half minute, all of it so far, all of it for good.

They are written once for each new segment, however many ask for them.
RFC 8216, https://www.rfc-editor.org/rfc/rfc8216#section-6.2.2 (live playlists);
https://www.rfc-editor.org/rfc/rfc8216#section-4.3.3.3 (EXT-X-DISCONTINUITY-SEQUENCE)
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from localmux.live.timeline import Part, Segment, Timeline
from localmux.live.transcoder import AUDIO
from localmux.media.ladder import AUDIO_BANDWIDTH, AUDIO_CODEC, Rendition
from localmux.playlists import Selection

# Mux: the playback ID of a live stream leads to about the last 30 seconds.
# https://www.mux.com/docs/guides/stream-recordings-of-live-streams
WINDOW = 30.0  # seconds
TARGET_DURATION = 1  # seconds; no segment is rounded to more
# Players keep three target durations from the end by themselves. Saying so (EXT-X-SERVER-CONTROL)
# makes Chromium's own HLS give up on playlists that are not yet that long.
# Where a viewer of a low-latency stream begins, in seconds from the end. RFC 8216 advises three
# target durations, which are whole seconds; of segments this short, two seconds are four.
LOW_LATENCY_BEGIN = 2.0
LOW_LATENCY_FROM = 4.0  # seconds that there must be, so that a young stream plays from its start


@dataclass(slots=True)
class _Written:
    """The segments of one rendition, as far as they are written down."""

    text: str = ""
    segments: int = 0


class Playlists:
    """Those of one recording, growing with it."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._written: dict[str, _Written] = {}
        self._ready: dict[tuple[str, bool], tuple[int, bool, str]] = {}

    def master(self, base: str, selection: Selection) -> str:
        """The list of renditions; `base` is put before their relative addresses."""
        lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
        part = self.timeline.main_part
        if part and not part.renditions:
            lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={AUDIO_BANDWIDTH},CODECS="{AUDIO_CODEC}"')
            lines.append(f"{base}{AUDIO}.m3u8")
        elif part:
            for rendition in selection.apply(part.renditions):
                lines += [_stream_inf(part, rendition), f"{base}{rendition.name}.m3u8"]
        return "\n".join([*lines, ""])

    def media(self, name: str, *, window: bool) -> str:
        """The list of one rendition's segments. Raises LookupError when there is no such one."""
        if name not in self.timeline.names:
            raise LookupError(name)
        count, finished = len(self.timeline), self.timeline.finished
        ready = self._ready.get((name, window))
        if ready and ready[:2] == (count, finished):
            return ready[2]
        text = self._window(name) if window else self._whole(name)
        self._ready[name, window] = (count, finished, text)
        return text

    def window_begin(self, seconds: float = WINDOW) -> int:
        """The number of the first segment of the last so many seconds."""
        return self.timeline.number_at(max(0.0, self.timeline.duration - seconds))

    def _window(self, name: str) -> str:
        timeline = self.timeline
        first = self.window_begin()
        segments = [timeline.segment(number) for number in range(first, len(timeline))]
        sequence = timeline.played_parts.index(segments[0].part)
        lines = [*self._head(first), f"#EXT-X-DISCONTINUITY-SEQUENCE:{sequence}"]
        running = timeline.latency_mode == "low" and not timeline.finished
        if running and timeline.duration >= LOW_LATENCY_FROM:
            lines.append(f"#EXT-X-START:TIME-OFFSET=-{LOW_LATENCY_BEGIN:.1f}")
        part = segments[0].part
        for segment in segments:
            if segment.part is not part:
                lines.append("#EXT-X-DISCONTINUITY")
                part = segment.part
            lines += [_date(segment), *_entry(segment, name)]
        return "\n".join([*lines, *self._tail()])

    def _whole(self, name: str) -> str:
        """The addresses of earlier segments stay as they were written before."""
        timeline = self.timeline
        written = self._written.setdefault(name, _Written())
        lines = []
        for number in range(written.segments, len(timeline)):
            segment = timeline.segment(number)
            if number == segment.part.first:
                lines += ["#EXT-X-DISCONTINUITY"] if number else []
                lines.append(_date(segment))
            lines += _entry(segment, name)
        written.text += "".join(f"{line}\n" for line in lines)
        written.segments = len(timeline)
        kind = "VOD" if timeline.finished else "EVENT"
        head = [*self._head(0), f"#EXT-X-PLAYLIST-TYPE:{kind}", ""]
        return "\n".join(head) + written.text + "\n".join(self._tail())

    def _head(self, first: int) -> list[str]:
        return [
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            f"#EXT-X-TARGETDURATION:{TARGET_DURATION}",
            f"#EXT-X-MEDIA-SEQUENCE:{first}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]

    def _tail(self) -> list[str]:
        return ["#EXT-X-ENDLIST", ""] if self.timeline.finished else [""]


def _entry(segment: Segment, name: str) -> list[str]:
    return [f"#EXTINF:{segment.duration:.6f},", f"{name}/{segment.number}.ts"]


def _date(segment: Segment) -> str:
    part = segment.part
    moment = datetime.fromtimestamp(part.started_at + segment.begin - part.begin, UTC)
    return f"#EXT-X-PROGRAM-DATE-TIME:{moment.isoformat(timespec='milliseconds')}"


def _stream_inf(part: Part, rendition: Rendition) -> str:
    picture, sound = part.published.picture, part.published.sound
    extra = AUDIO_BANDWIDTH if sound else 0
    codecs = f"{AUDIO_CODEC},{rendition.codec}" if sound else rendition.codec
    attributes = [
        f"BANDWIDTH={rendition.peak_bit_rate + extra}",
        f"AVERAGE-BANDWIDTH={rendition.bit_rate + extra}",
        f'CODECS="{codecs}"',
        f"RESOLUTION={rendition.width}x{rendition.height}",
        *([f"FRAME-RATE={float(picture.frame_rate):.3f}"] if picture else []),
        "CLOSED-CAPTIONS=NONE",
    ]
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"
