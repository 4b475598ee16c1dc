"""What the messages of an encoder mean: commands, and frames to pass on.

Source: Adobe RTMP specification 1.0, section 7,
https://rtmp.veriskope.com/pdf/rtmp_specification_1.0.pdf
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from localmux.live import amf0, flv
from localmux.live.amf0 import Value
from localmux.live.chunks import Message
from localmux.live.malformed import Malformed
from localmux.live.replies import COMMAND

AMF3_DATA, AMF3_COMMAND, AGGREGATE = 15, 17, 22  # message types
MEDIA = {flv.AUDIO, flv.VIDEO, AGGREGATE}
LARGEST_COMMAND = 64 * 1024  # bytes
SET_DATA_FRAME, CLEAR_DATA_FRAME = amf0.encode("@setDataFrame"), amf0.encode("@clearDataFrame")


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    transaction: float  # 0 when no answer is waited for
    members: Mapping[str, Value]  # of the command object
    argument: str  # the first one, if it is a string


def command_in(message: Message) -> Command | None:
    """None for a message that is no command. Raises Malformed."""
    if message.kind not in (COMMAND, AMF3_COMMAND):
        return None
    if len(message.body) > LARGEST_COMMAND:
        raise Malformed("A command is too large.")
    values = amf0.decode(_amf0_part(message, AMF3_COMMAND))
    match [*values, None, None][:4]:
        case [str(name), float(transaction), members, argument]:
            return Command(
                name,
                transaction,
                members if isinstance(members, dict) else {},
                argument if isinstance(argument, str) else "",
            )
    raise Malformed("A command has no name or no transaction.")


def tags_in(message: Message) -> Iterator[flv.Tag]:
    """The frames in a message; their bodies stay as they are. Raises Malformed.

    Enhanced RTMP (https://github.com/veovera/enhanced-rtmp) puts new codecs inside the bodies of
    audio and video, so they pass as well.
    """
    kind, _, timestamp, body = message
    if kind in (flv.AUDIO, flv.VIDEO):
        yield flv.Tag(kind, timestamp, body)
    elif kind in (flv.SCRIPT, AMF3_DATA):
        script = _amf0_part(message, AMF3_DATA).removeprefix(SET_DATA_FRAME)
        if not script.startswith(CLEAR_DATA_FRAME):
            yield flv.Tag(flv.SCRIPT, timestamp, script)
    elif kind == AGGREGATE:
        yield from _aggregated(timestamp, body)


def _aggregated(timestamp: int, body: bytes) -> Iterator[flv.Tag]:
    """The times inside are moved so that the first is the message's own (section 7.1.6)."""
    shift: int | None = None
    for tag in flv.tags(body):
        shift = timestamp - tag.timestamp if shift is None else shift
        if tag.kind in (flv.AUDIO, flv.VIDEO, flv.SCRIPT):
            yield flv.Tag(tag.kind, (tag.timestamp + shift) & 0xFFFFFFFF, tag.body)


def _amf0_part(message: Message, amf3_kind: int) -> bytes:
    """AMF3 messages of encoders are AMF0 after one byte that says so."""
    return message.body[1:] if message.kind == amf3_kind else message.body


def stream_key(app: str, name: str) -> str:
    """The last part of the whole path, without a query.

    Some encoders have one field for the address, and people put the key there.
    """
    path = f"{app.partition('?')[0]}/{name.partition('?')[0]}"
    return next(filter(None, reversed(path.split("/"))), "")
