"""The gallery: every video that is ready, by page and by search."""

from typing import Annotated
from urllib.parse import urlencode

import air
from fastapi import Query

from access import STARTING, Someone, Visitor
from records import Video
from store import Store
from text import SEARCH_MAX, bounded
from views.cards import card_grid
from views.layout import page
from views.services import ThePlayback, TheStore

PAGE_SIZE = 12

router = air.AirRouter()


@router.get("/videos")
async def gallery(
    visitor: Someone,
    store: TheStore,
    playback: ThePlayback,
    q: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> air.TagResponse:
    """Show the newest videos, or those that match a search, a page at a time."""
    query = bounded(q, SEARCH_MAX)
    videos = await _listed(store, visitor, query)
    last = max(1, -(-len(videos) // PAGE_SIZE))
    shown = videos[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return air.TagResponse(
        page(
            visitor,
            f"Search: {query}" if query else "Videos",
            air.Div(air.H1("Videos"), _search(query), class_="section-head"),
            _count(query, len(videos)),
            card_grid(shown, visitor, playback)
            if shown
            else _empty(query, store, beyond=bool(videos)),
            _pages(query, number, last),
        )
    )


async def _listed(store: Store, visitor: Visitor, query: str) -> list[Video]:
    """What is ready, and of the visitor's own also what is not; a search looks at every word."""
    words = query.casefold().split()
    return [
        video
        for video in await store.videos()
        if (video.watchable or (visitor.owns(video) and not video.live))
        and all(word in f"{video.title} {video.uploader_name}".casefold() for word in words)
    ]


def _search(query: str) -> air.Form:
    return air.Form(
        air.Label("Search videos", for_="q", class_="visually-hidden"),
        air.Input(
            type_="search",
            id_="q",
            name="q",
            value=query,
            placeholder="Title or uploader",
            maxlength=str(SEARCH_MAX),
        ),
        air.Button("Search", type_="submit", class_="secondary"),
        action="/videos",
        role="search",
    )


def _count(query: str, count: int) -> air.P | str:
    if not query or not count:
        return ""
    found = "1 video matches" if count == 1 else f"{count} videos match"
    return air.P(f"{found} “{query}”. ", air.A("Show all", href="/videos"))


def _empty(query: str, store: Store, *, beyond: bool) -> air.Div:
    if not store.complete.is_set():
        words, way_on = STARTING, air.A("Look again", href="/videos")
    elif beyond:
        words, way_on = "There is nothing on this page.", air.A("To the first page", href="/videos")
    elif query:
        words, way_on = f"No video matches “{query}”.", air.A("Show all videos", href="/videos")
    else:
        words, way_on = "There are no videos yet.", air.A("Upload the first one", href="/upload")
    return air.Div(air.P(words), air.P(way_on), class_="empty")


def _pages(query: str, number: int, last: int) -> air.Nav | str:
    if last == 1:
        return ""
    steps = [("Newer", number - 1, "prev"), ("Older", number + 1, "next")]
    links = [
        air.A(label, href=_page_url(query, target), rel=relation)
        for label, target, relation in steps
        if 1 <= target <= last
    ]
    position = air.Span(f"Page {number} of {last}")
    return air.Nav(position, *links, class_="pages", aria_label="Pages")


def _page_url(query: str, number: int) -> str:
    return "/videos?" + urlencode(({"q": query} if query else {}) | {"page": number})
