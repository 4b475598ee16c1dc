"""What a receiver needs first that comes late to a broadcast: metadata and the codecs' headers."""

from localmux.live.flv import AUDIO, SCRIPT, VIDEO, Tag
from localmux.live.tag_content import is_header, is_keyframe


class Beginning:
    """The latest metadata and headers of a broadcast."""

    def __init__(self) -> None:
        self._latest: dict[int, Tag] = {}

    def keep(self, tag: Tag) -> bool:
        """Take note of a tag; whether it is one of those to begin with."""
        if tag.kind != SCRIPT and not is_header(tag):
            return False
        self._latest[tag.kind] = tag
        return True

    def tags(self) -> list[Tag]:
        """Metadata, picture, sound, in the order encoders send them."""
        kinds = (SCRIPT, VIDEO, AUDIO)
        return [self._latest[kind] for kind in kinds if kind in self._latest]

    def may_follow(self, tag: Tag) -> bool:
        """Whether a receiver can begin with this tag: a keyframe, or any sound without picture."""
        return is_keyframe(tag) and (tag.kind == VIDEO or VIDEO not in self._latest)
