"""What a client may say about a live stream, at its creation and later.

Source: https://www.mux.com/docs/api-reference/video/live-streams/create-live-stream
"""

from collections.abc import Callable

from localmux.answers import Document, invalid, present
from localmux.api.asset_settings import (
    LONGEST_URL,
    MASTER_ACCESS,
    PASSTHROUGH,
    read_meta,
    read_settings,
)
from localmux.api.fields import Fields
from localmux.api.simulcast_targets import MOST_TARGETS, read_target
from localmux.rendition_files import MP4_SUPPORT

LATENCY_MODES = ("standard", "reduced", "low")
LONGEST_WINDOW = 1800  # seconds
DEFAULT_WINDOWS = {"standard": 60, "reduced": 0, "low": 0}  # seconds
DURATIONS = (60, 43_200)  # seconds
LIVE_QUALITIES = ("plus", "premium")
SUBTITLE_LANGUAGES = ("en", "en-US", "es", "fr", "de", "pt", "it")
CAPTION_CHANNELS = ("cc1", "cc2", "cc3", "cc4")

# What can be said at creation only.
FIXED = (
    "playback_policies",
    "playback_policy",
    "advanced_playback_policies",
    "audio_only",
    "test",
    "simulcast_targets",
    "embedded_subtitles",
    "generated_subtitles",
)
FIXED_OF_ASSET = FIXED[:3]


def read_new_live_stream(fields: Fields) -> Document:
    """The settings of a live stream to be. Raises MuxError 400."""
    mode = read_latency_mode(fields) or "standard"
    window = read_window(fields)
    targets = fields.each("simulcast_targets")
    if len(targets) > MOST_TARGETS:
        raise invalid(f"simulcast_targets must be a list of at most {MOST_TARGETS}.")
    return read_common(fields) | {
        "latency_mode": mode,
        "reduced_latency": mode == "reduced" or None,
        "low_latency": mode == "low" or None,
        "reconnect_window": DEFAULT_WINDOWS[mode] if window is None else window,
        "max_continuous_duration": read_duration(fields) or DURATIONS[1],
        "audio_only": fields.truth("audio_only") or None,
        "test": fields.truth("test") or None,
        "new_asset_settings": read_asset_settings(fields),
        "simulcast_targets": [read_target(target) for target in targets],
        "embedded_subtitles": read_subtitles(fields, "embedded_subtitles"),
        "generated_subtitles": read_subtitles(fields, "generated_subtitles"),
    }


def read_common(fields: Fields) -> Document:
    """The fields that are read alike at creation and later."""
    return {
        "passthrough": fields.text("passthrough", PASSTHROUGH),
        "meta": read_title(fields),
        "use_slate_for_standard_latency": fields.truth("use_slate_for_standard_latency"),
        "reconnect_slate_url": fields.text("reconnect_slate_url", LONGEST_URL),
    }


def read_title(fields: Fields) -> Document | None:
    meta = fields.inner("meta")
    return present({"title": meta.text("title", 512)}) if meta else None


def read_latency_mode(fields: Fields) -> str | None:
    """Also by the two switches that were there before."""
    mode = fields.choice("latency_mode", LATENCY_MODES)
    low, reduced = fields.truth("low_latency"), fields.truth("reduced_latency")
    return mode or ("low" if low else "reduced" if reduced else None)


def read_window(fields: Fields) -> float | None:
    window = fields.number("reconnect_window", 0, LONGEST_WINDOW)
    return int(window) if window is not None and window == int(window) else window


def read_duration(fields: Fields) -> int | None:
    return fields.whole("max_continuous_duration", *DURATIONS)


def read_asset_settings(fields: Fields) -> Document | None:
    settings = fields.inner("new_asset_settings")
    if settings is None:
        return None
    settings.choice("video_quality", LIVE_QUALITIES)
    read = read_settings(settings)
    read.pop("inputs", None)
    return read


def read_subtitles(fields: Fields, name: str) -> list[Document] | None:
    """Settings of subtitles, which have no effect here."""
    if not fields.has(name):
        return None
    read = [
        present(
            {
                "name": one.text("name", 255),
                "passthrough": one.text("passthrough", PASSTHROUGH),
                "language_code": one.text("language_code", 50),
                "language_channel": one.choice("language_channel", CAPTION_CHANNELS),
                "transcription_vocabulary_ids": one.listed("transcription_vocabulary_ids"),
            }
        )
        for one in fields.each(name)
    ]
    if name == "generated_subtitles":
        if len(read) > 1:
            raise invalid("generated_subtitles must be a list of at most 1.")
        for one in fields.each(name):
            one.choice("language_code", SUBTITLE_LANGUAGES)
    return read


def read_changes(body: Document) -> Document:
    """The settings of a PATCH, only those it names. Raises MuxError 400 for what is fixed."""
    fields = Fields(body)
    _refuse(body, FIXED)
    readers: dict[str, Callable[[Fields], object]] = {
        "latency_mode": read_latency_mode,
        "reconnect_window": read_window,
        "max_continuous_duration": read_duration,
        "new_asset_settings": _changed_asset_settings,
    }
    changes = read_common(fields) | {name: read(fields) for name, read in readers.items()}
    return {name: value for name, value in changes.items() if fields.has(name)}


def _changed_asset_settings(fields: Fields) -> Document | None:
    settings = fields.inner("new_asset_settings")
    if settings is None:
        return None
    _refuse(settings.body, FIXED_OF_ASSET)
    quality = settings.choice("video_quality", LIVE_QUALITIES)
    return present(
        {
            "video_quality": quality,
            "meta": read_meta(settings),
            "mp4_support": settings.choice("mp4_support", MP4_SUPPORT),
            "master_access": settings.choice("master_access", MASTER_ACCESS),
        }
    )


def _refuse(body: Document, names: tuple[str, ...]) -> None:
    for name in names:
        if body.get(name) is not None:
            raise invalid(f"{name} cannot be changed.")
