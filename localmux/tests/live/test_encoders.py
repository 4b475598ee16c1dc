"""What ffmpeg, OBS and Zoom publish arrives byte for byte, and wrong keys are refused at once."""

import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localmux.live import amf0, flv
from localmux.live.amf0 import Value
from localmux.live.chunks import Message
from localmux.live.ingest import Tag
from localmux.media.ffmpeg import ffmpeg_executable
from localmux.publisher import (
    CHUNK_SIZE,
    MEDIA_STREAM,
    Publisher,
    PublishFailed,
    metadata_of_obs,
    parameters_of_obs,
)
from localmux.receiver import Receiver

type Ffmpeg = Callable[..., bytes]
type Packets = Callable[[Path], bytes]

STOPPED = (True, "the encoder stopped")
WRAP = 1 << 32  # milliseconds


def media(tags: list[Tag], start: int = 0) -> list[Tag]:
    """Audio and video alone, from another time on."""
    return [
        Tag(tag.kind, (tag.timestamp + start) % WRAP, tag.body)
        for tag in tags
        if tag.kind != flv.SCRIPT
    ]


def publish(
    receiver: Receiver,
    key: str,
    tags: list[Tag],
    *,
    chunk_size: int = CHUNK_SIZE,
    repeat_extended: bool = True,
) -> list[Tag]:
    """Send these as OBS would, and stop; what arrived."""
    address = f"{receiver.url}/{key}"
    with Publisher(address, chunk_size=chunk_size, repeat_extended=repeat_extended) as publisher:
        for tag in tags:
            publisher.send(tag)
        publisher.stop()
    recording = receiver.recording(key)
    assert recording.ending() == STOPPED
    return recording.tags


@pytest.mark.parametrize(
    "codec",
    [
        pytest.param(["-c:v", "libx264", "-g", "30", "-ac", "2"], id="h264"),
        pytest.param(["-c:v", "libx264", "-bf", "3", "-vn"], id="audio alone"),
        pytest.param(["-c:v", "libx265", "-x265-params", "log-level=error"], id="enhanced hevc"),
    ],
)
def test_ffmpeg_is_recorded_packet_by_packet(
    receiver: Receiver,
    key: str,
    encode: Callable[..., Path],
    packets: Packets,
    ffmpeg: Ffmpeg,
    tmp_path: Path,
    codec: list[str],
) -> None:
    clip = encode(*codec, "-pix_fmt", "yuv420p")
    ffmpeg("-i", str(clip), "-c", "copy", "-f", "flv", f"{receiver.url}/{key}")
    recording = receiver.recording(key)
    assert recording.ending() == STOPPED
    (tmp_path / "recorded.flv").write_bytes(recording.flv)
    assert packets(tmp_path / "recorded.flv") == packets(clip)


@pytest.mark.parametrize("address", ["{url}/ignored/{key}", "{url}/{key}?a=b", "{url}/{key}/"])
def test_the_key_is_the_last_part_of_the_path(
    receiver: Receiver, key: str, clip: Path, ffmpeg: Ffmpeg, address: str
) -> None:
    address = address.format(url=receiver.url, key=key)
    ffmpeg("-i", str(clip), "-c", "copy", "-f", "flv", address)
    assert receiver.recording(key).ending() == STOPPED


def test_ffmpeg_with_a_wrong_key_fails_at_once(receiver: Receiver, clip: Path) -> None:
    start = time.monotonic()
    command = [ffmpeg_executable(), "-v", "error", "-i", str(clip), "-c", "copy", "-f", "flv"]
    ended = subprocess.run(
        [*command, f"{receiver.url}/bad"], check=False, capture_output=True, text=True, timeout=20
    )
    assert ended.returncode != 0
    assert "No stream has this key." in ended.stderr
    assert time.monotonic() - start < 3
    assert receiver.recordings == []


def test_obs_with_a_wrong_key_is_told_so(receiver: Receiver) -> None:
    with pytest.raises(PublishFailed, match="No stream has this key"):
        Publisher(f"{receiver.url}/bad")


def test_somebody_who_wants_to_play_is_sent_away(receiver: Receiver) -> None:
    command = [ffmpeg_executable(), "-v", "error", "-i", f"{receiver.url}/key", "-f", "null", "-"]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=20)
    assert ended.returncode != 0
    assert receiver.recordings == []


@pytest.mark.parametrize("repeat_extended", [True, False])
@pytest.mark.parametrize("start", [0, 16_770_000, 16_777_215, WRAP - 1000])
def test_obs_arrives_whole_from_any_time_on(
    receiver: Receiver,
    key: str,
    tags: list[Tag],
    start: int,
    repeat_extended: bool,  # noqa: FBT001 pytest names it
) -> None:
    sent = media(tags, start)
    arrived = publish(receiver, key, sent, repeat_extended=repeat_extended)
    assert arrived == sent


@pytest.mark.parametrize("chunk_size", [1, 128, 4096, 65536, 0x7FFFFFFF])
def test_every_chunk_size_will_do(
    receiver: Receiver, key: str, tags: list[Tag], chunk_size: int
) -> None:
    sent = media(tags)[:20]
    assert publish(receiver, key, sent, chunk_size=chunk_size) == sent


