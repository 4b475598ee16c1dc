"""The watch page of a live stream, in all its states; it goes from one to the next by itself."""

import secrets
from collections.abc import Hashable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import NamedTuple

import air
from air.tags.models.base import BaseTag

from access import AnyStream, Someone, Viewer, Visitor, as_now
from audience import Audience
from playback import Playback
from records import Stream, Video
from store import Store
from views.cards import card_grid
from views.events import Update, event_stream
from views.layout import Extras, page
from views.player import address_anew, stream_player
from views.services import TheAudience, ThePlayback, TheShared, TheStore
from views.signups import locked, signup_form
from views.stream_cards import moment
from views.tags import LiveUpdates

router = air.AirRouter()


@router.get("/stream/{stream_id}")
async def watch(
    request: air.Request,
    visitor: Someone,
    stream: AnyStream,
    store: TheStore,
    audience: TheAudience,
    playback: ThePlayback,
) -> air.TagResponse:
    """Show the live stream as it is at this moment, or how to be let in."""
    # Pages of one browser count as one viewer, so the browser needs a name.
    request.session.setdefault("viewer", secrets.token_hex(8))
    scene = Scene(stream, await recordings_of(store, stream), visitor)
    fragments = _fragments(scene, audience, playback)
    return air.TagResponse(
        page(
            visitor,
            stream.title,
            LiveUpdates(*fragments, src=f"/stream/{stream.id}/events"),
            _host_link(visitor, stream),
            extras=Extras(scripts=("hls-player", "live-updates", "local-time")),
        )
    )


@router.get("/stream/{stream_id}/events")
async def events(
    request: air.Request,
    viewer: Viewer,
    stream: AnyStream,
    store: TheStore,
    audience: TheAudience,
    playback: ThePlayback,
    shared: TheShared,
) -> air.responses.StreamingResponse:
    """Push the page's fragments, and count the viewer as long as somebody listens."""

    async def update() -> Update | None:
        current, present = await store.stream(stream.id), await as_now(store, viewer)
        if current is None:
            return Update(location=f"/stream/{stream.id}")  # which says that it is gone
        if present is None:
            return None

        async def recordings() -> list[Video]:
            return await recordings_of(store, current)

        async def draw() -> Update:
            return Update(_fragments(scene, audience, playback))

        scene = Scene(current, await shared.once(stream.id, "recordings", recordings), present)
        return await shared.once(stream.id, scene.variant, draw)

    def watching() -> AbstractContextManager[None]:
        name = request.session.get("viewer") or secrets.token_hex(8)
        # Whoever is only asked to sign up watches nothing yet.
        return audience.watching(stream.id, name) if viewer.may_watch(stream) else nullcontext()

    return event_stream(store, (stream.id,), update, while_open=watching)


@router.get("/stream/{stream_id}/playback")
async def playback_url(
    viewer: Viewer, stream: AnyStream, playback: ThePlayback
) -> air.responses.JSONResponse:
    """Give the player its URL anew."""
    return address_anew(viewer, stream, playback, playable=stream.status == "live")


class Scene(NamedTuple):
    """A live stream, its recordings, and who is looking."""

    stream: Stream
    videos: list[Video]
    visitor: Visitor

    @property
    def variant(self) -> Hashable:
        """Whatever of the viewer decides what is drawn: two of the same variant see the same."""
        drawn = {self.stream.id, *(video.asset_id for video in self.videos)}
        who = self.visitor
        return who.account is None, who.owns(self.stream), who.signups & drawn


async def recordings_of(store: Store, stream: Stream) -> list[Video]:
    """The recordings of a live stream, newest first; the running one among them."""
    return [video for video in await store.videos() if video.stream_id == stream.id]


