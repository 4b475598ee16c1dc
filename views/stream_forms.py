"""The fields that describe a live stream, for creating it and for editing it."""

from collections.abc import Mapping

import air
from air.tags.models.base import BaseTag

from records import Stream
from text import TITLE_MAX
from views.choices import choice, visibility_choice
from views.forms import Errors, field
from views.tags import StartTime

LATENCY_MODES = {
    "standard": "Standard – most reliable; viewers are up to half a minute behind",
    "reduced": "Reduced – viewers are about 15 seconds behind",
    "low": "Low – viewers are a few seconds behind; needs a steady connection",
}
RECORDINGS = "Also its recordings, until they are over; then each can be changed on its own page."
DEFAULTS = {"latency_mode": "standard", "visibility": "public"}


def stream_fields(form: dict[str, str], errors: Errors) -> tuple[BaseTag, ...]:
    """Title, start, latency mode and visibility."""
    chosen = DEFAULTS | form
    return (
        field(
            "title", "Title", errors=errors, value=form.get("title", "")[: 2 * TITLE_MAX],
            required=True, maxlength=str(TITLE_MAX),
        ),
        StartTime(
            field(
                "start_time", "Start", errors=errors, value=form.get("start_time", "")[:20],
                type_="datetime-local", hint="In UTC. You can leave it empty.",
                data_moment=form.get("moment", "") or False,
            ),
            air.Input(type_="hidden", name="utc_offset", value="0"),
        ),
        choice("latency_mode", "Latency", LATENCY_MODES, chosen["latency_mode"], errors),
        visibility_choice(chosen["visibility"], errors, RECORDINGS),
    )  # fmt: skip


def record_box(form: Mapping[str, str]) -> air.Div:
    """Whether a new live stream begins with the record switch on."""
    return air.Div(
        air.Input(type_="checkbox", id_="record", name="record", checked="record" in form),
        air.Label("Record the broadcast", for_="record"),
        class_="check",
    )


def as_form(stream: Stream) -> dict[str, str]:
    """What the fields show of a live stream that is there already."""
    start = stream.start_time
    return {
        "title": stream.title,
        "start_time": f"{start:%Y-%m-%dT%H:%M}" if start else "",
        "moment": start.isoformat() if start else "",
        "latency_mode": stream.latency_mode,
        "visibility": stream.visibility,
    }
