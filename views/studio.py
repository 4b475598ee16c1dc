"""The studio: everything the host of a live stream needs, on one page that keeps itself current."""

from typing import Annotated, NamedTuple

import air
from air.tags.models.base import BaseTag
from fastapi import Depends

from access import OwnStream, Someone, Viewer, as_now
from playback import Playback
from records import Stream
from views.events import Update, event_stream
from views.forms import Errors
from views.layout import Extras, page
from views.player import stream_player
from views.services import TheAudience, ThePlayback, TheSettings, TheStore
from views.signups import signup_list
from views.stream_cards import moment
from views.stream_watch import recordings_of, viewers
from views.studio_panels import controls, encoder_steps, news, recording_list, test_broadcast
from views.studio_tools import danger_zone, details_form, simulcast, target_list
from views.tags import LiveUpdates

SCRIPTS = ("hls-player", "live-updates", "local-time", "start-time", "copy-button")

router = air.AirRouter()


class Parts(NamedTuple):
    """What changes by itself while the page is open."""

    preview: BaseTag
    state: BaseTag
    viewers: BaseTag
    controls: BaseTag
    trial: BaseTag
    recordings: BaseTag
    signups: BaseTag
    news: BaseTag
    targets: BaseTag
    danger: BaseTag


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
        parts = await self.parts(stream)
        content = page(
            self._visitor,
            f"Error: {stream.title}" if wrong else f"Studio: {stream.title}",
            air.Div(
                air.H1(stream.title),
                air.A("The viewers' page", href=address, class_="button secondary"),
                class_="section-head",
            ),
            LiveUpdates(*parts[:4], src=f"{address}/studio/events", class_="studio"),
            encoder_steps(stream, self._settings, parts.trial),
            air.Div(parts.recordings, parts.signups, parts.news, class_="columns"),
            air.Div(
                simulcast(stream, parts.targets, wrong),
                details_form(stream, wrong),
                class_="columns",
            ),
            parts.danger,
            extras=Extras(scripts=SCRIPTS),
        )
        return air.TagResponse(content, status_code=422 if wrong else 200)

    async def parts(self, stream: Stream) -> Parts:
        """The parts that change by themselves, as they are now."""
        now, peak = self._audience.now(stream.id), self._audience.peak(stream.id)
        return Parts(
            air.Section(_preview(stream, self._playback), id_="studio-preview", class_="stage"),
            air.P(*host_state_line(stream), id_="studio-state", class_="state-line", role="status"),
            air.P(f"{viewers(now)} now, {peak:,} at most", id_="studio-viewers", class_="facts"),
            controls(stream),
            test_broadcast(stream, self._settings),
            recording_list(await recordings_of(self._store, stream)),
            signup_list(await self._store.signups(stream.id)),
            news(await self._store.news(stream.id)),
            target_list(stream),
            danger_zone(stream),
        )


TheStudio = Annotated[Studio, Depends()]


@router.get("/stream/{stream_id}/studio")
async def studio(stream: OwnStream, studio: TheStudio) -> air.TagResponse:
    """Show the studio to the host."""
    return await studio.page(stream)


@router.get("/stream/{stream_id}/studio/events")
async def events(
    viewer: Viewer, stream: OwnStream, store: TheStore, studio: TheStudio
) -> air.responses.StreamingResponse:
    """Push what changes in the studio; the host does not count as a viewer."""

    async def update() -> Update | None:
        if await as_now(store, viewer) is None:
            return None
        current = await store.stream(stream.id)
        if current is None:
            return Update(_deleted())
        return Update(await studio.parts(current))

    return event_stream(store, (stream.id,), update)


def _deleted() -> tuple[BaseTag, ...]:
    """What other tabs show; the one in which it was deleted is on its way to the next page."""
    return (
        air.Section(air.Div(class_="placeholder"), id_="studio-preview", class_="stage"),
        air.P("This live stream is deleted.", id_="studio-state", class_="state-line",
              role="status"),
        air.Section(id_="studio-controls"),
    )  # fmt: skip


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
        return ("Switched off. Switch it on to go live.",)
    if stream.connected:
        return ("Your encoder is connected. The picture appears in a few seconds.",)
    if stream.status == "ended":
        return ("The broadcast is over. Start your encoder to go live again.",)
    return ("Not live yet. Start your encoder with the three steps below.",)


def _preview(stream: Stream, playback: Playback) -> BaseTag:
    if stream.status == "live":
        return stream_player(stream, playback)
    if not stream.enabled:
        action = f"/stream/{stream.id}/enable"
        switch = air.Form(air.Button("Switch on", type_="submit"), method="post", action=action)
        return air.Div(air.P("Encoders are refused at present."), switch, class_="placeholder")
    return air.Div(
        air.P("Your picture appears here when you are live."),
        air.P(air.A("Go live in three steps", href="#encoder", class_="button")),
        class_="placeholder",
    )
