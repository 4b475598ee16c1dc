"""What the server asks of the process that takes a storyboard's pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TileRequest:
    """Which pictures; sizes in pixels, as stored rather than as displayed."""

    stream: int
    moments: list[float]  # ascending, in seconds since the file's first time stamp
    width: int
    height: int
    exact: bool  # else the keyframe before each moment is good enough
