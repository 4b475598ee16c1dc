"""How a video looks in a list: its picture, its length, whose it is, and whether it is ready."""

from datetime import UTC, datetime

import air
from air.tags.models.base import BaseTag

from access import Visitor
from playback import Playback
from records import Stream, Video

AGES = (
    (31_536_000, "year"),
    (2_592_000, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


def card_grid(videos: list[Video], visitor: Visitor, playback: Playback) -> air.Ul:
    """The videos as a grid of cards, closed where this visitor may not watch."""
    cards = (air.Li(_card(video, visitor, playback)) for video in videos)
    return air.Ul(*cards, class_="cards", role="list")


def clock(seconds: float) -> str:
    """A length as people write it: 0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def ago(moment: datetime) -> air.Time:
    """How long ago something was, with the exact moment behind it."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in AGES:
        if seconds >= length:
            count = int(seconds // length)
            words = f"{count} {unit}{'s' if count > 1 else ''} ago"
            break
    else:
        words = "just now"
    return air.Time(words, datetime=moment.isoformat(), title=f"{moment:%d %B %Y, %H:%M} UTC")


def state_badge(video: Video) -> BaseTag | str:
    """Says that a video is not ready; a ready one needs no badge."""
    if video.status == "processing":
        return air.Span("Processing", class_="badge")
    if video.status == "error":
        return air.Span("Failed", class_="badge badge-error")
    return ""


def access_badge(visitor: Visitor, thing: Video | Stream) -> air.Span | str:
    """Says how things stand between this visitor and what is not for everybody."""
    if thing.visibility == "public":
        words = "Signed up" if visitor.signed_up(thing) else ""
    elif visitor.owns(thing):
        words = "For people who sign up"
    else:
        words = "Signed up" if visitor.signed_up(thing) else "Sign up to watch"
    return air.Span(words, class_="badge badge-access") if words else ""


def _card(video: Video, visitor: Visitor, playback: Playback) -> air.Article:
    return air.Article(
        air.Div(
            *_picture(video, visitor, playback), access_badge(visitor, video), class_="card-picture"
        ),
        air.H3(air.A(video.title, href=f"/video/{video.asset_id}")),
        air.P(video.uploader_name, " · ", ago(video.upload_time), class_="facts"),
        class_="card",
    )


def _picture(video: Video, visitor: Visitor, playback: Playback) -> tuple[BaseTag | str, ...]:
    """The poster, and over it the moving preview: CSS shows that one while pointed at."""
    if not visitor.may_watch(video):
        return (air.Span(class_="card-mark lock", aria_hidden="true"),)
    playback_id = video.playback_id
    if video.status != "ready" or not playback.opens(playback_id):
        return (state_badge(video), air.P(video.error, class_="reason") if video.error else "")
    poster = playback.thumbnail(playback_id, width=480)
    preview = playback.preview(playback_id)
    return (
        air.Img(src=poster, alt="", loading="lazy", width=480, height=270),
        air.Img(src=preview, alt="", loading="lazy", width=480, height=270, class_="preview"),
        air.Span(
            air.Span("Length: ", class_="visually-hidden"),
            clock(video.duration or 0),
            class_="badge length",
        ),
    )
