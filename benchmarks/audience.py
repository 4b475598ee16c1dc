"""A thousand viewers of one live stream: how soon a change reaches them, what each costs, and how
soon all are back after a restart.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import httpx

from benchmarks.figures import Figure
from tests.harness import Person, Site, a_site

VIEWERS = 1000
CHANGES = 5
FORM = {"title": "Before", "latency_mode": "standard"}


class Viewer:
    """An open event stream, and when it last brought news."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.told_at: defaultdict[str, asyncio.Future[float]] = defaultdict(asyncio.Future)

    async def follow(self) -> None:
        """Note when each title arrives, until the connection ends."""
        while line := await self._reader.readline():
            if line.startswith(b"data: ") and b"Change " in line:
                title = line.partition(b"<h1>")[2].partition(b"<")[0].decode()
                if not self.told_at[title].done():
                    self.told_at[title].set_result(time.perf_counter())


async def open_viewer(port: int, path: str) -> Viewer:
    """Open the events of a live stream as a browser does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(f"GET {path}/events HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    await reader.readuntil(b"event: fragment\n")
    return Viewer(reader, writer)


async def watch(site: Site, path: str, host: Person) -> tuple[list[float], float]:
    """Seconds until each viewer knew each change, and bytes of memory per viewer."""
    port = int(site.url.rpartition(":")[2])
    warm = [await open_viewer(port, path) for _ in range(50)]
    before = resident_bytes(site)
    viewers = [await open_viewer(port, path) for _ in range(VIEWERS)]
    memory = (resident_bytes(site) - before) / VIEWERS
    following = [asyncio.create_task(viewer.follow()) for viewer in viewers]
    delays: list[float] = []
    for number in range(CHANGES):
        title = f"Change {number}"
        begun = await asyncio.to_thread(rename, path, host, title)
        told = await asyncio.gather(*(viewer.told_at[title] for viewer in viewers))
        delays += [moment - begun for moment in told]
    for viewer in (*warm, *viewers):
        viewer.writer.close()
    await asyncio.gather(*following, return_exceptions=True)
    return sorted(delays), memory


async def reconnect(port: int, path: str) -> tuple[float, int]:
    """Seconds until all who come back at once have the state, and how many were refused."""
    begun = time.perf_counter()
    returning = (open_viewer(port, path) for _ in range(VIEWERS))
    viewers = await asyncio.gather(*returning, return_exceptions=True)
    seconds = time.perf_counter() - begun
    back = [viewer for viewer in viewers if isinstance(viewer, Viewer)]
    for viewer in back:
        viewer.writer.close()
    return seconds, VIEWERS - len(back)


def rename(path: str, host: Person, title: str) -> float:
    """Change the title in the studio, Mux's answer included; returns when that began."""
    begun = time.perf_counter()
    answer = host.post(f"{path}/edit", data=FORM | {"title": title})
    if answer.status_code != 303:
        raise RuntimeError(answer.text)
    return begun


def resident_bytes(site: Site) -> int:
    """What the app's process keeps in memory."""
    status = Path(f"/proc/{site.app.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


def figures() -> Iterable[Figure]:
    """Measure with a real app and a real localmux."""
    with a_site() as site, Person(site) as host:
        host.join()
        answer = host.post("/create-stream", data=FORM)
        path = answer.headers["location"].removesuffix("/studio")
        httpx.get(site.url + path).raise_for_status()
        delays, memory = asyncio.run(watch(site, path, host))
        site.app.kill()
        site.app.start()
        seconds, refused = asyncio.run(reconnect(int(site.url.rpartition(":")[2]), path))
    p99 = delays[len(delays) * 99 // 100]
    yield Figure(f"change → {VIEWERS} viewers, p99", p99 * 1000, 250, "ms")
    yield Figure("memory per idle viewer", memory / 1000, 50, "kB")
    yield Figure(f"{VIEWERS} viewers back after a restart", seconds, 10, "s")
    yield Figure("share of them that was refused", refused / VIEWERS, 0)
