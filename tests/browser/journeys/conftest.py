"""Tabs of a real browser on the real app, and the people who use them."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HLS_JS_URL, PageErrors
from tests.harness import Person, Site

PATIENCE = 30_000  # milliseconds, for machines that are busy with something else

expect.set_options(timeout=PATIENCE)

type NewTab = Callable[..., Page]


@pytest.fixture
def new_tab(
    browser: Browser, site: Site, hls_js: bytes, page_errors: PageErrors
) -> Generator[NewTab]:
    """Opens tabs, signed in as `person` if one is given; options go to the browser's context.

    Every error on a page or its console fails the test, unless `page_errors` allows it.
    """
    with ExitStack() as stack:

        def open_tab(person: Person | None = None, *, has_cdn: bool = True, **options: Any) -> Page:
            context = stack.enter_context(browser.new_context(base_url=site.url, **options))
            context.set_default_timeout(PATIENCE)
            if person:
                session = person.cookies["session"]
                context.add_cookies([{"name": "session", "value": session, "url": site.url}])
            page = context.new_page()
            page_errors.watch(page)
            if has_cdn:
                context.route(HLS_JS_URL, lambda route: route.fulfill(body=hls_js))
            else:
                block(page, HLS_JS_URL)
                page_errors.allow("ERR_BLOCKED_BY_CLIENT")
            return page

        yield open_tab
    assert page_errors.unexpected() == []


def collect[Item](into: list[Item]) -> Callable[[Item], None]:
    """`into.append` as Playwright wants it: a function written in Python."""

    def add(item: Item) -> None:
        into.append(item)

    return add


def block(page: Page, url: str) -> None:
    """Keep a tab from a URL, without the interception that slows down everything it sends."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setBlockedURLs", {"urls": [url]})


@pytest.fixture
def tab(new_tab: NewTab) -> Page:
    """A tab of somebody without an account."""
    return new_tab()


@pytest.fixture
def ada_tab(new_tab: NewTab, ada: Person) -> Page:
    """A tab in which Ada is signed in."""
    return new_tab(ada)


@pytest.fixture(scope="session")
def owner(shared_site: Site) -> Generator[Person]:
    """Whoever uploaded `video`."""
    with Person(shared_site) as person:
        yield person.join()


@pytest.fixture(scope="session")
def video(owner: Person, make_video: Callable[..., Path]) -> str:
    """The path of a video of eight seconds, 720 lines high at best; nobody may change it."""
    return owner.upload(make_video("waves.mp4", seconds=8, size="1280x720"), title="Waves at night")


@pytest.fixture
def prepare_for(site: Site) -> Generator[Callable[[int], None]]:
    """Sets how many seconds videos take to prepare, until the test is over."""

    def take(seconds: int) -> None:
        site.control("PUT", "/time", json={"ready_after": seconds}).raise_for_status()

    yield take
    take(0)
