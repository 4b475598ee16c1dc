"""These tests start OBS Studio, so they are collected only where `make test-obs` has found one."""

import os
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.obs.studio import Obs, a_screen

PROGRAM = os.environ.get("OBS", "")

collect_ignore_glob = [] if PROGRAM else ["test_*.py"]


@pytest.fixture(scope="session")
def screen() -> Generator[str]:
    """A screen that nobody sees."""
    with a_screen() as display:
        yield display


@pytest.fixture
def start_obs(
    screen: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Generator[Callable[[str, str], Obs]]:
    """Starts OBS with a server and a key; if the test fails, what it said is shown."""
    with ExitStack() as stack:

        def start(server: str, key: str) -> Obs:
            obs = Obs(PROGRAM, screen, tmp_path, server, key)
            stack.callback(
                lambda: request.node.add_report_section("teardown", "OBS log", obs.log())
            )
            stack.callback(obs.end)
            return obs

        yield start
