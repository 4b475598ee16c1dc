"""Has Mux fail while somebody does everything that there is to do."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults.actions import Afflict, Belongings, Outcome, belongings, nothing_lost
from tests.harness import Person, Site


@pytest.fixture
def things(ada: Person, clip: Path) -> Belongings:
    """What Ada has before Mux fails."""
    return belongings(ada, clip)


@pytest.fixture
def afflict(site: Site, things: Belongings, request: pytest.FixtureRequest) -> Afflict:
    """Tries every action under a fault, and waits until nothing is lost after it."""

    def trying(fault: dict[str, Any], *, at_once: bool = False) -> dict[str, Outcome]:
        with nothing_lost(things, request), site.mux_fault({"path": "/video/v1/*"} | fault):
            return things.try_all(at_once=at_once)

    return trying
