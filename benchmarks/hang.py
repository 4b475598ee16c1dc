"""Pages that need nothing from Mux, while every call to Mux hangs and people wait for some."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from benchmarks.figures import Figure
from tests.harness import Person, a_site

PAGES = ("/", "/videos", "/streams", "/account", "/upload", "/healthz")
ROUNDS = 100
WAITING = 20
SILENCE = {"action": "delay", "seconds": 20, "path": "/video/v1/*"}
FORM = {"title": "Sea", "filename": "sea.mp4"}
AT_MOST = 1.5


def p99(person: Person, rounds: int = ROUNDS) -> float:
    """The seconds that 99 of 100 pages stay below."""
    seconds = []
    for _ in range(rounds):
        for page in PAGES:
            begun = time.perf_counter()
            answer = person.get(page)
            seconds.append(time.perf_counter() - begun)
            answer.raise_for_status()
    return quantiles(seconds, n=100)[-1]


def figures() -> Iterable[Figure]:
    """Measure before and during, in one run."""
    with a_site() as site, Person(site) as ada, ThreadPoolExecutor(WAITING) as pool:
        ada.join()
        p99(ada)  # warms up
        normal = p99(ada)
        with site.mux_fault(SILENCE):
            waiting = [pool.submit(ada.post, "/create-upload", data=FORM) for _ in range(WAITING)]
            hanging = p99(ada)
            # Otherwise it was measured after the silence.
            if any(each.done() for each in waiting):
                raise RuntimeError("The pages took longer than people wait for Mux.")
    yield Figure(
        "pages while every call to Mux hangs, p99 against normal", hanging / normal, AT_MOST
    )
