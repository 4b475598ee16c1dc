"""Somebody in a real Chromium on the real app, and what becomes of the files they send."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from localmux.testing import eventually
from tests.browser.conftest import HLS_JS_URL, bring_hls_js, find_chromium
from tests.harness import Person, Site, a_site

PATIENCE = 60_000  # milliseconds
# Nothing but this machine can be reached, so that no measurement depends on a network.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"

# Once its script runs, which takes less than anybody needs to reach for the mouse.
PLAYER = "hls-player[data-state] video"

type NewTab = Callable[..., Page]


@contextmanager
def a_visitor() -> Generator[tuple[Site, Person, NewTab]]:
    """Start app, localmux and browser; give them, an account, and what opens tabs for it."""
    with a_site() as site, Person(site) as person, sync_playwright() as playwright:
        person.join()
        path = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=[NO_NETWORK])

        def new_tab(*, plays: bool = True) -> Page:
            context = browser.new_context(base_url=site.url)
            context.set_default_timeout(PATIENCE)
            session = person.cookies["session"]
            context.add_cookies([{"name": "session", "value": session, "url": site.url}])
            if plays:  # else nothing stands between the page and the server
                script = bring_hls_js()
                context.route(HLS_JS_URL, lambda route: route.fulfill(body=script))
            return context.new_page()

        try:
            yield site, person, new_tab
        finally:
            browser.close()


def choose(tab: Page, file: Path) -> None:
    """Open the upload page and choose a file; the button sends it."""
    tab.goto("/upload")
    tab.get_by_label("Choose a video").set_input_files(file)


def until_ready(site: Site, upload_id: str) -> str:
    """Wait until the API says that the upload's asset is ready, and give its id."""

    def look(kind: str, name: str) -> dict[str, str]:
        return site.mux_api("GET", f"/video/v1/{kind}/{name}").json()["data"]

    asset_id = eventually(lambda: look("uploads", upload_id).get("asset_id"), within=60) or ""

    def ready() -> bool:
        asset = look("assets", asset_id)
        if asset["status"] == "errored":
            raise RuntimeError(asset)
        return asset["status"] == "ready"

    eventually(ready, within=60)
    return asset_id
