"""How near an operation is to Mux: each module of the API says it beside its routes."""

from dataclasses import dataclass

DEGREES = ("faithful", "approximate", "accepted and ignored", "not there")


@dataclass(frozen=True, slots=True)
class Label:
    """One of DEGREES, and in a few words what differs from Mux."""

    degree: str
    differs: str = ""


def faithful(note: str = "") -> Label:
    """As Mux does it, as far as Mux documents it."""
    return Label("faithful", note)


def approximate(differs: str) -> Label:
    """The same shape, simpler inside."""
    return Label("approximate", differs)


def ignored(differs: str) -> Label:
    """Checked, and shown where Mux shows it, without effect."""
    return Label("accepted and ignored", differs)


def absent(differs: str) -> Label:
    """Answers as Mux does for a path that it does not know, or a plan that lacks it."""
    return Label("not there", differs)
