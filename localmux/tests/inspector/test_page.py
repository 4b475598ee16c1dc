"""The inspector in Chromium: it keeps itself up to date, and everybody can use it."""

from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from localmux.answers import Document
from localmux.testing import Running, eventually, running
from tests.browser.conftest import PageErrors, find_chromium

HOSTILE = '<img src=x onerror="alert(1)">'
PATIENCE = 30_000  # milliseconds, on machines that are busy with something else
expect.set_options(PATIENCE)


@pytest.fixture(scope="module")
def localmux() -> Generator[Running]:
    """One of its own, because it is emptied before each test."""
    with running() as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright),
            args=["--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture
def errors() -> PageErrors:
    """What went wrong on the page, to allow some of it."""
    return PageErrors()


@pytest.fixture
def inspector(localmux: Running, browser: Browser, errors: PageErrors) -> Generator[Page]:
    """The page at the width of a phone; it may have no error, and no dialog of a script."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors.watch(page)
    page.on("dialog", lambda dialog: errors.seen.append(dialog.message))
    httpx.post(f"{localmux.urls['control']}/reset")
    page.goto(localmux.urls["inspector"])
    yield page
    context.close()
    assert errors.unexpected() == []


def serious(page: Page) -> list[Document]:
    found = Axe().run(page).response["violations"]
    return [one for one in found if one["impact"] in {"serious", "critical"}]


def create(api: httpx.Client, title: str) -> Document:
    body = {"playback_policies": ["public"], "meta": {"title": title}}
    return api.post("/video/v1/live-streams", json=body).json()["data"]


def test_what_happens_appears_by_itself_and_as_text(inspector: Page, api: httpx.Client) -> None:
    expect(inspector.get_by_text("No live streams yet")).to_be_visible()
    stream = create(api, HOSTILE)
    card = inspector.get_by_role("listitem").filter(has_text=HOSTILE)
    expect(card.get_by_role("heading")).to_have_text(HOSTILE)
    expect(inspector.get_by_text("No live streams yet")).to_be_hidden()
    # a broadcast, with what its encoder sends
    card.get_by_role("button", name="Start a test picture").click()
    expect(card.get_by_text("active", exact=True)).to_be_visible()
    expect(card.get_by_text("H.264 · 1280 × 720")).to_be_visible()
    expect(card.get_by_text("The encoder is well set.")).to_be_visible()
    recording = inspector.get_by_role("region", name="Assets").get_by_role("listitem")
    expect(recording.get_by_text("live", exact=True)).to_be_visible()
    card.get_by_role("button", name="Stop the test picture").click()
    expect(card.get_by_text("H.264")).to_be_hidden()
    # the stream key only on request, and never in what was sent
    assert stream["stream_key"] not in inspector.content()
    card.get_by_role("button", name="Show stream key").click()
    expect(card.get_by_text(stream["stream_key"])).to_be_visible()
    card.get_by_role("button", name="Hide stream key").click()
    inspector.get_by_text("video.live_stream.created").click()
    expect(inspector.get_by_text('"stream_key": "••••••••"')).to_be_visible()
    assert stream["stream_key"] not in inspector.content()


def test_an_upload_becomes_an_asset_that_plays_on_the_page(
    inspector: Page, new_upload: Callable[..., Document], video: Path
) -> None:
    upload = new_upload(new_asset_settings={"playback_policies": ["public"], "passthrough": "Sea"})
    uploads = inspector.get_by_role("region", name="Uploads").get_by_role("listitem")
    expect(uploads).to_contain_text("waiting")
    expect(uploads).to_contain_text("0 kB received")
    httpx.put(upload["url"], content=video.read_bytes())
    expect(uploads).to_contain_text("asset_created")
    asset = inspector.get_by_role("region", name="Assets").get_by_role("listitem")
    expect(asset).to_contain_text("ready")
    asset.locator("img").scroll_into_view_if_needed()
    width = "document.querySelector('#assets img').naturalWidth"
    eventually(lambda: inspector.evaluate(width) == 480)
    asset.get_by_role("button", name="Play").click()
    player = inspector.get_by_role("dialog", name="Sea")
    eventually(lambda: inspector.evaluate("document.querySelector('video').currentTime") > 0.2)
    player.get_by_role("button", name="Close").click()
    expect(player).to_be_hidden()
    expect(asset.get_by_role("button", name="Play")).to_be_focused()


def test_a_fault_is_switched_on_and_off_with_the_keyboard(
    inspector: Page, api: httpx.Client
) -> None:
    inspector.get_by_label("What goes wrong").focus()
    inspector.keyboard.type("A file cannot be e")
    for key in ("Tab", "Tab", "Enter"):
        inspector.keyboard.press(key)
    row = inspector.get_by_role("listitem").filter(has_text="Fails:")
    expect(row).to_contain_text("transcode · 1 more time")
    [fault] = api.get("/_localmux/faults").json()["data"]
    assert (fault["stage"], fault["action"], fault["times"]) == ("transcode", "error", 1)
    inspector.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Remove")).to_be_focused()
    create(api, "Meanwhile")
    expect(inspector.get_by_text("Meanwhile")).to_be_visible()
    inspector.keyboard.press("Enter")
    expect(inspector.get_by_text("Nothing goes wrong on purpose.")).to_be_visible()
    expect(inspector.get_by_role("button", name="Switch on")).to_be_focused()
    assert api.get("/_localmux/faults").json()["data"] == []


def test_it_can_be_read_by_everybody_on_a_phone_and_says_when_it_is_out_of_date(
    inspector: Page, api: httpx.Client, errors: PageErrors
) -> None:
    errors.allow("ERR_INTERNET_DISCONNECTED")
    create(api, "Long" * 40)
    api.post("/video/v1/uploads", json={})
    api.post("/_localmux/faults", json={"action": "html", "path": "/nothing/*"})
    expect(inspector.get_by_text("Answers with an error page")).to_be_visible()
    inspector.get_by_text("video.upload.created").click()
    expect(inspector.locator("pre").first).to_be_visible()
    assert inspector.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for scheme in ("light", "dark"):
        inspector.emulate_media(color_scheme=scheme)
        assert serious(inspector) == []
    inspector.context.set_offline(True)
    expect(inspector.get_by_text("localmux does not answer")).to_be_visible()
    inspector.context.set_offline(False)
    expect(inspector.get_by_text("Up to date")).to_be_visible()
