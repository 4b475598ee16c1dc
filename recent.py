"""A set that can be kept for ever."""

from collections import OrderedDict

REMEMBERED = 10_000


class Recent:
    """A set that forgets its oldest members."""

    def __init__(self) -> None:
        self._members: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def add(self, member: str) -> None:
        """Remember one more."""
        self._members[member] = None
        if len(self._members) > REMEMBERED:
            self._members.popitem(last=False)
