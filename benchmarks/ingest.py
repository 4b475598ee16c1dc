"""What it costs localmux to receive broadcasts: CPU time of its event loop alone."""

import os
import time
from collections.abc import Iterable

from benchmarks.figures import Figure
from localmux.live.flv import AUDIO, VIDEO
from localmux.live.ingest import Tag
from localmux.publisher import CHUNK_SIZE, Publisher
from localmux.receiver import Receiver, receiving

FRAME_RATE = 30
FRAME = os.urandom(6_000_000 // 8 // FRAME_RATE)  # one of 6 Mbit/s
SOUND = os.urandom(400)
STREAMS = 4  # at once, in real time
REAL_TIME = 5.0  # seconds of broadcast
FAST = 60.0  # seconds of broadcast, as fast as it goes


def figures() -> Iterable[Figure]:
    """In real time by the number of streams, then as fast as it goes by the size of chunks."""
    with receiving() as receiver:
        for streams in (1, STREAMS):
            title = f"RTMP in, {streams} × 6 Mbit/s: share of one core"
            yield Figure(title, 100 * real_time(receiver, streams), 10 * streams, "%")
        tags = broadcast(FAST)
        for size in (128, CHUNK_SIZE, 60_000):
            title = f"RTMP in, 45 MB in chunks of {size} bytes: CPU time"
            yield Figure(title, fast(receiver, tags, size), 1.5, "s")


def broadcast(seconds: float) -> list[Tag]:
    """Picture and sound in turns."""
    times = [1000 * number // FRAME_RATE for number in range(int(seconds * FRAME_RATE))]
    return [tag for at in times for tag in (Tag(VIDEO, at, FRAME), Tag(AUDIO, at, SOUND))]


def fast(receiver: Receiver, tags: list[Tag], chunk_size: int) -> float:
    """Seconds of CPU for one broadcast in chunks of this size."""
    before = receiver.ask(time.thread_time)
    with Publisher(f"{receiver.url}/{chunk_size}", chunk_size=chunk_size) as publisher:
        for tag in tags:
            publisher.send(tag)
        publisher.stop()
    receiver.recording(str(chunk_size)).ending(60)
    return receiver.ask(time.thread_time) - before


def real_time(receiver: Receiver, streams: int) -> float:
    """The share of one core that so many broadcasts side by side take."""
    publishers = [Publisher(f"{receiver.url}/live{number}") for number in range(streams)]
    before, start = receiver.ask(time.thread_time), time.monotonic()
    for tag in broadcast(REAL_TIME):
        # Encoders send in real time.
        time.sleep(max(0.0, start + tag.timestamp / 1000 - time.monotonic()))
        for publisher in publishers:
            publisher.send(tag)
    share = (receiver.ask(time.thread_time) - before) / (time.monotonic() - start)
    for publisher in publishers:
        publisher.stop()
    return share
