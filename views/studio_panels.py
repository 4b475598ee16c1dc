"""The parts of the studio that tell the host what to do and what is going on."""

import air
from air.tags.models.base import BaseTag

from records import News, Stream, Video
from settings import Settings
from views.cards import clock
from views.stream_cards import moment
from views.tags import CopyButton

KEY_ID = "stream-key"


def encoder_steps(stream: Stream, settings: Settings, trial: BaseTag) -> air.Section:
    """Three steps for the encoders that people have; the key stays hidden until asked for."""
    return air.Section(
        air.H2("Go live in three steps"),
        air.Div(
            _copied("server", "Server URL", settings.mux_rtmp_url),
            _key(),
            _key_value(stream),
            class_="ingest",
        ),
        trial,
        _guide(
            "OBS Studio",
            "In OBS open Settings, then Stream, and choose the service “Custom…”.",
            "Paste the server URL into Server and the stream key into Stream Key. "
            "Under Output, set the keyframe interval to 2 s.",
            "Press Start Streaming. You are live here a few seconds later.",
            opened=True,
        ),
        _guide(
            "Zoom",
            "In the meeting choose More, then “Live on Custom Live Streaming Service”. "
            "The meeting's owner must have allowed that in Zoom's settings.",
            "Paste the server URL as streaming URL, the stream key as streaming key, and the "
            "address of the viewers' page as live streaming page URL.",
            "Press Go Live.",
        ),
        _guide(
            "Any other encoder",
            "Choose RTMP with H.264 video and AAC sound; 720p with 30 pictures a second and "
            "3,500 kbit/s looks good everywhere.",
            "Give it the server URL and the stream key. One that asks for a single address gets "
            "the server URL, a slash, and the key.",
            "Start it.",
        ),
        id_="encoder",
    )


def _copied(element_id: str, label: str, value: str) -> air.Div:
    return air.Div(
        air.Span(label, class_="label"),
        air.Code(value, id_=element_id),
        _copy_button(element_id, label),
        class_="ingest-row",
    )


def _key() -> air.Div:
    return air.Div(
        air.Span("Stream key", class_="label"),
        air.Span("•" * 16, aria_label="hidden"),
        _copy_button(KEY_ID, "Stream key"),
        class_="ingest-row",
    )


def _key_value(stream: Stream) -> air.Details:
    """Whoever knows the key can broadcast, so it is never shown before it is asked for."""
    return air.Details(
        air.Summary("Show the stream key"),
        air.P("Whoever knows this key can broadcast here. Do not show it on screen."),
        air.P(air.Code(stream.stream_key, id_=KEY_ID)),
    )


def _copy_button(element_id: str, label: str) -> CopyButton:
    button = air.Button(
        "Copy", type_="button", class_="secondary", hidden=True, aria_label=f"Copy {label}"
    )
    return CopyButton(button, for_=element_id)


def _guide(name: str, *steps: str, opened: bool = False) -> air.Details:
    shown = {"open_": ""} if opened else {}
    return air.Details(air.Summary(name), air.Ol(*(air.Li(step) for step in steps)), **shown)


def test_broadcast(stream: Stream, settings: Settings) -> air.Div:
    """A picture without an encoder, where the video service offers one."""
    if not settings.mux_control_url or not stream.enabled:
        return air.Div(id_="test-broadcast", hidden=True)
    address = f"/stream/{stream.id}/test-broadcast"
    running = stream.connected or (stream.status == "live" and not stream.reconnecting)
    if running:
        said = "Your broadcast is on."
        button = _button("Stop the test broadcast", f"{address}/stop", "secondary")
    else:
        said = "No encoder at hand? Send a test picture with a running clock instead."
        button = _button("Start a test broadcast", f"{address}/start")
    return air.Div(air.P(said), button, id_="test-broadcast", class_="test-broadcast")


def _button(label: str, action: str, look: str = "", **says: str) -> air.Form:
    """A form of nothing but its button; `says` is the field that goes along."""
    button = air.Button(label, type_="submit", class_=look, **says)
    return air.Form(button, method="post", action=action)


def controls(stream: Stream) -> air.Section:
    """What the host can do at this moment, and what follows from it."""
    address = f"/stream/{stream.id}"
    return air.Section(
        _record_switch(stream, address), *_end(stream, address), id_="studio-controls"
    )


def _record_switch(stream: Stream, address: str) -> air.Div:
    part = "this part of the broadcast" if stream.status == "live" else "your next broadcast"
    if stream.record:
        said = f"Recording is on: {part} will be kept."
        button = _button("Stop recording", f"{address}/record", "secondary")
    else:
        said = f"Recording is off: {part} will be deleted when it is over."
        button = _button("Record", f"{address}/record", name="record", value="on")
    return air.Div(air.P(said), button, class_="record-switch")


def _end(stream: Stream, address: str) -> tuple[BaseTag, ...]:
    if stream.status != "live":
        return ()
    return (
        air.Details(
            air.Summary("End the broadcast…", class_="button secondary"),
            air.P(
                "It ends for all viewers at once. Stop your encoder as well: it would begin a new "
                "broadcast, should it connect again."
            ),
            _button("End it now", f"{address}/end", "danger"),
        ),
    )


def recording_list(videos: list[Video]) -> air.Section:
    """The recordings with their lengths; those in the making too."""
    rows = [air.Li(_recording(video)) for video in videos]
    shown = air.Ul(*rows, class_="plain-list") if rows else air.P("None yet.", class_="facts")
    return air.Section(air.H2("Recordings"), shown, id_="studio-recordings")


def _recording(video: Video) -> air.Span:
    link = air.A(video.title, href=f"/video/{video.asset_id}")
    if video.live:
        return air.Span(link, " · running")
    if video.unsettled:
        return air.Span(video.title, " · the parts to keep are being cut")
    if video.status == "error":
        return air.Span(video.title, " · failed: ", video.error or "nothing could be recorded")
    return air.Span(link, f" · {clock(video.duration or 0)} · ", moment(video.upload_time))


def news(entries: list[News]) -> air.Section:
    """What happened, newest first."""
    rows = [air.Li(moment(entry.at, "exact"), " ", entry.text) for entry in entries]
    # It scrolls, so the keyboard must reach it.
    log = air.Ol(*rows, class_="news", tabindex="0", aria_label="What happened")
    shown = log if rows else air.P("Nothing yet.", class_="facts")
    return air.Section(air.H2("What happened"), shown, id_="studio-news")
