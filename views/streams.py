"""Live streams: which are on, coming up and over, and creating one."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import air

import logs
from access import STARTING, SignedIn, Someone, Visitor
from mux_live import LatencyMode
from passthrough import AS_STREAM, Passthrough
from records import POLICIES, Stream
from views.choices import check_visibility
from views.forms import Errors, check_title, error_summary, read_form
from views.layout import Extras, page
from views.limited import by_account
from views.services import TheKeys, TheLive, ThePlayback, TheStore, TheSync
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
) -> air.responses.Response:
    """Create a live stream at Mux, and lead its host to the studio."""
    form = await read_form(request)
    errors: Errors = {}
    title = check_title(form, errors)
    start = check_start(form, errors)
    mode = check_latency_mode(form, errors)
    visibility = check_visibility(form, errors)
    if errors:
        return _new_page(visitor, form, errors)
    label = Passthrough(
        account_id=account.id, account_name=account.name, started_at=int(time.time())
    )
    await keys.prepare(visibility)
    planned = label.planned(start, record="record" in form, visibility=visibility)
    stream = await live.create(
        title=title,
        latency_mode=mode,
        policy=POLICIES[visibility],
        passthrough=planned.encode(),
        recording=label.seen_by(AS_STREAM).encode(),
    )
    logs.event("stream created", stream=stream.id, account=account.id)
    await sync.take_stream(stream)
    return air.RedirectResponse(f"/stream/{stream.id}/studio", status_code=303)


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


def _new_page(visitor: Visitor, form: dict[str, str], errors: Errors) -> air.TagResponse:
    content = page(
        visitor,
        "Error: New live stream" if errors else "New live stream",
        air.H1("New live stream"),
        error_summary(errors),
        air.Form(
            *stream_fields(form, errors),
            record_box(form),
            air.Button("Create", type_="submit"),
            method="post", action="/create-stream", class_="medium",
        ),
        extras=Extras(scripts=("start-time",)),
    )  # fmt: skip
    return air.TagResponse(content, status_code=422 if errors else 200)
