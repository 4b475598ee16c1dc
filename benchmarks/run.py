"""`make bench`: measure everything and print one table. ARGS="upload ready" picks some.

The status is 1 when a limit is missed. Whatever else the machine does slows everything, so ratios
can be trusted more than seconds; on a machine with two cores nothing else should run.
"""

import argparse
import signal
import sys
from importlib import import_module

from benchmarks.figures import Figure

# Modules of this folder whose `figures()` gives figures one by one, in the order they are measured.
BENCHES = (
    "api",
    "upload",
    "ready",
    "segments",
    "play",
    "ingest",
    "live_latency",
    "audience",
    "hang",
)


def main() -> int:
    """Print each figure as soon as it is known."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which ends everything started
    print(f"{'figure':58} {'measured':12} {'limit':9} verdict", flush=True)
    missed = [figure for name in _chosen() for figure in _shown(name) if not figure.kept]
    return 1 if missed else 0


def _chosen() -> list[str]:
    parser = argparse.ArgumentParser(description="Measure Mux Live against its limits.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}")
    names = parser.parse_args().names or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        parser.error(f"There is no bench called {', '.join(sorted(unknown))}.")
    return names


def _shown(name: str) -> list[Figure]:
    shown = []
    for figure in import_module(f"benchmarks.{name}").figures():
        print(figure, flush=True)
        shown.append(figure)
    return shown


if __name__ == "__main__":
    sys.exit(main())