def state_line(stream: Stream) -> tuple[BaseTag | str, ...]:
    """What is going on, in one line."""
    if stream.reconnecting and stream.reconnect_until:
        left = moment(stream.reconnect_until, "remaining")
        return (
            air.Span("Reconnecting", class_="badge badge-warn"),
            " The picture was interrupted. Waiting for the host to come back: ", left,
        )  # fmt: skip
    if stream.status == "live":
        return (air.Span("Live", class_="badge badge-live"), *_since(stream))
    if not stream.enabled:
        return ("This live stream is switched off by its host.",)
    return ("The broadcast has ended.",) if stream.status == "ended" else ("Not live yet.",)


def _since(stream: Stream) -> tuple[BaseTag | str, ...]:
    return (" for ", moment(stream.live_since, "elapsed")) if stream.live_since else ()


def _fragments(scene: Scene, audience: Audience, playback: Playback) -> tuple[BaseTag, ...]:
    """Each changes by itself, so that a new count of viewers leaves the player alone."""
    stream = scene.stream
    return (
        air.Div(_stage(scene, playback), id_="stream-stage", class_="stage"),
        air.P(*state_line(stream), id_="stream-state", class_="state-line", role="status"),
        air.Div(
            air.H1(stream.title),
            air.P("Hosted by ", stream.host_name, class_="facts"),
            id_="stream-title",
            class_="stream-title",
        ),
        air.P(viewers(audience.now(stream.id)), id_="stream-viewers", class_="facts"),
        signup_form(scene.visitor, stream, playback.signer.lifetime),
        _recordings(scene, playback),
    )


def viewers(count: int) -> str:
    """How many are watching, in words."""
    return "1 viewer" if count == 1 else f"{count:,} viewers"


def _stage(scene: Scene, playback: Playback) -> BaseTag:
    if not scene.visitor.may_watch(scene.stream):
        return locked(scene.visitor, scene.stream)
    if scene.stream.status == "live":
        return stream_player(scene.stream, playback)
    return air.Div(*_waiting(scene.stream, scene.videos), class_="placeholder")


def _waiting(stream: Stream, videos: list[Video]) -> tuple[BaseTag, ...]:
    """What stands where the picture will be."""
    if not stream.enabled:
        return (air.P("Switched off", class_="lead"), air.P("The host may switch it on again."))
    if stream.status == "ended":
        return (air.P("The broadcast has ended", class_="lead"), *_afterwards(videos))
    if stream.start_time and stream.start_time > datetime.now(UTC):
        return (
            air.P("Starts in"),
            air.P(moment(stream.start_time, "countdown"), class_="countdown"),
            air.P(moment(stream.start_time)),
            air.P("The picture appears here by itself."),
        )
    return (
        air.P("Waiting for the host", class_="lead"),
        air.P("The picture appears here by itself, as soon as the broadcast begins."),
    )


def _afterwards(videos: list[Video]) -> tuple[BaseTag, ...]:
    """What becomes of the recording."""
    if any(each.live or each.unsettled or each.status == "processing" for each in videos):
        return (air.P("The recording is being prepared."),)
    latest = next((each for each in videos if each.watchable), None)
    if latest is None:
        return (air.P("Thank you for watching."),)
    link = air.A("Watch the recording", href=f"/video/{latest.asset_id}", class_="button")
    return (air.P(link),)


def _recordings(scene: Scene, playback: Playback) -> air.Section:
    done = [video for video in scene.videos if video.watchable]
    running = next((each for each in scene.videos if each.live), None)
    open_now = running and scene.stream.status == "live" and scene.visitor.may_watch(running)
    address = f"/video/{running.asset_id}" if running and open_now else ""
    link = air.A("Watch from the start", href=address, class_="button secondary")
    grid = (air.H2("Recordings"), card_grid(done, scene.visitor, playback)) if done else ()
    return air.Section(air.P(link) if address else "", *grid, id_="stream-recordings")


def _host_link(visitor: Visitor, stream: Stream) -> air.P | str:
    if not visitor.owns(stream):
        return ""
    return air.P(air.A("Open the studio", href=f"/stream/{stream.id}/studio", class_="button"))
