"""How a live stream looks in a list, and its moments in the visitor's own time."""

from datetime import datetime

import air

from playback import Playback
from records import Stream
from views.tags import LocalTime


def stream_grid(streams: list[Stream], playback: Playback) -> air.Ul:
    """The live streams as a grid of cards."""
    cards = (air.Li(_card(stream, playback)) for stream in streams)
    return air.Ul(*cards, class_="cards", role="list")


def moment(at: datetime, mode: str = "date") -> LocalTime:
    """A moment in words; without scripts in UTC."""
    return LocalTime(f"{at:%d %B %Y, %H:%M} UTC", datetime=at.isoformat(), mode=mode)


def _card(stream: Stream, playback: Playback) -> air.Article:
    return air.Article(
        air.Div(*_picture(stream, playback), class_="card-picture"),
        air.H3(air.A(stream.title, href=f"/stream/{stream.id}")),
        air.P(stream.host_name, *_when(stream), class_="facts"),
        class_="card",
    )


def _picture(stream: Stream, playback: Playback) -> tuple[air.BaseTag, ...]:
    if stream.status != "live" or not stream.playback_id:
        return (air.Span(class_="card-mark", aria_hidden="true"),)
    still = playback.live_thumbnail(stream.playback_id, width=480)
    return (
        air.Img(src=still, alt="", loading="lazy", width=480, height=270),
        air.Span("Live", class_="badge badge-live"),
    )


def _when(stream: Stream) -> tuple[air.BaseTag | str, ...]:
    if stream.status == "live" and stream.live_since:
        return (" · live for ", moment(stream.live_since, "elapsed"))
    if stream.status == "scheduled" and stream.start_time:
        return (" · ", moment(stream.start_time))
    return (" · ended",) if stream.status == "ended" else (" · no date yet",)
