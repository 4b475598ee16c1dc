"""What a receiver needs first that comes late to a broadcast: the headers, then a keyframe.

Sources: Adobe Flash Video File Format Specification 10.1, annex E.4,
https://rtmp.veriskope.com/pdf/video_file_format_spec_v10_1.pdf, and for the codecs of enhanced
RTMP https://github.com/veovera/enhanced-rtmp
"""

from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag

ENHANCED_VIDEO = 0x80  # in the first byte: it tells the kind of packet, the next four the codec
ENHANCED_AUDIO = 9  # in place of the codec's number
AVC, AAC = 7, 10  # the codecs whose second byte tells a header from a frame
KEYFRAME = 1


def is_header(tag: Tag) -> bool:
    """Whether the tag holds what a decoder is set up with, and neither picture nor sound."""
    if len(tag.body) < 2:
        return False
    first, second = tag.body[0], tag.body[1]
    if tag.kind == VIDEO and first & ENHANCED_VIDEO:
        return first & 15 == 0
    if tag.kind == VIDEO:
        return first & 15 == AVC and second == 0
    if first >> 4 == ENHANCED_AUDIO:
        return first & 15 == 0
    return tag.kind == AUDIO and first >> 4 == AAC and second == 0


def is_keyframe(tag: Tag) -> bool:
    return tag.kind == VIDEO and bool(tag.body) and tag.body[0] >> 4 & 7 == KEYFRAME


class Beginning:
    """The latest metadata and headers of a broadcast."""

    def __init__(self) -> None:
        self._latest: dict[int, Tag] = {}

    def keep(self, tag: Tag) -> bool:
        """Take note of a tag; whether it is one of those to begin with."""
        if tag.kind != SCRIPT and not is_header(tag):
            return False
        self._latest[tag.kind] = tag
        return True

    def tags(self) -> list[Tag]:
        """Metadata, picture, sound, in the order encoders send them."""
        kinds = (SCRIPT, VIDEO, AUDIO)
        return [self._latest[kind] for kind in kinds if kind in self._latest]

    @property
    def has_picture(self) -> bool:
        return VIDEO in self._latest
