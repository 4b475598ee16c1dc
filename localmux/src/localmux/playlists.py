"""The text of HLS playlists, shaped like those of stream.mux.com (RFC 8216)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .answers import Document
from .media.asset_media import AUDIO, AssetMedia
from .media.images import choice
from .media.ladder import AUDIO_BANDWIDTH, AUDIO_CODEC, Rendition
from .media.timeline import Track

RESOLUTIONS = ("270p", "360p", "480p", "540p", "720p", "1080p", "1440p", "2160p")
STARTING_ORDER = (720, 540, 1080, 360, 270)  # a middle rendition first, as Mux does
AUDIO_GROUP = "audio"
TEXT_GROUP = "sub1"
STREAM = "#EXT-X-STREAM-INF:"
# https://developer.apple.com/documentation/http-live-streaming/hls-authoring-specification
CAPTIONS = (
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which renditions a viewer asked for, as short sides in pixels.

    https://www.mux.com/docs/guides/modify-playback-behavior
    """

    minimum: int = 0
    maximum: int = 10_000
    descending: bool = False
    language: str | None = None  # of the subtitles shown unasked

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Selection":
        """The renditions a query asks for. Raises ValueError, naming the parameter."""
        least = choice(query, "min_resolution", RESOLUTIONS) or "0p"
        most = choice(query, "max_resolution", RESOLUTIONS) or "10000p"
        minimum, maximum = int(least[:-1]), int(most[:-1])
        if minimum > maximum:
            raise ValueError("min_resolution must not be above max_resolution")
        order = choice(query, "rendition_order", ("desc",))
        language = query.get("default_subtitles_lang")
        return cls(minimum, maximum, descending=order == "desc", language=language)

    def apply(self, renditions: Sequence[Rendition]) -> list[Rendition]:
        """Those asked for, in their order; the nearest one when none lies between the bounds."""
        chosen = [each for each in renditions if self.minimum <= each.short_side <= self.maximum]
        if renditions and not chosen:
            above = [each for each in renditions if each.short_side > self.maximum]
            chosen = above[-1:] or [renditions[0]]
        return chosen if self.descending else sorted(chosen, key=_place)


def master_playlist(media: AssetMedia, base: str, selection: Selection) -> str:
    """The list of renditions; `base` is put before their relative addresses."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:5", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if not media.renditions:
        bandwidth = AUDIO_BANDWIDTH
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS="{AUDIO_CODEC}"')
        return "\n".join([*lines, f"{base}{AUDIO}.m3u8", ""])
    if media.sound:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="Default",'
            f'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="{base}{AUDIO}.m3u8"'
        )
    for rendition in selection.apply(media.renditions):
        lines += [_stream_inf(media, rendition), f"{base}{rendition.name}.m3u8"]
    return "\n".join([*lines, ""])


def with_subtitles(
    master: str, base: str, texts: Sequence[Document], default: str | None = None
) -> str:
    """A master playlist that also offers text tracks; `default` is the language shown unasked."""
    if not texts:
        return master
    offers = [_subtitles(text, base, default) for text in texts]
    lines = master.split("\n")
    place = next(place for place, line in enumerate(lines) if line.startswith(STREAM))
    lines = [*lines[:place], *offers, *lines[place:]]
    group = f',SUBTITLES="{TEXT_GROUP}"'
    return "\n".join(line + group if line.startswith(STREAM) else line for line in lines)


def _subtitles(text: Document, base: str, default: str | None) -> str:
    name, language = (quoted(text[field]) for field in ("name", "language_code"))
    attributes = [
        f'TYPE=SUBTITLES,GROUP-ID="{TEXT_GROUP}",NAME="{name}",LANGUAGE="{language}"',
        f"DEFAULT={'YES' if language == default else 'NO'},AUTOSELECT=YES,FORCED=NO",
        *([f'CHARACTERISTICS="{CAPTIONS}"'] if text.get("closed_captions") else []),
        f'URI="{base}text/{text["id"]}.m3u8"',
    ]
    return f"#EXT-X-MEDIA:{','.join(attributes)}"


def quoted(text: str) -> str:
    """What a quoted string of a playlist can hold of a text: no quotes, no line ends."""
    return "".join(each for each in text.replace('"', "'") if each.isprintable())


def media_playlist(track: Track, base: str) -> str:
    """The list of one rendition's segments, complete from the start."""
    durations = track.durations
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{math.ceil(max(durations))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    for number, duration in enumerate(durations):
        lines += [f"#EXTINF:{float(duration):.6f},", f"{base}{number}.ts"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _stream_inf(media: AssetMedia, rendition: Rendition) -> str:
    sound = AUDIO_BANDWIDTH if media.sound else 0
    codecs = f"{AUDIO_CODEC},{rendition.codec}" if media.sound else rendition.codec
    rate = media.info.video.frame_rate if media.info.video else 0
    attributes = [
        f"BANDWIDTH={rendition.peak_bit_rate + sound}",
        f"AVERAGE-BANDWIDTH={rendition.bit_rate + sound}",
        f'CODECS="{codecs}"',
        f"RESOLUTION={rendition.width}x{rendition.height}",
        f"FRAME-RATE={float(rate):.3f}",
        "CLOSED-CAPTIONS=NONE",
        *([f'AUDIO="{AUDIO_GROUP}"'] if media.sound else []),
    ]
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _place(rendition: Rendition) -> tuple[int, int]:
    side = rendition.short_side
    usual = STARTING_ORDER.index(side) if side in STARTING_ORDER else len(STARTING_ORDER)
    return (usual, -side)
