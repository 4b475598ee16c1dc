"""Live streams: which are on, coming up and over, and creating one."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import air

import logs
from access import STARTING, SignedIn, Someone, Visitor
from attempts import made_from
from mux_errors import MuxError
from mux_live import LatencyMode, MuxLive
from mux_resources import MuxLiveStream
from mux_states import visibility_in
from passthrough import AS_STREAM, Passthrough
from records import POLICIES, Stream
from signing_keys import SigningKeys
from views.choices import check_visibility
from views.errors import note_mux_error
from views.forms import (
    WHOLE_FORM,
    Errors,
    attempt_field,
    check_title,
    error_summary,
    read_form,
    safe_to_repeat,
)
from views.layout import Extras, page
from views.limited import by_account
from views.services import TheAttempts, TheKeys, TheLive, ThePlayback, TheStore, TheSync
from views.stream_cards import stream_grid
from views.stream_forms import LATENCY_MODES, record_box, stream_fields

SHOWN = 24
YEARS_AHEAD = timedelta(days=5 * 365)

router = air.AirRouter()


@router.get("/streams")
async def streams(visitor: Someone, store: TheStore, playback: ThePlayback) -> air.TagResponse:
    """Show what is live now, what is coming up, and what is over."""
    everything = await store.streams()
    live = [each for each in everything if each.status == "live"]
    coming = [each for each in everything if each.status == "scheduled" and each.enabled]
    over = [each for each in everything if each.status == "ended"]

    def grid(shown: list[Stream]) -> air.Ul | None:
        return stream_grid(shown[:SHOWN], visitor, playback) if shown else None

    content = (
        _section("Live now", grid(live), "Nobody is live at this moment."),
        _section("Coming up", grid(sorted(coming, key=_start)), "Nothing is planned."),
        _section("Past", grid(over), "") if over else "",
    )
    head = air.Div(
        air.H1("Live streams"), air.A("Go live", href="/stream/new", class_="button"),
        class_="section-head",
    )  # fmt: skip
    if not store.complete.is_set():
        content = (air.Div(air.P(STARTING), class_="empty"),)
    scripts = Extras(scripts=("local-time",))
    return air.TagResponse(page(visitor, "Live streams", head, *content, extras=scripts))


@router.get("/stream/new")
async def new_stream_page(visitor: Someone, _account: SignedIn) -> air.TagResponse:
    """Show the form that creates a live stream."""
    return _new_page(visitor, {"record": "on"}, {})


@router.post("/create-stream", dependencies=[by_account("live stream")])
async def create_stream(
    request: air.Request,
    visitor: Someone,
    account: SignedIn,
    live: TheLive,
    sync: TheSync,
    keys: TheKeys,
    attempts: TheAttempts,
) -> air.responses.Response:
    """Create a live stream at Mux, and lead its host to the studio."""
    form = await read_form(request)
    errors: Errors = {}
    title = check_title(form, errors)
    start = check_start(form, errors)
    mode = check_latency_mode(form, errors)
    visibility = check_visibility(form, errors)
    if errors:
        return _new_page(visitor, form, errors, 422)
    label = Passthrough(
        account_id=account.id, account_name=account.name, started_at=int(time.time())
    )
    planned = label.planned(start, record="record" in form, visibility=visibility)

    create = _creation(live, keys, title, mode, planned, label)
    try:
        stream = await attempts.once(account.id, form, create, lambda mark: _find(live, mark))
    except MuxError as error:
        status = note_mux_error(request, error)
        return _new_page(
            visitor, form, {WHOLE_FORM: f"{error.message} {safe_to_repeat(form)}"}, status
        )
    await sync.take_stream(stream)
    return air.RedirectResponse(f"/stream/{stream.id}/studio", status_code=303)


def _creation(
    live: MuxLive,
    keys: SigningKeys,
    title: str,
    mode: LatencyMode,
    planned: Passthrough,
    label: Passthrough,
) -> Callable[[str], Awaitable[MuxLiveStream]]:
    """How to ask Mux for this live stream, marked as made from one form; `label` its recordings."""
    visibility = visibility_in(planned)

    async def create(mark: str) -> MuxLiveStream:
        await keys.prepare(visibility)
        made = await live.create(
            title=title,
            latency_mode=mode,
            policy=POLICIES[visibility],
            passthrough=replace(planned, attempt=mark).encode(),
            recording=label.seen_by(AS_STREAM).encode(),
        )
        logs.event("stream created", stream=made.id, account=label.account_id)
        return made

    return create


async def _find(live: MuxLive, mark: str) -> MuxLiveStream | None:
    return made_from(mark, await live.list(1))


def check_start(form: Mapping[str, str], errors: Errors) -> int:
    """The start in Unix seconds, or 0 for none; what is wrong with it goes to `errors`.

    `utc_offset` in minutes is what the visitor's browser says of its time zone on that day.
    """
    text = form.get("start_time", "").strip()
    if not text:
        return 0
    try:
        start = datetime.fromisoformat(text).replace(tzinfo=UTC)
        start -= timedelta(minutes=int(form.get("utc_offset") or 0))
    except (ValueError, OverflowError):
        errors["start_time"] = "Write the start like 2027-01-31T20:15."
        return 0
    if not datetime.now(UTC) - timedelta(days=1) < start < datetime.now(UTC) + YEARS_AHEAD:
        errors["start_time"] = "Choose a start in the future, at most five years from now."
    return int(start.timestamp())


def check_latency_mode(form: Mapping[str, str], errors: Errors) -> LatencyMode:
    """The latency mode; what is wrong with it goes to `errors`."""
    mode = form.get("latency_mode", "standard")
    if mode not in LATENCY_MODES:
        errors["latency_mode"] = "Choose one of the three latency modes."
    return cast("LatencyMode", mode)


def _start(stream: Stream) -> datetime:
    return stream.start_time or datetime.max.replace(tzinfo=UTC)


def _section(title: str, grid: air.Ul | None, nothing: str) -> air.Section:
    return air.Section(air.H2(title), grid or air.P(nothing, class_="facts"))


def _new_page(
    visitor: Visitor, form: dict[str, str], errors: Errors, status: int = 200
) -> air.TagResponse:
    content = page(
        visitor,
        "Error: New live stream" if errors else "New live stream",
        air.H1("New live stream"),
        error_summary(errors),
        air.Form(
            *stream_fields(form, errors),
            record_box(form),
            attempt_field(form),
            air.Button("Create", type_="submit"),
            method="post", action="/create-stream", class_="medium",
        ),
        extras=Extras(scripts=("start-time",)),
    )  # fmt: skip
    return air.TagResponse(content, status_code=status)
