"""What the body of a tag is, without decoding it: codec, header or frame, keyframe.

Sources: Adobe Flash Video File Format Specification 10.1, annex E.4,
https://rtmp.veriskope.com/pdf/video_file_format_spec_v10_1.pdf; for newer codecs Enhanced RTMP,
https://veovera.org/docs/enhanced/enhanced-rtmp-v2
"""

from localmux.live import amf0
from localmux.live.amf0 import Value
from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag
from localmux.live.malformed import Malformed

VIDEO_CODECS = {2: "h263", 4: "vp6", 5: "vp6", 7: "h264", 12: "hevc"}
AUDIO_CODECS = {2: "mp3", 7: "pcm", 8: "pcm", 10: "aac", 11: "speex", 14: "mp3"}
FOUR_LETTERS = {
    b"avc1": "h264",
    b"hvc1": "hevc",
    b"av01": "av1",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"fLaC": "flac",
    b".mp3": "mp3",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
}
H264, AAC = 7, 10
ENHANCED_VIDEO, ENHANCED_AUDIO = 0x80, 9
SAMPLE_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)

# One frame of silence, by channels, as hls.js has it:
# https://github.com/video-dev/hls.js/blob/master/src/remux/aac-helper.ts
SILENT_AAC = {1: bytes.fromhex("00c800802380"), 2: bytes.fromhex("210049900219002380")}


def codec(tag: Tag) -> str:
    """The codec of an audio or video tag; `unknown` for one that nobody has named."""
    first = tag.body[0] if tag.body else 0
    if tag.kind == VIDEO:
        if first & ENHANCED_VIDEO:
            return FOUR_LETTERS.get(tag.body[1:5], "unknown")
        return VIDEO_CODECS.get(first & 0x0F, "unknown")
    if first >> 4 == ENHANCED_AUDIO:
        return FOUR_LETTERS.get(tag.body[1:5], "unknown")
    return AUDIO_CODECS.get(first >> 4, "unknown")


def is_header(tag: Tag) -> bool:
    """Whether it configures the decoder, where a frame would be expected."""
    if len(tag.body) < 2:
        return False
    first, second = tag.body[0], tag.body[1]
    if tag.kind == VIDEO:
        if first & ENHANCED_VIDEO:
            return first & 0x0F == 0
        return first & 0x0F in (H264, 12) and second == 0
    if first >> 4 == ENHANCED_AUDIO:
        return first & 0x0F == 0
    return first >> 4 == AAC and second == 0


def is_media(tag: Tag) -> bool:
    """Whether it holds a frame: no header, no end mark, not empty."""
    if tag.kind == SCRIPT or len(tag.body) < 2 or is_header(tag):
        return False
    first, second = tag.body[0], tag.body[1]
    if tag.kind == VIDEO:
        if first & ENHANCED_VIDEO:
            return first & 0x0F in (1, 3, 6, 7)
        return first & 0x0F not in (H264, 12) or second == 1
    return first >> 4 != ENHANCED_AUDIO or first & 0x0F in (1, 5, 7)


def is_keyframe(tag: Tag) -> bool:
    """Whether decoding can begin with it; every frame of sound is one."""
    return is_media(tag) and (tag.kind == AUDIO or tag.body[0] >> 4 & 7 == 1)


def composition_offset(tag: Tag) -> int:
    """Milliseconds from decoding a frame to showing it: they differ where there are B-frames."""
    enhanced = bool(tag.body) and tag.body[0] & ENHANCED_VIDEO
    if enhanced and tag.body[0] & 0x0F != 1:
        return 0
    told = tag.body[5:8] if enhanced else tag.body[2:5]
    return int.from_bytes(told, signed=True) if codec(tag) in ("h264", "hevc") else 0


def silence(header: Tag) -> bytes | None:
    """The body of a silent tag that fits this audio header; None where there is none."""
    frame = SILENT_AAC.get(sound_format(header)[1])
    if codec(header) != "aac" or frame is None or header.body[0] >> 4 != AAC:
        return None
    return header.body[:1] + b"\x01" + frame


def sound_format(header: Tag) -> tuple[int, int]:
    """Samples per second and channels that an AAC header tells; zeroes where unknown.

    ISO/IEC 14496-3, 1.6.2.1: five bits of object type, four of rate, four of channels.
    """
    if codec(header) != "aac":
        return 0, 0
    told = header.body[5:7] if header.body[0] >> 4 == ENHANCED_AUDIO else header.body[2:4]
    bits = int.from_bytes(told.ljust(2, b"\0"))
    rate, channels = bits >> 7 & 15, bits >> 3 & 15
    return (SAMPLE_RATES[rate] if rate < len(SAMPLE_RATES) else 0), channels


def metadata(tag: Tag) -> dict[str, Value] | None:
    """The members of onMetaData; None for any other script."""
    try:
        values = amf0.decode(tag.body)
    except Malformed:
        return None
    match values:
        case ["onMetaData", dict(members), *_]:
            return members
    return None
