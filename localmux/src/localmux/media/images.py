"""Thumbnails and animated previews: what may be asked for, and the ffmpeg commands for it.

https://www.mux.com/docs/guides/get-images-from-a-video
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from .ffmpeg import reading
from .media_info import Frames, Source, VideoTrack
from .segments import frames_filter, seek_point

LONGEST_SIDE = 4096  # pixels
FIT_MODES = ("preserve", "stretch", "crop", "smartcrop", "pad")
TURNS = {"90": "transpose=clock", "180": "hflip,vflip", "270": "transpose=cclock"}
STILL_FORMATS = {
    "jpg": ("-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe"),
    "png": ("-c:v", "png", "-f", "image2pipe"),
    "webp": ("-c:v", "libwebp", "-quality", "80", "-f", "webp"),
}

ANIMATION_SIDE = 640  # pixels at most
ANIMATION_LENGTH = 5.0  # seconds unless told
SHORTEST_ANIMATION, LONGEST_ANIMATION = 0.25, 10.0  # seconds
ANIMATION_FORMATS = {
    "gif": ("-f", "gif"),
    "webp": ("-c:v", "libwebp_anim", "-quality", "60", "-loop", "0", "-f", "webp"),
}
GIF_COLOURS = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer"

type Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One frame as an image."""

    extension: str
    frame: int
    width: int | None = None
    height: int | None = None
    fit_mode: str = "preserve"
    rotate: str = ""
    flip_h: bool = False
    flip_v: bool = False

    @classmethod
    def of(cls, extension: str, query: Query, frames: int, video: VideoTrack) -> "Thumbnail":
        """The thumbnail a query asks for. Raises ValueError, naming the parameter."""
        middle = frames / 2 / float(video.frame_rate)
        moment = number(query, "time", middle, 0.0, math.inf)
        return cls(
            extension=extension,
            frame=min(frames - 1, int(min(moment, 1e6) * video.frame_rate)),
            width=pixels(query, "width", LONGEST_SIDE),
            height=pixels(query, "height", LONGEST_SIDE),
            fit_mode=choice(query, "fit_mode", FIT_MODES) or "preserve",
            rotate=choice(query, "rotate", tuple(TURNS)),
            flip_h=choice(query, "flip_h", ("true", "false")) == "true",
            flip_v=choice(query, "flip_v", ("true", "false")) == "true",
        )

    def arguments(self, source: Source, video: VideoTrack) -> list[str]:
        filters = [
            *frames_filter(source.info, video, Frames(self.frame, 1)),
            f"scale={video.width}:{video.height}" if not video.square_pixels else "",
            "setsar=1",
            *fitting(self.width, self.height, self.fit_mode),
            TURNS.get(self.rotate, ""),
            "hflip" if self.flip_h else "",
            "vflip" if self.flip_v else "",
        ]
        return [
            *reading(source.path, start=seek_point(source.info, video, self.frame)),
            *("-map", f"0:{video.index}", "-vf", ",".join(filter(None, filters))),
            *("-frames:v", "1", *STILL_FORMATS[self.extension], "-y"),
        ]


@dataclass(frozen=True, slots=True)
class Animation:
    """A few seconds as a moving image."""

    extension: str
    start: float
    end: float
    width: int | None
    height: int | None
    fps: int

    @classmethod
    def of(cls, extension: str, query: Query, duration: float) -> "Animation":
        """The animation a query asks for. Raises ValueError, naming the parameter."""
        start = number(query, "start", 0.0, 0.0, math.inf)
        end = number(query, "end", start + ANIMATION_LENGTH, 0.0, math.inf)
        if not SHORTEST_ANIMATION <= end - start <= LONGEST_ANIMATION:
            raise ValueError("end must be 0.25 to 10 seconds after start")
        if start >= duration:
            raise ValueError(f"start must lie within the {duration:.2f} seconds of the video")
        width = pixels(query, "width", ANIMATION_SIDE)
        height = pixels(query, "height", ANIMATION_SIDE)
        return cls(
            extension=extension,
            start=round(start, 3),
            end=round(min(end, duration), 3),
            width=width or (None if height else 320),
            height=height,
            fps=int(number(query, "fps", 15, 1, 30)),
        )

    def arguments(self, source: Source, video: VideoTrack) -> list[str]:
        rate = video.frame_rate
        first = int(self.start * rate)
        count = max(1, round((self.end - self.start) * rate))
        size = fitting(self.width, self.height, "preserve", largest=ANIMATION_SIDE)
        filters = [
            *frames_filter(source.info, video, Frames(first, count)),
            f"fps={self.fps}",
            *size,
            "setsar=1",
        ]
        if self.extension == "gif":
            filters.append(GIF_COLOURS)
        return [
            *reading(source.path, start=seek_point(source.info, video, first)),
            *("-map", f"0:{video.index}", "-vf", ",".join(filters)),
            *(*ANIMATION_FORMATS[self.extension], "-y"),
        ]


def file_name(image: Thumbnail | Animation) -> str:
    """The same for the same picture, however its query was spelt."""
    digest = hashlib.sha256(repr(image).encode()).hexdigest()[:24]
    return f"{type(image).__name__.lower()}-{digest}.{image.extension}"


def fitting(
    width: int | None, height: int | None, mode: str, *, largest: int = LONGEST_SIDE
) -> list[str]:
    """Filters that bring a picture to the size asked for, and never over `largest` pixels."""
    if not width and not height:
        return []
    if not width or not height:
        box = f"{width or largest}:{height or largest}"
        return [f"scale={box}:force_original_aspect_ratio=decrease"]
    size = f"{width}:{height}"
    return {
        "preserve": [f"scale={size}:force_original_aspect_ratio=decrease"],
        "stretch": [f"scale={size}"],
        "pad": [
            f"scale={size}:force_original_aspect_ratio=decrease",
            f"pad={size}:(ow-iw)/2:(oh-ih)/2",
        ],
    }.get(mode, [f"scale={size}:force_original_aspect_ratio=increase", f"crop={size}"])


def number(query: Query, name: str, default: float, least: float, most: float) -> float:
    """Raises ValueError when the parameter is no number or out of bounds."""
    text = query.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number") from None
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}")
    return value


def pixels(query: Query, name: str, most: int) -> int | None:
    """Raises ValueError when the parameter is no whole number of pixels up to `most`."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise ValueError(f"{name} must be a whole number from 1 to {most}")
    return int(text)


def choice(query: Query, name: str, choices: tuple[str, ...]) -> str:
    """Empty when not given. Raises ValueError when it is none of the choices."""
    text = query.get(name, "")
    if text and text not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}")
    return text
