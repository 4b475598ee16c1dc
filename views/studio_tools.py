"""The parts of the studio that change a live stream's settings, each saying what follows."""

import air
from air.tags.models.base import BaseTag

from records import SimulcastTarget, Stream
from views.forms import Errors, error_summary, field
from views.stream_forms import as_form, stream_fields

TARGETS_MAX = 6
STATES = {
    "idle": "waiting for your broadcast",
    "starting": "connecting",
    "broadcasting": "forwarding",
    "errored": "failed",
}


def details_form(stream: Stream, errors: Errors) -> air.Section:
    """Title, start, latency and visibility; what cannot change while live says so."""
    running = (
        "Latency can be changed when the broadcast is over." if stream.status == "live" else ""
    )
    shown = {"open_": ""} if errors and "url" not in errors else {}
    return air.Section(
        air.H2("Details"),
        air.Details(
            air.Summary("Title, start, latency and visibility"),
            air.Form(
                error_summary(errors) if shown else "",
                *stream_fields(as_form(stream), errors),
                air.P(running, class_="hint") if running else "",
                air.Button("Save", type_="submit"),
                method="post", action=f"/stream/{stream.id}/edit", class_="medium",
            ),
            **shown,
        )
    )  # fmt: skip


def simulcast(stream: Stream, targets: BaseTag, errors: Errors) -> air.Section:
    """Other services that get the broadcast too."""
    return air.Section(
        air.H2("Simulcast"),
        air.P("Your broadcast can be forwarded to up to six other services.", class_="facts"),
        targets,
        _target_form(stream, errors),
        id_="simulcast",
    )


def target_list(stream: Stream) -> air.Ul:
    """Each service with its own state."""
    rows = (air.Li(_target(stream, target)) for target in stream.targets)
    return air.Ul(*rows, id_="studio-targets", class_="targets", role="list")


def _target(stream: Stream, target: SimulcastTarget) -> air.Div:
    state = STATES.get(target.status, target.status)
    if target.status == "errored":
        again = "it is tried again" if target.error_severity == "normal" else "it is given up"
        state = f"{state}; {again}"
    remove = air.Form(
        air.Button("Remove", type_="submit", class_="quiet"),
        method="post",
        action=f"/stream/{stream.id}/targets/{target.id}/delete",
    )
    return air.Div(
        air.Span(f"{target.name or target.url} – {state}", class_=f"target-{target.status}"),
        "" if stream.status == "live" else remove,
        class_="target",
    )


def _target_form(stream: Stream, errors: Errors) -> air.Details | air.P:
    if stream.status == "live":
        return air.P(
            "Services can be added and removed when the broadcast is over.", class_="facts"
        )
    if len(stream.targets) >= TARGETS_MAX:
        return air.P("Six is the most; remove one to add another.", class_="facts")
    shown = {"open_": ""} if "url" in errors else {}
    return air.Details(
        air.Summary("Add a service"),
        air.Form(
            error_summary(errors) if shown else "",
            field("name", "Name", errors=errors, maxlength="60"),
            field(
                "url", "Server URL", errors=errors, required=True, maxlength="300",
                hint="It begins with rtmp:// or rtmps://; the service shows it beside its key.",
            ),
            field(
                "stream_key", "Stream key", errors=errors, type_="password", maxlength="300",
                autocomplete="off",
            ),
            air.Button("Add", type_="submit"),
            method="post", action=f"/stream/{stream.id}/targets", class_="medium",
        ),
        **shown,
    )  # fmt: skip


def danger_zone(stream: Stream) -> air.Section:
    """What ends things; each asks first and says what ends."""
    address = f"/stream/{stream.id}"
    live = stream.status == "live"
    ends = "The broadcast ends at once. " if live else ""
    switch = (
        _asking("Switch off…", f"{ends}Encoders are refused until you switch it on.", "Switch off",
                f"{address}/disable")
        if stream.enabled
        else air.Form(air.Button("Switch on", type_="submit"), method="post",
                      action=f"{address}/enable")
    )  # fmt: skip
    cut = "Your encoder is cut off until you give it the new key. " if live else ""
    return air.Section(
        air.H2("Key and switch"),
        air.Div(
            switch,
            _asking("New stream key…", f"{cut}The present key stops working at once, and every "
                    "encoder needs the new one. Stop them first: some keep trying the old key.",
                    "Make a new key", f"{address}/reset-key"),
            _asking("Delete…", f"{ends}The live stream, its key and its page are gone for ever. "
                    "Its recordings stay, each with sign-ups of its own.",
                    "Delete for ever", f"{address}/delete"),
            class_="owner-tools",
        ),
        id_="studio-danger",
    )  # fmt: skip


def _asking(label: str, consequence: str, button: str, action: str) -> air.Details:
    return air.Details(
        air.Summary(label, class_="button secondary"),
        air.Form(
            air.P(consequence),
            air.Button(button, type_="submit", class_="danger"),
            method="post",
            action=action,
        ),
    )
