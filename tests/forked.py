"""The app as a process that begins with everything imported: see `localmux.forked`.

`python main.py` as people type it is tried in test_main, the real cost of passwords in
test_accounts.
"""

from collections.abc import Mapping
from typing import IO

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

import access
import main
from localmux.forked import Forked, preload

# Argon2 is slow on purpose, and hundreds of people join here.
LEAST_WORK = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])

preload(main.__name__)


def forked_app(environment: Mapping[str, str], log_file: IO[str]) -> Forked:
    """Start the app; for `App.begin`."""
    return Forked(_run, [], environment, log_file.fileno(), log_file)


def _run() -> None:
    access.passwords = LEAST_WORK
    main.main()
