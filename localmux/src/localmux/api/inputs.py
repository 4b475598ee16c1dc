"""The inputs of an asset to be: its video or sound first, then subtitles.

Source: https://www.mux.com/docs/api-reference/video/assets/create-asset
"""

from localmux.answers import Document, invalid, present
from localmux.api.fields import Fields

LONGEST_URL = 4096  # characters
MOST_INPUTS = 20
LONGEST_NAME = 255  # characters, of a track
LONGEST_LANGUAGE = 50  # characters
TRACK_TYPES = ("text", "audio")
NO_AUDIO_TRACKS = "additional audio tracks are not available in localmux."
NO_GENERATED = "generated subtitles are not available in localmux, which understands no speech."
NO_OVERLAYS = "overlays are not available in localmux."


def read_inputs(fields: Fields) -> list[Document]:
    """The list in Mux's plural spelling. Raises MuxError 400 for what would have no effect."""
    name = "inputs" if fields.has("inputs") else "input"
    if isinstance(fields.body.get(name), str):
        fields = Fields({name: [{"url": fields.body[name]}]}, fields.within)
    asked = fields.each(name)
    if len(asked) > MOST_INPUTS:
        raise invalid(f"{fields.within}{name} must be a list of at most {MOST_INPUTS}.")
    inputs = [_first(one) for one in asked[:1]] + [_other(one) for one in asked[1:]]
    refuse_equal_names([one["name"] for one in inputs[1:]])
    return inputs


def _first(one: Fields) -> Document:
    if one.has("generated_subtitles"):
        raise invalid(f"{one.within}generated_subtitles: {NO_GENERATED}")
    _refuse_overlay(one)
    return present({**one.body, "url": one.text("url", LONGEST_URL)})


def _other(one: Fields) -> Document:
    _refuse_overlay(one)
    return read_text_track(one)


def _refuse_overlay(one: Fields) -> None:
    if one.has("overlay_settings"):
        raise invalid(f"{one.within}overlay_settings: {NO_OVERLAYS}")


def read_text_track(fields: Fields) -> Document:
    """The settings of a text track. Raises MuxError 400, also for a track of sound."""
    kind = fields.choice("type", TRACK_TYPES)
    if kind == "audio":
        raise invalid(f"{fields.within}type audio: {NO_AUDIO_TRACKS}")
    if kind is None:
        raise invalid(f"{fields.within}type is required.")
    url = fields.text("url", LONGEST_URL) or ""
    if not url.lower().startswith(("http://", "https://")):
        raise invalid(f"{fields.within}url must start with http:// or https://.")
    if fields.choice("text_type", ("subtitles",)) is None:
        raise invalid(f"{fields.within}text_type must be subtitles.")
    language = fields.text("language_code", LONGEST_LANGUAGE)
    if not language:
        raise invalid(f"{fields.within}language_code is required.")
    return present(
        {
            "url": url,
            "type": kind,
            "text_type": "subtitles",
            "language_code": language,
            "name": fields.text("name", LONGEST_NAME) or language,
            "closed_captions": fields.truth("closed_captions"),
            "passthrough": fields.text("passthrough", 255),
        }
    )


def refuse_equal_names(names: list[str]) -> None:
    """Players tell text tracks apart by their names. Raises MuxError 400."""
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"There is a text track called {name} already.")
