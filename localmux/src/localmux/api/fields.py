"""Reads a request body field by field; every complaint names the field."""

from collections.abc import Collection

from localmux.answers import Document, MuxError, invalid


class Fields:
    """The fields of one JSON object. Unknown ones are ignored, null counts as left out.

    Every method raises MuxError 400 for a value of another type or out of range.
    """

    def __init__(self, body: Document, within: str = "") -> None:
        self.body = body
        self.within = within

    def _wrong(self, name: str, wanted: str) -> MuxError:
        return invalid(f"{self.within}{name} must be {wanted}.")

    def has(self, name: str) -> bool:
        return self.body.get(name) is not None

    def text(self, name: str, longest: int) -> str | None:
        """A string of at most `longest` code points."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > longest:
            raise self._wrong(name, f"a string of at most {longest} characters")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        value = self.body.get(name)
        if value is not None and (not isinstance(value, str) or value not in allowed):
            raise self._wrong(name, f"one of {', '.join(allowed)}")
        return value

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number; 60.0 counts as one, true does not."""
        value = self.body.get(name)
        if value is None:
            return None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not least <= value <= most or value != int(value):
            raise self._wrong(name, f"a whole number from {least} to {most}")
        return int(value)

    def number(self, name: str, least: float, most: float) -> float | None:
        value = self.body.get(name)
        if value is None:
            return None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            raise self._wrong(name, f"a number from {least:g} to {most:g}")
        return value

    def truth(self, name: str) -> bool | None:
        value = self.body.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def listed(self, name: str, most: int = 100) -> list[object] | None:
        """A list; anything else that is not null counts as a list of one, as Mux accepts it."""
        value = self.body.get(name)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        if len(items) > most:
            raise self._wrong(name, f"a list of at most {most}")
        return items

    def inner(self, name: str) -> "Fields | None":
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return Fields(value, f"{self.within}{name}.")

    def each(self, name: str) -> list["Fields"]:
        """A list of objects."""
        items = self.listed(name) or []
        inner = []
        for place, item in enumerate(items):
            if not isinstance(item, dict):
                raise self._wrong(name, "a list of objects")
            inner.append(Fields(item, f"{self.within}{name}[{place}]."))
        return inner
