"""A short real HLS stream with three renditions, made by ffmpeg, and a host that serves it."""

import hashlib
import subprocess
import threading
from collections import deque
from pathlib import Path

import imageio_ffmpeg

from tests.browser.elements.site import Request, Site

SECONDS = 24
# Where a test may jump that first called `hold`: nothing from `HELD_FROM` on is buffered ahead.
UNBUFFERED = 16
HELD_FROM = 12
SEGMENT_SECONDS = 2
# In the order of Mux's playlists, which name a middle rendition first.
RENDITIONS = {
    "360": (640, 360, 400_000),
    "720": (1280, 720, 1_500_000),
    "270": (480, 270, 200_000),
}


def make_stream(folder: Path) -> Path:
    """Encode the renditions into `folder`, with segments of 2 s."""
    names = list(RENDITIONS)
    splits = "".join(f"[s{name}]" for name in names)
    scales = ";".join(
        f"[s{name}]scale={width}:{height}[v{name}]"
        for name, (width, height, _) in RENDITIONS.items()
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=5:d={SECONDS}"]
    command += ["-f", "lavfi", "-i", f"sine=440:d={SECONDS}"]
    command += ["-filter_complex", f"[0:v]split={len(names)}{splits};{scales}"]
    for name in names:
        command += ["-map", f"[v{name}]", "-map", "1:a"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    command += ["-force_key_frames", "expr:gte(t,n_forced*2)", "-sc_threshold", "0"]
    command += ["-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0"]
    streams = " ".join(f"v:{index},a:{index},name:{name}" for index, name in enumerate(names))
    command += ["-var_stream_map", streams, "-hls_segment_filename", "%v_%d.ts", "%v.m3u8"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return folder


def segment_start(name: str) -> int:
    """Return the second at which a segment (`360_5.ts`) begins."""
    return int(name.removesuffix(".ts").partition("_")[2]) * SEGMENT_SECONDS


class StreamHost:
    """Serves the stream to whoever has the present token, with faults that a test switches on."""

    def __init__(self, site: Site, folder: Path) -> None:
        """Add the routes of the stream to a site."""
        self.site = site
        self.folder = folder
        self.token = "first"
        self.tokens_before: set[str] = set()  # that have not expired yet
        self.refusal = 403
        self.live = False
        self.portrait = False
        # Statuses for the next master playlists, and one for all segments while it is set.
        self.master_faults: deque[int] = deque()
        self.segment_fault: int | None = None
        self.garbage = False
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.released.set()
        site.on("GET", "/stream/*", self.answer)

    @property
    def source(self) -> str:
        """The address of the master playlist with a token that is good now."""
        return f"{self.site.url}/stream/master.m3u8?token={self.token}"

    def hold(self) -> None:
        """Keep the later part of the video back until `released` is set."""
        self.released.clear()

    def answer(self, request: Request) -> None:
        """Serve one file of the stream, unless a fault is due or the token is an old one."""
        name = request.path_only.rpartition("/")[2]
        if name.endswith(".ts") and segment_start(name) >= HELD_FROM:
            self.released.wait(20)
        with self.lock:
            fault = self.fault_for(name)
        if fault:
            request.answer(fault)
        elif token := self.token_of(request):
            request.answer(200, self.content(name, token), cache_control="no-store")
        else:
            request.answer(self.refusal)

    def token_of(self, request: Request) -> str | None:
        """Return the good token that let a request in, itself or by what an address carries."""
        given = request.path.rpartition("?")[2]
        return next(
            (
                token
                for token in (self.token, *self.tokens_before)
                if given in (f"token={token}", f"signature={signature(token)}")
            ),
            None,
        )

    def fault_for(self, name: str) -> int | None:
        """Return the status that spoils this request, if any."""
        if name == "master.m3u8":
            return self.master_faults.popleft() if self.master_faults else None
        return self.segment_fault if name.endswith(".ts") else None

    def content(self, name: str, token: str) -> bytes:
        """Return a playlist whose addresses hold as long as the token, or a segment."""
        if name == "master.m3u8":
            return self.master(token).encode()
        if name.endswith(".ts"):
            return b"\x00" * 50_000 if self.garbage else (self.folder / name).read_bytes()
        lines = (self.folder / name).read_text().splitlines()
        if self.live:
            lines = [line for line in lines if line != "#EXT-X-ENDLIST"]
            lines.insert(1, "#EXT-X-PLAYLIST-TYPE:EVENT")
        return signed(lines, token).encode()

    def master(self, token: str) -> str:
        """Name the renditions; a portrait video is only said to be one, all that a menu sees."""
        lines = ["#EXTM3U"]
        for name, (width, height, rate) in RENDITIONS.items():
            size = f"{height}x{width}" if self.portrait else f"{width}x{height}"
            facts = f'BANDWIDTH={rate},RESOLUTION={size},CODECS="avc1.64001f,mp4a.40.2"'
            lines += [f"#EXT-X-STREAM-INF:{facts}", f"{name}.m3u8"]
        return signed(lines, token)


def signature(token: str) -> str:
    """Return what stands for a token in a playlist, which like Mux's does not show the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def signed(lines: list[str], token: str) -> str:
    """Let every address in a playlist end with the token."""
    query = f"?signature={signature(token)}"
    return "\n".join(f"{line}{query}" if line[:1] not in "#" else line for line in lines)
