"""What tests and benchmarks of live media work with: numbered pictures, paced publishing."""

import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import av
from av.video.frame import VideoFrame

from localmux.live.flv import HEADER, SCRIPT, Tag, tags
from localmux.live.tag_content import is_header
from localmux.media.testing import make_file
from localmux.publisher import Publisher

BOXES = 12  # over the width of the picture, each a bit of the frame's number, lowest first
BOX_HEIGHT = 6  # of which fit into the height of the picture
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "128k")

# JavaScript that reads the number of the frame that a <video> shows.
READ_NUMBER = f"""video => {{
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [{BOXES * 8}, {BOX_HEIGHT * 8}];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    let number = 0;
    for (let box = 0; box < {BOXES}; box++) {{
        const [red] = context.getImageData(box * 8 + 4, 4, 1, 1).data;
        if (red > 127) number += 1 << box;
    }}
    return number;
}}"""


def numbered_pictures(*, seconds: float, size: str = "640x360", rate: str = "30") -> list[str]:
    """Input options of a moving picture with its frame's number in boxes at the top."""
    boxes = [f"drawbox=w=iw:h=ih/{BOX_HEIGHT}:c=black:t=fill"]
    for bit in range(BOXES):
        place = f"x={bit}*iw/{BOXES}:w=iw/{BOXES}:h=ih/{BOX_HEIGHT}"
        shown = f"enable='mod(floor(n/{1 << bit}),2)'"
        boxes.append(f"drawbox={place}:c=white:t=fill:{shown}")
    source = f"testsrc2=s={size}:r={rate}:d={seconds},{','.join(boxes)}"
    return ["-f", "lavfi", "-i", source]


def clip(path: Path, *arguments: str) -> list[Tag]:
    """The tags of an FLV file that ffmpeg makes with these arguments."""
    data = make_file(path, *arguments).read_bytes()
    return list(tags(data[len(HEADER) :]))


def shifted(one: Sequence[Tag], milliseconds: int) -> list[Tag]:
    """The same media later, with time stamps that wrap as they do in RTMP."""
    return [Tag(tag.kind, (tag.timestamp + milliseconds) % (1 << 32), tag.body) for tag in one]


class PacedPublisher:
    """Publishes tags over RTMP in real time, again and again, in a thread of its own.

    `began` is the Unix time when frame 0 was sent. Leaving the context ends the broadcast,
    unless the server ended first.
    """

    def __init__(self, url: str, media: Sequence[Tag], *, rounds: int = 1) -> None:
        self.began = 0.0
        self._media, self._rounds = media, rounds
        self._publisher = Publisher(url)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._publish)

    def __enter__(self) -> "PacedPublisher":
        self.began = time.time()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        with self._publisher, contextlib.suppress(OSError):
            self._publisher.stop()

    def _publish(self) -> None:
        length = self._media[-1].timestamp + 33
        for number in range(self._rounds):
            later = number * length
            for tag in self._media:
                if number and (tag.kind == SCRIPT or is_header(tag)):
                    continue
                due = self.began + (tag.timestamp + later) / 1000
                if self._stopped.wait(max(0.0, due - time.time())):
                    return
                try:
                    self._publisher.send(Tag(tag.kind, tag.timestamp + later, tag.body))
                except OSError:
                    return


def number_of(frame: VideoFrame) -> int:
    """The number that the boxes of a decoded picture tell."""
    plane = frame.reformat(format="gray").planes[0]
    line = bytes(plane)[plane.line_size * (frame.height // BOX_HEIGHT // 2) :]
    bits = [line[frame.width * (2 * box + 1) // (2 * BOXES)] > 127 for box in range(BOXES)]
    return sum(1 << box for box, bit in enumerate(bits) if bit)


def numbers(path: Path) -> list[tuple[float, int]]:
    """When each picture of a file is shown, in seconds as it is stamped, and its number."""
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(video=0) if isinstance(frame, VideoFrame)]
    return [(frame.time or 0.0, number_of(frame)) for frame in frames]
