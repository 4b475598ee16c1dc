"""AMF0, the encoding of RTMP commands and metadata.

Source: https://rtmp.veriskope.com/pdf/amf0-file-format-specification.pdf
"""

import struct

from localmux.live.malformed import Malformed

MAX_DEPTH = 16  # objects inside objects; encoders need two
LONGEST_SHORT_STRING = 0xFFFF  # bytes

type Value = float | bool | str | list[Value] | dict[str, Value] | None

NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED = 0, 1, 2, 3, 5, 6
ECMA_ARRAY, OBJECT_END, STRICT_ARRAY, DATE, LONG_STRING, UNSUPPORTED = 8, 9, 10, 11, 12, 13
XML, TYPED_OBJECT = 15, 16


class EcmaArray(dict[str, Value]):
    """An object that says in advance how many members it has: what `onMetaData` carries."""


def encode(*values: Value) -> bytes:
    """The values one after the other. Strings must be encodable as UTF-8."""
    return b"".join(map(_encoded, values))


def _encoded(value: Value) -> bytes:
    match value:
        case None:
            return bytes([NULL])
        case bool():
            return bytes([BOOLEAN, value])
        case int() | float():
            return struct.pack(">Bd", NUMBER, value)
        case str():
            return _encoded_string(value.encode())
        case list():
            return struct.pack(">BI", STRICT_ARRAY, len(value)) + encode(*value)
        case dict():
            return _encoded_members(value)


def _encoded_string(text: bytes) -> bytes:
    if len(text) > LONGEST_SHORT_STRING:
        return struct.pack(">BI", LONG_STRING, len(text)) + text
    return struct.pack(">BH", STRING, len(text)) + text


def _encoded_members(members: dict[str, Value]) -> bytes:
    counted = isinstance(members, EcmaArray)
    parts = [struct.pack(">BI", ECMA_ARRAY, len(members)) if counted else bytes([OBJECT])]
    for name, value in members.items():
        parts += [struct.pack(">H", len(name.encode())), name.encode(), _encoded(value)]
    return b"".join(parts) + bytes([0, 0, OBJECT_END])


def decode(data: bytes) -> list[Value]:
    """All values in `data`. Raises Malformed, and nothing else, for anything it cannot read.

    A date becomes its milliseconds since 1970, XML its text, undefined and unsupported None.
    """
    decoder = _Decoder(data)
    values: list[Value] = []
    while decoder.position < len(data):
        values.append(decoder.value(0))
    return values


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def value(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise Malformed("AMF0 values are nested too deeply.")
        marker = self._take(1)[0]
        if marker in (NULL, UNDEFINED, UNSUPPORTED):
            return None
        if marker == BOOLEAN:
            return self._take(1) != b"\0"
        if marker in (NUMBER, DATE):
            return self._number(marker)
        if marker in (STRING, LONG_STRING, XML):
            return self._string(2 if marker == STRING else 4)
        return self._composite(marker, depth + 1)

    def _composite(self, marker: int, depth: int) -> Value:
        match marker:
            case _ if marker == OBJECT:
                return self._members(depth)
            case _ if marker == TYPED_OBJECT:
                self._string(2)
                return self._members(depth)
            case _ if marker == ECMA_ARRAY:
                self._take(4)  # the count is a hint: encoders get it wrong
                return EcmaArray(self._members(depth))
            case _ if marker == STRICT_ARRAY:
                return [self.value(depth) for _ in range(int.from_bytes(self._take(4)))]
        raise Malformed("An AMF0 value is of an unknown type.")

    def _members(self, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        while True:
            name = self._string(2)
            if not name and self._data[self.position : self.position + 1] == bytes([OBJECT_END]):
                self.position += 1
                return members
            members[name] = self.value(depth)

    def _number(self, marker: int) -> float:
        (number,) = struct.unpack(">d", self._take(8))
        if marker == DATE:
            self._take(2)  # a time zone, which the specification says to leave unused
        return number

    def _string(self, length_size: int) -> str:
        length = int.from_bytes(self._take(length_size))
        return self._take(length).decode(errors="replace")

    def _take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self._data):
            raise Malformed("An AMF0 value ends too early.")
        taken = self._data[self.position : end]
        self.position = end
        return taken
