"""What every bench gives: measured values, each with the limit that it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. Without a unit it is a ratio of two things measured in one run."""

    title: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the measured value is on the right side of its limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        """Give figure, measured value, limit and verdict."""
        bound = f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.unit}"
        verdict = "ok" if self.kept else "MISSED"
        return f"{self.title:58} {self.measured:8.2f} {self.unit:3} {bound:9} {verdict}"


def worst(title: str, measured: dict[str, float], limit: float, unit: str) -> Figure:
    """Of several things that have the same limit, name the slowest one alone."""
    name = max(measured, key=lambda one: measured[one])
    return Figure(f"{title}, slowest of {len(measured)}: {name}", measured[name], limit, unit)
