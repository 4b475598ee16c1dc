"""A dict and a set that can be kept for ever."""

from collections import OrderedDict
from typing import override

REMEMBERED = 10_000


class RecentDict[Value](OrderedDict[str, Value]):
    """A dict that forgets its oldest members."""

    @override
    def __setitem__(self, key: str, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Recent:
    """A set that forgets its oldest members."""

    def __init__(self) -> None:
        self._members: RecentDict[None] = RecentDict()

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def add(self, member: str) -> None:
        """Remember one more."""
        self._members[member] = None
