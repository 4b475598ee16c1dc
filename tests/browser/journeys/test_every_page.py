"""Every page in every state: on phones, in light and dark, for screen readers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageErrors
from tests.browser.journeys.conftest import NewTab
from tests.browser.journeys.states import STATES, Scene, Shown
from tests.harness import Person

PHONES = (320, 390)  # pixels wide


@pytest.fixture
def scene(
    new_tab: NewTab,
    prepare_for: Callable[[int], None],
    owner: Person,
    video: str,
    clip: Path,
    not_a_video: Path,
    page_errors: PageErrors,
) -> Scene:
    """What the states of pages are made of."""
    return Scene(new_tab, owner, prepare_for, video, clip, not_a_video, page_errors)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_page_fits_phones_and_has_no_serious_fault(
    scene: Scene, state: Callable[[Scene], Shown]
) -> None:
    tab, action = state(scene)
    tab.emulate_media(color_scheme="light")
    assert serious_faults(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert serious_faults(tab, rules=["color-contrast"]) == []  # nothing else depends on colours
    for width in PHONES:
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        action.click(trial=True)
        expect(action).to_be_in_viewport(ratio=1)


def serious_faults(tab: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds that keeps people from using the page."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    found = Axe().run(tab, options=options).response["violations"]
    return [
        f"{fault['id']}: {node['html']} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