def test_sound_without_a_change_needs_one_byte_of_header(receiver: Receiver, key: str) -> None:
    """Silence has frames of one size at one distance: type 3 headers begin new messages."""
    sent = [Tag(flv.AUDIO, 21 * number, b"\xaf\x01" + bytes(6)) for number in range(100)]
    assert publish(receiver, key, sent) == sent


def test_sound_may_lie_before_the_picture(receiver: Receiver, key: str) -> None:
    """On one chunk stream the difference is then negative, modulo 32 bits."""
    sent = [
        tag
        for number in range(50)
        for tag in (
            Tag(flv.VIDEO, 40 * number + 100, b"\x27\x01" + bytes(9000)),
            Tag(flv.AUDIO, 40 * number, b"\xaf\x01" + bytes(100)),
        )
    ]
    assert publish(receiver, key, sent) == sent
    assert publish(receiver, key, sent, repeat_extended=False) == sent


@pytest.mark.parametrize("count", [20, 0, 3000])
def test_metadata_loses_only_its_set_data_frame(receiver: Receiver, key: str, count: int) -> None:
    metadata = metadata_of_obs(1280, 720, 30, 2)
    assert len(metadata) == 20
    body = amf0.encode("onMetaData", metadata)
    place = len(amf0.encode("onMetaData")) + 1
    body = body[:place] + struct.pack(">I", count) + body[place + 4 :]
    sent = [Tag(flv.SCRIPT, 0, body), Tag(flv.AUDIO, 0, b"\xaf\x00\x11\x90")]
    assert publish(receiver, key, sent) == sent


def test_enhanced_rtmp_is_promised_every_codec(receiver: Receiver, key: str) -> None:
    codecs: Value = ["av01", "vp09", "hvc1", "Opus"]
    parameters = parameters_of_obs("app", receiver.url) | {"fourCcList": codecs, "capsEx": 15.0}
    with Publisher(f"{receiver.url}/{key}", parameters=parameters) as publisher:
        frame = Tag(flv.VIDEO, 0, b"\x90av01" + bytes(40))
        publisher.send(frame)
        publisher.stop()
    recording = receiver.recording(key)
    assert recording.ending() == STOPPED
    assert recording.tags == [frame]
    assert recording.connection.parameters["fourCcList"] == codecs


def test_zoom_arrives_whole(
    receiver: Receiver,
    key: str,
    encode: Callable[..., Path],
    packets: Packets,
    tmp_path: Path,
) -> None:
    """One combined stream with AAC of 44.1 kHz, mono, and frames at uneven times.

    Sources: https://devforum.zoom.us/t/live-stream-audio-data-format/13068 for the stream. What
    Zoom says in `connect` is published nowhere: the fewest parameters there can be.
    """
    uneven = ["-vf", "select='gt(random(1),0.15)'", "-fps_mode", "vfr", "-profile:v", "main"]
    sound = ["-ar", "44100", "-ac", "1", "-b:a", "64k"]
    clip = encode("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "120", *uneven, *sound)
    parameters: dict[str, Value] = {"app": "app", "tcUrl": receiver.url}
    address = f"{receiver.url}/{key}"
    with Publisher(address, parameters=parameters, chunk_size=128) as publisher:
        for tag in flv.tags(clip.read_bytes()[len(flv.HEADER) :]):
            publisher.send(tag)
        publisher.stop()
    recording = receiver.recording(key)
    assert recording.ending() == STOPPED
    (tmp_path / "recorded.flv").write_bytes(recording.flv)
    assert packets(tmp_path / "recorded.flv") == packets(clip)


def test_aggregates_and_amf3_are_unpacked(receiver: Receiver, key: str) -> None:
    parts = [Tag(flv.VIDEO, 5000, b"\x27\x01"), Tag(flv.AUDIO, 5010, b"\xaf\x01")]
    aggregate = b"".join(map(flv.written, parts))
    script = amf0.encode("@setDataFrame", "onTextData", {"text": "hello"})
    clear = amf0.encode("@clearDataFrame", "onMetaData")
    with Publisher(f"{receiver.url}/{key}") as publisher:
        for message in (
            Message(22, 1, 1000, aggregate),
            Message(15, 1, 1020, b"\x00" + script),
            Message(18, 1, 1030, clear),
            Message(17, 1, 0, b"\x00" + amf0.encode("FCUnpublish", 9.0, None, key)),
        ):
            publisher.send_message(message, MEDIA_STREAM)
        recording = receiver.recording(key)
        assert recording.ending() == STOPPED
    assert recording.tags == [
        Tag(flv.VIDEO, 1000, b"\x27\x01"),
        Tag(flv.AUDIO, 1010, b"\xaf\x01"),
        Tag(flv.SCRIPT, 1020, amf0.encode("onTextData", {"text": "hello"})),
    ]


def test_many_publish_at_once(receiver: Receiver, tags: list[Tag]) -> None:
    sent = media(tags)
    publishers = [Publisher(f"{receiver.url}/{number}") for number in range(20)]
    for tag in sent:
        for publisher in publishers:
            publisher.send(tag)
    for number, publisher in enumerate(publishers):
        publisher.stop()
        assert receiver.recording(str(number)).ending() == STOPPED
        assert receiver.recording(str(number)).tags == sent
