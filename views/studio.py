"""The studio: everything the host of a live stream needs, on one page that keeps itself current."""

from typing import Annotated

import air
from air.tags.models.base import BaseTag
from fastapi import Depends

from access import OwnStream, Someone
from playback import Playback
from records import Stream
from views.events import Update, event_stream
from views.forms import Errors
from views.layout import Extras, page
from views.player import stream_player
from views.services import TheAudience, ThePlayback, TheSettings, TheStore
from views.stream_cards import moment
from views.stream_watch import recordings_of, viewers
from views.studio_panels import controls, encoder_steps, news, recording_list
from views.studio_tools import danger_zone, details_form, simulcast
from views.tags import LiveUpdates

SCRIPTS = ("hls-player", "live-updates", "local-time", "start-time", "copy-button")

router = air.AirRouter()


class Studio:
    """Draws the page; routes ask for it in their signature."""

    def __init__(
        self,
        visitor: Someone,
        store: TheStore,
        audience: TheAudience,
        playback: ThePlayback,
        settings: TheSettings,
    ) -> None:
        self._visitor = visitor
        self._store = store
        self._audience = audience
        self._playback = playback
        self._settings = settings

    async def page(self, stream: Stream, errors: Errors | None = None) -> air.TagResponse:
        """The whole page; `errors` belong to the form that was refused."""
        wrong = errors or {}
        address = f"/stream/{stream.id}"
        *present, recorded, happened = await self.fragments(stream)
        content = page(
            self._visitor,
            f"Error: {stream.title}" if wrong else f"Studio: {stream.title}",
            air.Div(
                air.H1(stream.title),
                air.A("The viewers' page", href=address, class_="button secondary"),
                class_="section-head",
            ),
            LiveUpdates(*present, src=f"{address}/studio/events", class_="studio"),
            encoder_steps(stream, self._settings),
            air.Div(recorded, happened, class_="columns"),
            simulcast(stream, wrong),
            details_form(stream, wrong),
            danger_zone(stream),
            extras=Extras(scripts=SCRIPTS),
        )
        return air.TagResponse(content, status_code=422 if wrong else 200)

    async def fragments(self, stream: Stream) -> tuple[BaseTag, ...]:
        """The parts that change by themselves."""
        now, peak = self._audience.now(stream.id), self._audience.peak(stream.id)
        return (
            air.Section(_preview(stream, self._playback), id_="studio-preview", class_="stage"),
            air.P(*host_state_line(stream), id_="studio-state", class_="state-line", role="status"),
            air.P(f"{viewers(now)} now, {peak:,} at most", id_="studio-viewers", class_="facts"),
            controls(stream),
            recording_list(await recordings_of(self._store, stream)),
            news(await self._store.news(stream.id)),
        )


TheStudio = Annotated[Studio, Depends()]


@router.get("/stream/{stream_id}/studio")
async def studio(stream: OwnStream, studio: TheStudio) -> air.TagResponse:
    """Show the studio to the host."""
    return await studio.page(stream)


@router.get("/stream/{stream_id}/studio/events")
async def events(
    stream: OwnStream, store: TheStore, studio: TheStudio
) -> air.responses.StreamingResponse:
    """Push what changes in the studio; the host does not count as a viewer."""

    async def update() -> Update:
        current = await store.stream(stream.id)
        if current is None:
            return Update(location="/streams")
        return Update(await studio.fragments(current))

    return event_stream(store, (stream.id,), update)


def host_state_line(stream: Stream) -> tuple[BaseTag | str, ...]:
    """What is going on, why, and what to do next."""
    if stream.reconnecting and stream.reconnect_until:
        left = moment(stream.reconnect_until, "remaining")
        return (
            air.Span("Reconnecting", class_="badge badge-warn"),
            " Your encoder is gone. Start it again within ", left,
            ", or the broadcast ends. The recording goes on where it was.",
        )  # fmt: skip
    if stream.status == "live":
        since = (" for ", moment(stream.live_since, "elapsed")) if stream.live_since else ()
        return (air.Span("Live", class_="badge badge-live"), " You are live", *since, ".")
    if not stream.enabled:
        return ("Switched off: encoders are refused. Switch it on to go live.",)
    if stream.connected:
        return ("Your encoder is connected. The picture appears in a few seconds.",)
    if stream.status == "ended":
        return ("The broadcast is over. Start your encoder to go live again.",)
    return ("Not live yet. Start your encoder with the three steps below.",)


def _preview(stream: Stream, playback: Playback) -> BaseTag:
    if stream.status == "live" and stream.playback_id:
        return stream_player(stream, playback)
    return air.Div(air.P("Your picture appears here when you are live."), class_="placeholder")
