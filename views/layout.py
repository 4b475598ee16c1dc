"""The shell around every page, the navigation, and the pages that say what went wrong."""

from dataclasses import dataclass

import air
from air.tags.models.types import Renderable

from access import Visitor
from views import tags  # noqa: F401 - every page relies on escaped attributes

NAVIGATION = (("/streams", "Live"), ("/videos", "Videos"), ("/upload", "Upload"))
REFRESH_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What some pages need beside their content: modules of `static/`, or to be read again."""

    scripts: tuple[str, ...] = ()
    refreshes_without_scripts: bool = False


def page(
    visitor: Visitor, title: str, *content: Renderable, extras: Extras | None = None
) -> air.Html:
    """A whole page."""
    return air.Html(
        _head(title, extras or Extras()),
        air.Body(
            air.A("Skip to content", href="#content", class_="skip-link"),
            _header(visitor),
            air.P(visitor.notice, class_="notice", role="note") if visitor.notice else "",
            air.Main(_messages(visitor), *content, id_="content", tabindex="-1"),
            _footer(),
        ),
        lang="en",
    )


def error_page(visitor: Visitor, heading: str, message: str, back: str) -> air.Html:
    """A page for when something did not work: what happened, and a way on.

    `back` is the page whose form did not do its work; empty for none.
    """
    way_on = ("Back, to try again", back) if back else ("To the videos", "/videos")
    return page(
        visitor,
        heading,
        air.Section(
            air.H1(heading),
            air.P(message, class_="lead"),
            air.P(air.A(way_on[0], href=way_on[1], class_="button")),
            class_="centred",
        ),
    )


def _head(title: str, extras: Extras) -> air.Head:
    refresh = air.Noscript(air.Meta(http_equiv="refresh", content=str(REFRESH_SECONDS)))
    return air.Head(
        air.Meta(charset="utf-8"),
        air.Meta(name="viewport", content="width=device-width, initial-scale=1"),
        air.Meta(name="color-scheme", content="light dark"),
        air.Title(f"{title} – Mux Live"),
        air.Link(rel="icon", href="/static/icon.svg", type_="image/svg+xml"),
        air.Link(rel="stylesheet", href="/static/app.css"),
        air.Link(rel="stylesheet", href="/static/live.css"),
        *(air.Script(src=f"/static/{name}.js", type_="module") for name in extras.scripts),
        refresh if extras.refreshes_without_scripts else "",
    )


def _header(visitor: Visitor) -> air.Header:
    return air.Header(
        air.A(
            air.Span(class_="brand-mark", aria_hidden="true"), "Mux Live", href="/", class_="brand"
        ),
        air.Nav(
            air.Ul(*(_nav_link(visitor, path, label) for path, label in NAVIGATION)),
            aria_label="Main",
        ),
        _account_corner(visitor),
        class_="site-header",
    )


def _nav_link(visitor: Visitor, path: str, label: str) -> air.Li:
    here = visitor.path.partition("?")[0] == path
    return air.Li(air.A(label, href=path, aria_current="page" if here else False))


def _account_corner(visitor: Visitor) -> air.Div:
    if visitor.account is None:
        links = (_nav_link(visitor, "/login", "Sign in"), _nav_link(visitor, "/register", "Join"))
        return air.Div(air.Ul(*links), class_="account-corner")
    return air.Div(
        air.A(visitor.account.name, href="/account", class_="account-name"),
        air.Form(
            air.Button("Sign out", type_="submit", class_="quiet"), method="post", action="/logout"
        ),
        class_="account-corner",
    )


def _messages(visitor: Visitor) -> air.Div | str:
    if not visitor.messages:
        return ""
    return air.Div(*(air.P(text) for text in visitor.messages), class_="flash", role="status")


def _footer() -> air.Footer:
    return air.Footer(
        air.P("Mux Live shows how to put video into a Python web app, with Air and Mux."),
        class_="site-footer",
    )


def wants_json(request: air.Request) -> bool:
    """Whether one of our scripts asks, rather than somebody looking at a page."""
    return "application/json" in request.headers.get("accept", "")
