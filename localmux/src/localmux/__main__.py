"""The command `localmux`: read the settings, serve, say in one sentence what prevents it.

`localmux exec -- COMMAND` runs a command beside it.
"""

import logging
import sys

from localmux.companion import run_beside
from localmux.config import Configuration
from localmux.server import CannotStart, serve


def main() -> None:
    """Serve until told to end; status 1 when it cannot start."""
    if sys.argv[1:2] == ["exec"]:
        sys.exit(run_beside(sys.argv[2:]))
    configuration = Configuration.read(sys.argv[1:])
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if configuration.quiet else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        serve(configuration)
    except CannotStart as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
