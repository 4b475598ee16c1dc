"""AMF0: what goes in comes out, and nothing but Malformed is ever raised."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmux.live.amf0 import MAX_DEPTH, EcmaArray, Value, decode, encode
from localmux.live.malformed import Malformed

text = st.text(max_size=20)
scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | text
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(text.filter(bool), inner, max_size=4)
        | st.dictionaries(text.filter(bool), inner, max_size=4).map(EcmaArray)
    ),
    max_leaves=12,
)


@given(st.lists(values, max_size=4))
def test_comes_out_as_it_went_in(given_values: list[Value]) -> None:
    decoded = decode(encode(*given_values))
    assert decoded == given_values
    assert list(map(type, decoded)) == list(map(type, given_values))


@given(st.binary(max_size=200) | values.map(encode).map(lambda data: data[:-1]))
def test_raises_nothing_but_its_own_error(data: bytes) -> None:
    with suppress(Malformed):
        decode(data)


def test_knows_the_values_of_the_specification() -> None:
    date = b"\x0b" + struct.pack(">dh", 1e12, 0)
    typed_object = b"\x10\x00\x01C" + b"\x00\x01a\x05" + b"\x00\x00\x09"
    xml = b"\x0f\x00\x00\x00\x04<a/>"
    assert decode(date + typed_object + xml + b"\x06\x0d") == [
        1e12,
        {"a": None},
        "<a/>",
        None,
        None,
    ]


def test_takes_the_count_of_an_ecma_array_for_a_hint() -> None:
    encoded = encode(EcmaArray({"width": 1280.0}))
    for count in (0, 7, 0xFFFFFFFF):
        assert decode(encoded[:1] + struct.pack(">I", count) + encoded[5:]) == [{"width": 1280.0}]


def test_takes_long_strings() -> None:
    long = "é" * 40_000
    assert decode(encode(long)) == [long]


def test_gives_up_on_what_is_nested_too_deeply() -> None:
    nested: Value = None
    for _ in range(MAX_DEPTH):
        nested = [nested]
    assert decode(encode(nested)) == [nested]
    with pytest.raises(Malformed):
        decode(encode([nested]))
    with pytest.raises(Malformed):
        decode(b"\x0a\x00\x00\x00\x01" * 100_000)


def test_announced_sizes_set_nothing_aside() -> None:
    for marker in (b"\x0a", b"\x0c", b"\x08"):
        with pytest.raises(Malformed):
            decode(marker + b"\xff\xff\xff\xff" + b"\x05" * 100)
