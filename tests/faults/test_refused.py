"""Nobody is there at Mux' address, or whoever is hangs up."""

from collections.abc import Callable
from pathlib import Path

from tests.faults.actions import Afflict, assert_explained, belongings
from tests.harness import Person, Site


def test_a_connection_that_is_reset(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "drop"}))


def test_a_connection_that_is_refused(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    things = belongings(visit(site).join(), clip)
    site.mux.kill()
    assert_explained(things.try_all())
    for page in (things.video, things.upload, f"{things.stream}/studio"):
        assert things.person.get(page).status_code == 200
