"""The app as a process that begins with everything imported: see `localmux.forked`.

`python main.py` as people type it is tried in test_main.
"""

from collections.abc import Mapping
from typing import IO

import main
from localmux.forked import Forked, preload

preload(main.__name__)


def forked_app(environment: Mapping[str, str], log_file: IO[str]) -> Forked:
    """Start the app; for `App.begin`."""
    return Forked(main.main, [], environment, log_file.fileno(), log_file)
