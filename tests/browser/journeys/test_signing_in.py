"""Signing in leads back to where it was asked for, and never to another site."""

import pytest
from playwright.sync_api import Page, expect

from tests.harness import PASSWORD, Person, Site


def sign_in(tab: Page, person: Person) -> None:
    """Fill in the form on the page."""
    tab.get_by_label("Name").fill(person.name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_the_page_that_asked_for_it(tab: Page, ada: Person) -> None:
    tab.goto("/account")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(tab, ada)
    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Hello, {ada.name}")


def test_joining_instead_leads_there_too(tab: Page) -> None:
    tab.goto("/upload")
    tab.locator("main").get_by_role("link", name="Join").click()
    tab.get_by_label("Name").fill("Dorothy Vaughan")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Join").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Upload a video")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/%5Cevil.example", "https:evil.example", "/%09/evil.example"],
)
def test_a_link_cannot_send_people_elsewhere_after_signing_in(
    tab: Page, ada: Person, site: Site, target: str
) -> None:
    tab.goto(f"/login?next={target}")
    sign_in(tab, ada)
    expect(tab.get_by_role("link", name=ada.name)).to_be_visible()
    assert tab.url == f"{site.url}/"
