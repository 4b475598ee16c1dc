"""Reads the subtitle files that people have, and writes WebVTT and plain text of them.

https://www.w3.org/TR/webvtt1/ and, for SubRip, which nobody standardised,
https://en.wikipedia.org/wiki/SubRip
"""

import re
from dataclasses import dataclass

ARROW = "-->"
TIMES = re.compile(
    r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})[ \t]+-->[ \t]+"
    r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})(.*)"
)
TAGS = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")
FOREIGN_TAGS = re.compile(r"</?(?!/?[biu]>)[^<>\n]*>|\{\\[^{}\n]*\}", re.IGNORECASE)
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": ""}
ENCODINGS = ("utf-8-sig", "cp1252")  # the second is what old SubRip files are written in


class UnreadableSubtitles(Exception):
    """The file is neither WebVTT nor SubRip; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle; times in milliseconds."""

    begin: int
    end: int
    settings: str
    text: str


@dataclass(frozen=True, slots=True)
class Subtitles:
    """The cues in the order of the file, and what a WebVTT file says before them."""

    cues: list[Cue]
    preamble: list[str]  # styles and regions, which hold for the cues after them

    def as_webvtt(self, *, first_timestamp: int | None = None) -> str:
        """WebVTT; with the MPEG-TS time stamp (90 kHz) of the asset's zero, as HLS wants it.

        https://www.rfc-editor.org/rfc/rfc8216#section-3.5
        """
        head = "WEBVTT"
        if first_timestamp is not None:
            head += f"\nX-TIMESTAMP-MAP=MPEGTS:{first_timestamp},LOCAL:00:00:00.000"
        blocks = [head, *self.preamble]
        for cue in self.cues:
            times = f"{_clock(cue.begin)} {ARROW} {_clock(cue.end)}{cue.settings}"
            blocks.append(f"{times}\n{cue.text}")
        return "\n\n".join(blocks) + "\n"

    def as_text(self) -> str:
        """What is said, one line for each cue."""
        lines = [" ".join(_plain(cue.text).split()) for cue in self.cues]
        return "".join(f"{line}\n" for line in lines if line)


def read_subtitles(raw: bytes) -> Subtitles:
    """Raises UnreadableSubtitles."""
    text = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    is_webvtt = text.startswith("WEBVTT")
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", text)]
    cues = [cue for block in blocks if (cue := _cue(block, is_webvtt=is_webvtt))]
    if not cues and not is_webvtt:
        raise UnreadableSubtitles("The file is neither WebVTT nor SRT: send one of these.")
    kept = [block for block in blocks if block.startswith(("STYLE", "REGION"))]
    return Subtitles(cues, kept if is_webvtt else [])


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableSubtitles("The file is not text: send WebVTT or SRT in UTF-8.")


def _cue(block: str, *, is_webvtt: bool) -> Cue | None:
    lines = block.strip().split("\n")
    place = next((place for place, line in enumerate(lines[:2]) if ARROW in line), None)
    found = TIMES.match(lines[place].strip()) if place is not None else None
    if found is None or place is None:
        return None
    text = "\n".join(line for line in lines[place + 1 :] if line.strip())
    if not is_webvtt:
        text = FOREIGN_TAGS.sub("", text).replace("&", "&amp;")
    settings = found[9].rstrip() if is_webvtt else ""
    return Cue(
        _milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:8]), settings, text
    )


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _plain(text: str) -> str:
    text = TAGS.sub("", text)
    for entity, meant in reversed(ENTITIES.items()):
        text = text.replace(entity, meant)
    return text
