"""`make soak`: twenty minutes of mixed work, after which memory must be where it was after five.

SOAK_MINUTES=3 tries whether it runs; its figure is then taken after a quarter of the time as well.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from benchmarks.figures import Figure
from benchmarks.memory import resident
from localmux.testing import make_footage
from tests.harness import Person, Site, a_site

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
SETTLED_AFTER = 0.25  # of the time: five minutes of twenty
PEOPLE = 5
PAUSE_SECONDS = 0.1
GROWTH = 1.1


def upload(person: Person, file: Path) -> None:
    """Send a file, watch it become a video, and delete that."""
    video = person.upload(file)
    person.post(f"{video}/delete")


def abandon(person: Person, file: Path) -> None:
    """Begin an upload, and think better of it."""
    person.post(f"{person.create_upload(file)['page']}/cancel")


def plan(person: Person, _file: Path) -> None:
    """Create a live stream, have somebody sign up, look at its events, and delete it."""
    form = {"title": "Soak", "latency_mode": "low", "visibility": "public"}
    studio = person.post("/create-stream", data=form).headers["location"]
    stream = studio.removesuffix("/studio")
    with person.stream("GET", f"{stream}/events") as events:
        next(events.iter_lines())
    for action in ("disable", "enable", "reset-key", "record", "delete"):
        person.post(f"{stream}/{action}")


def browse(person: Person, _file: Path) -> None:
    """Look around."""
    for page in ("/", "/videos", "/streams", "/account", "/nowhere", f"/videos?q={time.time()}"):
        person.get(page)


def stumble(person: Person, file: Path) -> None:
    """Try while Mux fails."""
    with person.site.mux_fault({"action": "status", "status": 503, "path": "/video/v1/*"}):
        person.post("/create-upload", data={"title": "Soak", "filename": file.name})


DEEDS: list[Callable[[Person, Path], None]] = [upload, abandon, plan, browse, browse, stumble]


def work(site: Site, file: Path, until: float) -> list[float]:
    """Do one thing after the other until then, and give the memory after each (MB)."""
    people = [Person(site).join() for _ in range(PEOPLE)]
    samples = []
    while time.monotonic() < until:
        try:
            random.choice(DEEDS)(random.choice(people), file)  # noqa: S311 no secret hangs on it
        except (AssertionError, httpx.TransportError) as problem:
            print(f"  {problem!r}"[:200], flush=True)
        samples.append(resident(site.app.process.pid))
        time.sleep(PAUSE_SECONDS)  # as people do not follow each other at once
    return samples


def main() -> int:
    """Print one figure; the status is 1 when memory has grown."""
    with TemporaryDirectory() as folder, a_site() as site:
        file = make_footage(Path(folder) / "film.flv")
        begun = time.monotonic()
        before = work(site, file, begun + MINUTES * 60 * SETTLED_AFTER)
        after = work(site, file, begun + MINUTES * 60)
        settled, ended = median(before[-20:]), median(after[-20:])
        print(f"{len(before) + len(after)} deeds; {settled:.1f} MB settled, {ended:.1f} MB ended")
    figure = Figure("memory at the end, against when it had settled", ended / settled, GROWTH)
    print(figure)
    return 0 if figure.kept else 1


if __name__ == "__main__":
    sys.exit(main())
