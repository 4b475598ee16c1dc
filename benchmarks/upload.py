"""A large file through the browser's path to localmux, against `curl -T` to the same place.

Both send the same file, in turns and in changing order. The figure is the median of the rounds'
ratios, as two neighbours in time meet the same machine. Memory counts from a first, small upload
on, after which everything that is loaded on demand has been loaded.
"""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Request

from benchmarks.figures import Figure
from benchmarks.memory import sampling
from benchmarks.visitor import a_visitor, choose, until_ready
from localmux.media.testing import make_file
from tests.harness import Person, Site

SIZE = 1_000_000_000  # bytes
ROUNDS = 7
CLIP = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=5", "-c:v", "libx264")


def figures() -> Iterator[Figure]:
    """Give the ratio of the speeds, and how far memory went from where it was."""
    with tempfile.TemporaryDirectory() as folder, a_visitor() as (site, person, new_tab):
        small = make_file(Path(folder) / "small.mp4", *CLIP)
        large = padded(small, Path(folder) / "large.mp4")
        tab = new_tab(plays=False)
        ways = {"curl": partial(_curl, site, person), "tab": partial(_tab, site, tab)}
        for send in ways.values():
            send(small)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        processes = {"app": site.app.process.pid, "localmux": site.mux.process.pid}
        with sampling(processes) as samples:
            for number in range(ROUNDS):
                for name in sorted(ways, reverse=number % 2 == 1):
                    taken[name].append(ways[name](large))
    curl, browser = (statistics.median(taken[name]) for name in ("curl", "tab"))
    speeds = f"({SIZE / browser / 1e6:.0f} / {SIZE / curl / 1e6:.0f} MB/s)"
    pairs = zip(taken["curl"], taken["tab"], strict=True)
    ratio = statistics.median(of_curl / of_tab for of_curl, of_tab in pairs)
    yield Figure(f"upload of 1 GB, browser over curl {speeds}", ratio, 0.7, at_least=True)
    for name, values in samples.items():
        away = max(abs(value - values[0]) for value in values)
        yield Figure(f"memory of {name} meanwhile, away from its start", away, 50, "MB")


def padded(film: Path, large: Path) -> Path:
    """Make the film a large file, by a last box that players skip and that takes no disk."""
    shutil.copy(film, large)
    rest = SIZE - film.stat().st_size
    with large.open("ab") as file:
        file.write(rest.to_bytes(4) + b"free")
    with large.open("rb+") as file:
        file.truncate(SIZE)
    return large


def _curl(site: Site, person: Person, file: Path) -> float:
    upload = person.create_upload(file)
    command = ["curl", "-fsS", "-o", "-", "-T", str(file), upload["url"]]
    with _timed() as taken:
        subprocess.run(command, check=True)
    _throw_away(site, upload["id"])
    return taken[0]


def _tab(site: Site, tab: Page, file: Path) -> float:
    """From the click until the script leads on to the upload's page, as everything is sent."""
    choose(tab, file)
    with tab.expect_request(_leads_on) as leading_on, _timed() as taken:
        tab.get_by_role("button", name="Upload").click()
        upload_id = leading_on.value.url.rpartition("/")[2]
    tab.wait_for_url("**/video/*", wait_until="commit")
    _throw_away(site, upload_id)
    return taken[0]


def _leads_on(request: Request) -> bool:
    return request.is_navigation_request() and "/upload/" in request.url


def _throw_away(site: Site, upload_id: str) -> None:
    asset_id = until_ready(site, upload_id)
    site.mux_api("DELETE", f"/video/v1/assets/{asset_id}").raise_for_status()


@contextmanager
def _timed() -> Generator[list[float]]:
    taken: list[float] = []
    begin = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - begin)
