"""The chunk stream: any cut, any order, any header form gives the same messages."""

from contextlib import suppress
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmux.live.chunks import ChunkReader, Message, chunked
from localmux.live.malformed import Malformed
from localmux.publisher import ChunkWriter

LIMIT = 1 << 20  # bytes

messages = st.builds(
    Message,
    kind=st.sampled_from([8, 9, 18, 20]),
    stream_id=st.sampled_from([0, 1]),
    timestamp=st.sampled_from([0, 23, 46, 16_777_214, 16_777_215, 16_777_216, 2**32 - 1]),
    body=st.binary(max_size=6) | st.sampled_from([bytes(127), bytes(128), bytes(300)]),
)


def read(reader: ChunkReader, pieces: list[bytes]) -> list[Message]:
    return [message for piece in pieces for message in reader.feed(piece)]


@given(
    sent=st.lists(messages, max_size=12),
    cuts=st.lists(st.integers(0, 3000), max_size=12),
    repeat_extended=st.booleans(),
)
def test_any_cut_gives_the_same_messages(
    sent: list[Message],
    cuts: list[int],
    repeat_extended: bool,  # noqa: FBT001 hypothesis names it
) -> None:
    writer = ChunkWriter(128, repeat_extended=repeat_extended)
    data = b"".join(chunk for message in sent for chunk in writer.chunks(message, 4))
    # Without repetition, a body's end may look like a time, until what follows it is seen.
    data += chunked(Message(3, 0, 0, bytes(4)), 2, 128)
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert read(ChunkReader(LIMIT), pieces)[:-1] == sent


@given(st.lists(messages, max_size=6), st.lists(messages, max_size=6))
def test_two_chunk_streams_may_be_mixed(one: list[Message], two: list[Message]) -> None:
    chunks = []
    for number, sent in (4, one), (6, two):
        writer = ChunkWriter(128)
        chunks.append([chunk for message in sent for chunk in writer.chunks(message, number)])
    mixed = [chunk for pair in zip_longest(*chunks, fillvalue=b"") for chunk in pair]
    received = read(ChunkReader(LIMIT), mixed)
    assert sorted(received) == sorted(one + two)


@given(st.binary(max_size=300))
def test_raises_nothing_but_its_own_error(data: bytes) -> None:
    with suppress(Malformed):
        read(ChunkReader(LIMIT), [data])


@pytest.mark.parametrize("number", [b"\x00\x00", b"\x00\xff", b"\x01\x00\x00", b"\x01\xff\xff"])
def test_chunk_streams_have_numbers_of_two_and_three_bytes(number: bytes) -> None:
    first = chunked(Message(9, 1, 40, bytes(200)), 3, 128)
    data = number + first[1 : 12 + 128] + bytes([number[0] | 0xC0]) + number[1:] + bytes(72)
    assert read(ChunkReader(LIMIT), [data]) == [Message(9, 1, 40, bytes(200))]


def test_two_numbers_of_different_size_can_mean_the_same_chunk_stream() -> None:
    first = chunked(Message(9, 1, 40, bytes(130)), 3, 128)
    data = b"\x00\x05" + first[1 : 12 + 128] + b"\xc1\x05\x00" + bytes(2)
    assert read(ChunkReader(LIMIT), [data]) == [Message(9, 1, 40, bytes(130))]


def test_the_chunk_size_changes_at_once() -> None:
    data = chunked(Message(1, 0, 0, (60_000).to_bytes(4)), 2, 128)
    data += chunked(Message(9, 1, 0, bytes(60_000)), 4, 60_000)
    assert read(ChunkReader(LIMIT), [data]) == [Message(9, 1, 0, bytes(60_000))]


def test_an_aborted_message_is_forgotten() -> None:
    reader = ChunkReader(310)
    for _ in range(5):
        assert read(reader, [chunked(Message(9, 1, 0, bytes(300)), 4, 128)[:140]]) == []
        assert read(reader, [chunked(Message(2, 0, 0, (4).to_bytes(4)), 2, 128)]) == []
    assert len(read(reader, [chunked(Message(9, 1, 0, bytes(300)), 4, 128)])) == 1


def test_a_first_header_may_lack_the_message_stream() -> None:
    """librtmp sends its user control messages so."""
    data = b"\x42" + bytes(3) + (6).to_bytes(3) + b"\x04" + bytes(6)
    assert read(ChunkReader(LIMIT), [data]) == [Message(4, 0, 0, bytes(6))]


def begun(number: int, announced: int) -> bytes:
    """The first chunk of a message that is never finished."""
    header = bytes([4]) + bytes(3) + announced.to_bytes(3) + bytes([9]) + bytes(4)
    return bytes([0, number - 64]) + header[1:] + bytes(128)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xc4", id="a continuation of nothing"),
        pytest.param(b"\x84\x00\x00\x01", id="a difference to nothing"),
        pytest.param(begun(64, 5000) * 2, id="a message inside another"),
        pytest.param(begun(64, LIMIT + 1)[:13], id="a message over the limit"),
        pytest.param(
            b"".join(begun(64 + n, LIMIT // 8) for n in range(9)), id="messages over the limit"
        ),
        pytest.param(b"".join(begun(64 + n, 200) for n in range(65)), id="too many chunk streams"),
        pytest.param(chunked(Message(1, 0, 0, bytes(4)), 2, 128), id="chunks of no size"),
        pytest.param(chunked(Message(1, 0, 0, b"\xff" * 4), 2, 128), id="chunks of any size"),
        pytest.param(chunked(Message(1, 0, 0, b"\x01"), 2, 128), id="a cut-off number"),
    ],
)
def test_refuses(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(ChunkReader(LIMIT), [data])
