"""The one error for bytes that are not what their protocol says."""


class Malformed(ValueError):
    """The text names the rule that was broken and never quotes the bytes: they may hold a key."""
