"""FLV: what RTMP carries is the tags of this format, so that a recording is a header and tags.

Source: Adobe Flash Video File Format Specification 10.1, annex E,
https://rtmp.veriskope.com/pdf/video_file_format_spec_v10_1.pdf
"""

from collections.abc import Iterator
from dataclasses import dataclass

from localmux.live.malformed import Malformed

AUDIO, VIDEO, SCRIPT = 8, 9, 18

# Says that both audio and video may come: nobody knows before the first tags do.
HEADER = b"FLV\x01\x05\x00\x00\x00\x09" + bytes(4)

TAG_HEADER = 11  # bytes
BACK_POINTER = 4  # bytes after each tag, which give the tag's size again


@dataclass(frozen=True, slots=True)
class Tag:
    """One frame of audio or video, or metadata, exactly as the encoder sent it."""

    kind: int  # AUDIO, VIDEO or SCRIPT
    timestamp: int  # milliseconds, 32 bits, wrapping as it came
    body: bytes


def file_header(*, sound: bool, picture: bool) -> bytes:
    """The beginning of a file of which it is known what comes, so that no reader waits for more."""
    return HEADER[:4] + bytes([sound << 2 | picture]) + HEADER[5:]


def written(tag: Tag) -> bytes:
    """The tag as part of a file or pipe that began with HEADER."""
    size, time = len(tag.body), tag.timestamp
    low, high = (time & 0xFFFFFF).to_bytes(3), (time >> 24).to_bytes(1)
    head = bytes([tag.kind]) + size.to_bytes(3) + low + high + bytes(3)
    return b"".join((head, tag.body, (TAG_HEADER + size).to_bytes(BACK_POINTER)))


def tags(data: bytes) -> Iterator[Tag]:
    """The tags of a file without its header, or of an RTMP aggregate message, which is the same.

    Raises Malformed when they do not fill `data`; the last back pointer may be missing.
    """
    position = 0
    while position < len(data):
        if position + TAG_HEADER > len(data):
            raise Malformed("An FLV tag ends too early.")
        kind = data[position]
        size = int.from_bytes(data[position + 1 : position + 4])
        time = int.from_bytes(data[position + 4 : position + 7]) | data[position + 7] << 24
        position += TAG_HEADER
        if position + size > len(data):
            raise Malformed("An FLV tag ends too early.")
        yield Tag(kind, time, data[position : position + size])
        position += size + BACK_POINTER
