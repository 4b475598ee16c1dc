"""Storyboards: small pictures of the whole video in one image, for previews over a timeline.

https://www.mux.com/docs/guides/create-timeline-hover-previews
"""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from .asset_media import AssetMedia
from .encoders import Encoders
from .images import STILL_FORMATS
from .media_info import MediaInfo, VideoTrack
from .tile_request import TileRequest

LONG = 15 * 60  # seconds, from which on there are more tiles
TILES, TILES_OF_LONG = 50, 100
COLUMNS = 10
LONGEST_SIDE = 256  # pixels of a tile
EXACT_FRAMES = 1200  # up to so many the whole video is decoded, for pictures between keyframes
TIME_LIMIT = 120.0  # seconds
# PyAV's pictures are as stored; these turn them as they are displayed.
UPRIGHT = {90: "transpose=cclock,", 180: "hflip,vflip,", 270: "transpose=clock,"}


@dataclass(frozen=True, slots=True)
class Storyboard:
    """How the tiles of an asset lie; sizes in pixels, times in seconds."""

    duration: float
    tiles: int
    tile_width: int
    tile_height: int

    @classmethod
    def of(cls, info: MediaInfo) -> "Storyboard":
        """Raises LookupError where there is no picture."""
        video = info.video
        if not video:
            raise LookupError("storyboard")
        scale = Fraction(LONGEST_SIDE, max(video.width, video.height))
        return cls(
            duration=info.duration,
            tiles=TILES_OF_LONG if info.duration >= LONG else TILES,
            tile_width=max(2, round(video.width * scale)),
            tile_height=max(2, round(video.height * scale)),
        )

    def start(self, tile: int) -> float:
        """When the tile's part of the video begins."""
        return self.duration * tile / self.tiles

    def place(self, tile: int) -> tuple[int, int]:
        """Where the tile lies in the image, in pixels from the left and from the top."""
        return tile % COLUMNS * self.tile_width, tile // COLUMNS * self.tile_height

    def as_json(self, url: str) -> dict[str, object]:
        places = [(self.start(tile), *self.place(tile)) for tile in range(self.tiles)]
        return {
            "url": url,
            "tile_width": self.tile_width,
            "tile_height": self.tile_height,
            "duration": self.duration,
            "tiles": [{"start": round(start, 3), "x": x, "y": y} for start, x, y in places],
        }

    def as_webvtt(self, url: str) -> str:
        cues = ["WEBVTT", ""]
        for tile in range(self.tiles):
            x, y = self.place(tile)
            cues += [
                f"{_clock(self.start(tile))} --> {_clock(self.start(tile + 1))}",
                f"{url}#xywh={x},{y},{self.tile_width},{self.tile_height}",
                "",
            ]
        return "\n".join(cues)


async def draw(media: AssetMedia, extension: str, path: Path, encoders: Encoders) -> None:
    """Write the image of all tiles to `path`. Raises what Encoders.run raises."""
    video, board = media.info.video, Storyboard.of(media.info)
    if not video:
        raise LookupError("storyboard")
    request = _request(media, video, board)
    pictures = path.with_name(f"{path.name}.tiles")
    try:
        await encoders.run_module(
            "localmux.media.tiles",
            *(str(media.source.path), str(pictures), json.dumps(asdict(request))),
            time_limit=TIME_LIMIT,
        )
        raw = ["-f", "rawvideo", "-pixel_format", "rgb24", "-framerate", "1"]
        size = ["-video_size", f"{request.width}x{request.height}", "-i", str(pictures)]
        layout = f"{UPRIGHT.get(video.rotation, '')}tile={COLUMNS}x{board.tiles // COLUMNS}"
        output = ["-vf", layout, "-frames:v", "1", *STILL_FORMATS[extension], "-y", str(path)]
        await encoders.run([*raw, *size, *output])
    finally:
        pictures.unlink(missing_ok=True)


def _request(media: AssetMedia, video: VideoTrack, board: Storyboard) -> TileRequest:
    stored = (board.tile_width, board.tile_height)
    if video.rotation % 180:
        stored = stored[::-1]
    return TileRequest(
        stream=video.index,
        moments=[media.info.origin + board.start(tile) for tile in range(board.tiles)],
        width=stored[0],
        height=stored[1],
        exact=(media.info.origin + video.end) * video.frame_rate <= EXACT_FRAMES,
    )


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds / 1000:06.3f}"
