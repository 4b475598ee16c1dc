"""How a live stream looks in a list, and its moments in the visitor's own time."""

from datetime import datetime

import air
from air.tags.models.base import BaseTag

from access import Visitor
from playback import Playback
from records import Stream
from views.cards import access_badge
from views.tags import LocalTime


def stream_grid(streams: list[Stream], visitor: Visitor, playback: Playback) -> air.Ul:
    """The live streams as a grid of cards, closed where this visitor may not watch."""
    cards = (air.Li(_card(stream, visitor, playback)) for stream in streams)
    return air.Ul(*cards, class_="cards", role="list")


def moment(at: datetime, mode: str = "date") -> LocalTime:
    """A moment in words; without scripts in UTC."""
    return LocalTime(f"{at:%d %B %Y, %H:%M} UTC", datetime=at.isoformat(), mode=mode)


def _card(stream: Stream, visitor: Visitor, playback: Playback) -> air.Article:
    return air.Article(
        air.Div(
            *_picture(stream, visitor, playback),
            access_badge(visitor, stream),
            class_="card-picture",
        ),
        air.H3(air.A(stream.title, href=f"/stream/{stream.id}")),
        air.P(stream.host_name, *_when(stream), class_="facts"),
        class_="card",
    )


def _picture(stream: Stream, visitor: Visitor, playback: Playback) -> tuple[BaseTag | str, ...]:
    live = air.Span("Live", class_="badge badge-live") if stream.status == "live" else ""
    if not visitor.may_watch(stream):
        return (air.Span(class_="card-mark lock", aria_hidden="true"), live)
    playback_id = stream.playback_id
    if not live or not playback.opens(playback_id):
        return (air.Span(class_="card-mark", aria_hidden="true"), live)
    still = playback.live_thumbnail(playback_id, width=480)
    return (air.Img(src=still, alt="", loading="lazy", width=480, height=270), live)


def _when(stream: Stream) -> tuple[BaseTag | str, ...]:
    if stream.status == "live" and stream.live_since:
        return (" · live for ", moment(stream.live_since, "elapsed"))
    if stream.status == "scheduled" and stream.start_time:
        return (" · ", moment(stream.start_time))
    return (" · ended",) if stream.status == "ended" else (" · no date yet",)
