"""What the server says to an encoder: protocol control, results, status.

Source: Adobe RTMP specification 1.0, sections 5.4, 6.2 and 7,
https://rtmp.veriskope.com/pdf/rtmp_specification_1.0.pdf
"""

from collections.abc import Mapping

from localmux.live.amf0 import EcmaArray, Value, encode
from localmux.live.chunks import SET_CHUNK_SIZE, Message, chunked

ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 3, 4, 5, 6  # message types
COMMAND = 20
STREAM_BEGIN, PING_REQUEST, PING_RESPONSE = 0, 6, 7  # user control events

STREAM_ID = 1  # of the one message stream that a connection publishes
WINDOW = 2_500_000  # bytes between acknowledgements, as Adobe's server has it
CHUNK_SIZE = 4096  # bytes, of what the server sends
DYNAMIC = 2  # the client may take the bandwidth for a limit or not

CONTROL_STREAM, COMMAND_STREAM = 2, 3  # chunk streams


def control(kind: int, number: int, rest: bytes = b"") -> bytes:
    """A protocol control message, in chunks; all fit one chunk of any size."""
    return chunked(Message(kind, 0, 0, number.to_bytes(4) + rest), CONTROL_STREAM, CHUNK_SIZE)


def user_control(event: int, number: int) -> bytes:
    body = event.to_bytes(2) + number.to_bytes(4)
    return chunked(Message(USER_CONTROL, 0, 0, body), CONTROL_STREAM, CHUNK_SIZE)


def command(*values: Value, stream_id: int = 0) -> bytes:
    message = Message(COMMAND, stream_id, 0, encode(*values))
    return chunked(message, COMMAND_STREAM, CHUNK_SIZE)


def status(level: str, code: str, description: str) -> bytes:
    """An onStatus for the published stream; encoders show or log its description."""
    information: Value = {"level": level, "code": code, "description": description}
    return command("onStatus", 0, None, information, stream_id=STREAM_ID)


def connected(transaction: float, parameters: Mapping[str, Value]) -> bytes:
    """The answer to `connect`, with the settings of the connection.

    `*` promises a client of enhanced RTMP that every codec is passed on:
    https://github.com/veovera/enhanced-rtmp (Enhancing NetConnection connect Command).
    """
    properties: dict[str, Value] = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0}
    if "fourCcList" in parameters:
        properties["fourCcList"] = ["*"]
    information: Value = {
        "level": "status",
        "code": "NetConnection.Connect.Success",
        "description": "Connection succeeded.",
        "objectEncoding": 0.0,
        "data": EcmaArray(),
    }
    return b"".join(
        (
            control(WINDOW_SIZE, WINDOW),
            control(PEER_BANDWIDTH, WINDOW, bytes([DYNAMIC])),
            control(SET_CHUNK_SIZE, CHUNK_SIZE),
            command("_result", transaction, properties, information),
        )
    )


def result(transaction: float, value: Value = None) -> bytes:
    """Nothing for transaction 0, whose sender does not wait for an answer."""
    return command("_result", transaction, None, value) if transaction else b""


def failed(transaction: float) -> bytes:
    information: Value = {"level": "error", "code": "NetConnection.Call.Failed"}
    return command("_error", transaction, None, information) if transaction else b""
