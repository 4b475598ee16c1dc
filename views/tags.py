"""Air's tags made safe, and our custom elements as tags.

Air escapes what stands between tags, but not what stands in attributes (0.48.1), so a video titled
`" onfocus="…` would run as code wherever its title is an attribute. Importing this module mends
that for every tag; it steps aside by itself once Air does it.
"""

import html

import air
from air.tags.models.base import BaseTag
from air.tags.utils import migrate_attribute_name_to_html

HOSTILE = "\"'<>&"


def air_escapes_attributes() -> bool:
    """Whether an attribute comes out of Air as the text that went in."""
    return f'title="{html.escape(HOSTILE)}"' in str(air.P(title=HOSTILE))


def _format_attribute(self: BaseTag, name: str) -> str:
    value = self._attrs[name]
    html_name = migrate_attribute_name_to_html(name)
    return html_name if value is True else f'{html_name}="{html.escape(str(value))}"'


if not air_escapes_attributes():
    BaseTag._format_attr = _format_attribute  # noqa: SLF001 - see above
    if not air_escapes_attributes():
        raise RuntimeError("This version of Air cannot be made to escape attributes.")


class CustomElement(BaseTag):
    """A tag of our own. Air leaves an attribute out when it is False; None would be written."""

    element: str

    @property
    def name(self) -> str:
        """The element's name; Air would take it from the class."""
        return self.element


class HlsPlayer(CustomElement):
    """Plays HLS in every browser; see `static/hls-player.js`."""

    element = "hls-player"


class UploadForm(CustomElement):
    """Sends a file straight to Mux; see `static/upload-form.js`."""

    element = "upload-form"


class LocalTime(CustomElement):
    """A moment in the visitor's own time zone, or how long until it; see `static/local-time.js`."""

    element = "local-time"


class StartTime(CustomElement):
    """Sends a date field's time zone along; see `static/start-time.js`."""

    element = "start-time"


class CopyButton(CustomElement):
    """Copies the text of another element; see `static/copy-button.js`."""

    element = "copy-button"


class LiveUpdates(CustomElement):
    """Swaps in what the server pushes; see `static/live-updates.js`."""

    element = "live-updates"
