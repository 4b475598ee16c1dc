"""The record switch: which parts of a broadcast stay, and that this survives everything."""

import pytest

from recordings import kept_parts


@pytest.mark.parametrize(
    ("marks", "parts"),
    [
        ((), [(0.0, 60.0)]),
        ((0,), []),
        ((200,), [(0.0, 20.0)]),
        ((0, 200), [(20.0, 60.0)]),
        ((100, 300), [(0.0, 10.0), (30.0, 60.0)]),
        ((0, 100, 200), [(10.0, 20.0)]),
        ((0, 0), [(0.0, 60.0)]),
        ((700,), [(0.0, 60.0)]),
        ((5,), []),
        ((300, 305), [(0.0, 30.0), (30.5, 60.0)]),
    ],
)
def test_the_parts_that_stay_are_those_with_the_switch_on(
    marks: tuple[int, ...], parts: list[tuple[float, float]]
) -> None:
    assert kept_parts(marks, 60.0) == parts
