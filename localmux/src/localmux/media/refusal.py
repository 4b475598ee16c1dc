"""Why a file cannot become an asset, in words for the person who sent it."""

from pathlib import Path

ACCEPTED = "Send a video (MP4, MOV, MKV, WebM, AVI) or an audio file (MP3, M4A, WAV)."
EMPTY = (
    "The file is empty (0 bytes). It was probably not saved or copied to its end: "
    "look at the original and send it again."
)
NO_INDEX = (
    "The file is cut off: the index that an MP4 or MOV keeps at its end is missing. "
    "It was probably not recorded, copied or downloaded to its end: send the complete file."
)
DAMAGED = f"The file is damaged, or its format is not one that can be read here. {ACCEPTED}"
UNKNOWN_PICTURE = f"The picture is in a format that cannot be decoded here. {ACCEPTED}"
NOTHING_TO_PLAY = f"The file holds neither a picture nor a sound track. {ACCEPTED}"
TOO_LARGE = "The picture is larger than 8192 pixels on one side. Scale it down and send it again."

SIGNATURES = (
    (b"GIF8", "a GIF image"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"#EXTM3U", "an HLS playlist, which only names other files"),
    (b"ffconcat", "an ffmpeg list, which only names other files"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)


class InvalidInput(Exception):
    """The source cannot become an asset; the message is written for the person who sent it."""


def cut_off(present: float, promised: float) -> InvalidInput:
    """The refusal of a file that holds `present` of the `promised` seconds."""
    return InvalidInput(
        f"The file is cut off: it promises {promised:.1f} seconds and holds {present:.1f}. "
        "It was probably not copied or downloaded to its end: send the complete file."
    )


def refuse_cut_riff(path: Path) -> None:
    """Raises InvalidInput for an AVI or WAV shorter than it says: libav plays it without a word."""
    with path.open("rb") as file:
        head = file.read(8)
    promised = int.from_bytes(head[4:8], "little") + len(head)
    present = path.stat().st_size
    # A recorder that was never stopped leaves zeroes or ones there.
    if head[:4] == b"RIFF" and present < promised < 0xFFFF_0000:
        raise InvalidInput(
            f"The file is cut off: it promises {promised:,} bytes and holds {present:,}. "
            "It was probably not copied or downloaded to its end: send the complete file."
        )


def unreadable(path: Path) -> InvalidInput:
    """The refusal of a file that no accepted format fits, by what its first bytes look like."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free"}:
        return InvalidInput(NO_INDEX)
    found = _kind(head)
    return InvalidInput(
        f"This is {found}, not a video or audio file. {ACCEPTED}" if found else DAMAGED
    )


def _kind(head: bytes) -> str | None:
    for signature, kind in SIGNATURES:
        if head.lower().startswith(signature.lower()):
            return kind
    if head[8:12] == b"WEBP":
        return "a WebP image"
    return "a text file" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    try:
        text = head[:4000].decode()
    except UnicodeDecodeError as problem:
        if problem.start < len(head[:4000]) - 4:  # else a character cut in two by the limit
            return False
        text = head[: problem.start].decode()
    return all(character.isprintable() or character.isspace() for character in text)
