"""The front page: what this is, and the newest videos."""

import air

from access import STARTING, Someone, Visitor
from playback import Playback
from records import Stream
from store import Store
from views.cards import card_grid
from views.layout import Extras, page
from views.services import ThePlayback, TheStore
from views.stream_cards import stream_grid

NEWEST = 8
COMING = 4

router = air.AirRouter()


@router.get("/")
async def home(visitor: Someone, store: TheStore, playback: ThePlayback) -> air.TagResponse:
    """Show what is newest, and to newcomers what they can do here."""
    videos = [video for video in await store.videos() if video.watchable][:NEWEST]
    newest = card_grid(videos, visitor, playback) if videos else _nothing_yet(store)
    return air.TagResponse(
        page(
            visitor,
            "Home",
            _welcome(visitor),
            *_streams(await store.streams(), visitor, playback),
            air.Section(
                air.Div(
                    air.H2("Newest videos"),
                    air.A("All videos", href="/videos"),
                    class_="section-head",
                ),
                newest,
            ),
            extras=Extras(scripts=("local-time",)),
        )
    )


@router.get("/healthz")
async def healthz(store: TheStore) -> air.responses.PlainTextResponse:
    """Tell a load balancer whether to send visitors here."""
    if store.closing:
        return air.responses.PlainTextResponse("shutting down", status_code=503)
    return air.responses.PlainTextResponse("ok")


def _welcome(visitor: Visitor) -> air.Section:
    start = ("/upload", "Upload a video") if visitor.account else ("/register", "Join to upload")
    return air.Section(
        air.H1("Your videos, playing everywhere"),
        air.P(
            "Send a file from your browser and watch it a moment later, "
            "in the quality that each connection can carry.",
            class_="lead",
        ),
        air.P(
            air.A(start[1], href=start[0], class_="button"),
            air.A("Watch", href="/videos", class_="button secondary"),
            class_="actions",
        ),
        class_="hero",
    )


def _streams(everything: list[Stream], visitor: Visitor, playback: Playback) -> list[air.Section]:
    """What is live, and what comes next; nothing of either leaves the page to the videos."""
    live = [each for each in everything if each.status == "live"][:NEWEST]
    coming = [each for each in everything if each.status == "scheduled" and each.start_time]
    coming.sort(key=lambda each: (each.start_time, each.id))
    sections = (("Live now", live), ("Coming up", coming[:COMING]))
    return [
        air.Section(
            air.Div(
                air.H2(title), air.A("All live streams", href="/streams"), class_="section-head"
            ),
            stream_grid(shown, visitor, playback),
        )
        for title, shown in sections
        if shown
    ]


def _nothing_yet(store: Store) -> air.Div:
    if not store.complete.is_set():
        return air.Div(air.P(STARTING), class_="empty")
    return air.Div(
        air.P("Nothing here yet. The first video could be yours."),
        air.P(air.A("Upload a video", href="/upload", class_="button secondary")),
        class_="empty",
    )
