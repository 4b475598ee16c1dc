"""Whether ffmpeg keeps up with what is published."""

import time
from collections import deque

OVER = 5.0  # seconds that a judgement looks back
LATE = 4.0  # seconds behind; a segment that is being made is one of them
ENOUGH = 0.97  # seconds made per second, below which the delay grows
STANDSTILL = 15.0  # seconds without a segment although there is media for several


class Load:
    """How one take is getting on: looked at about once a second."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, float]] = deque()  # when, seconds made by then
        self._changed = time.monotonic()
        self._late = 0.0

    def look(self, published: float, made: float) -> None:
        """`published` and `made` are seconds since the take began."""
        now = time.monotonic()
        if not self._looks or made > self._looks[-1][1]:
            self._changed = now
        self._late = published - made
        self._looks.append((now, made))
        while now - self._looks[0][0] > OVER + 1:
            self._looks.popleft()

    @property
    def speed(self) -> float:
        """Seconds of media made per second."""
        (began, before), (now, made) = self._looks[0], self._looks[-1]
        return (made - before) / max(0.001, now - began)

    @property
    def too_heavy(self) -> bool:
        """Whether it falls further and further behind; who publishes faster than life may wait."""
        long_enough = self._looks[-1][0] - self._looks[0][0] >= OVER
        return self._late > LATE and long_enough and self.speed < ENOUGH

    @property
    def stands_still(self) -> bool:
        return self._late > LATE and self._looks[-1][0] - self._changed > STANDSTILL

    @property
    def reason(self) -> str:
        return (
            f"This machine encoded {self.speed:.2f} seconds of video per second "
            f"and was {self._late:.0f} seconds behind."
        )
