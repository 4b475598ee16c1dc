"""Where an asset is cut into segments: to the frame, so that playlists promise what is there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from .media_info import Keyframe, MediaInfo, VideoTrack

SEGMENT = 4  # seconds
LONGEST_SEGMENT = 6  # seconds; Mux's media playlists say EXT-X-TARGETDURATION:6
SHORTEST_LAST = 1  # seconds; a shorter rest joins the segment before it
SHORTEST_PICTURE = 0.5  # seconds; Chromium's own HLS refuses a segment of a few frames
SAMPLE_RATE = 48_000  # of every audio rendition, whatever the source has
AAC_FRAME = 1024  # samples
SOUND_OVERHANG = 0.5  # seconds the sound may outlast the picture before its last frame is held

STANDARD_BIT_RATE = 8_000_000
STANDARD_SIDE = 2048  # pixels


@dataclass(frozen=True, slots=True)
class Track:
    """One kind of media as segments: `cuts` count frames, the last one is the end."""

    frame_rate: Fraction  # frames per second
    cuts: tuple[int, ...]

    @property
    def durations(self) -> list[Fraction]:
        """Of each segment, in seconds."""
        return [(end - start) / self.frame_rate for start, end in pairwise(self.cuts)]

    @property
    def duration(self) -> Fraction:
        return self.cuts[-1] / self.frame_rate

    def __len__(self) -> int:
        return len(self.cuts) - 1


def picture_frames(info: MediaInfo, video: VideoTrack) -> int:
    """How many frames the renditions have; the last one is held while the sound goes on."""
    held = info.duration - video.end > SOUND_OVERHANG
    duration = max(SHORTEST_PICTURE, info.duration if held else video.end)
    return round(duration * video.frame_rate)


def even_cuts(frames: int, frame_rate: Fraction) -> tuple[int, ...]:
    """Cuts for a source whose every rendition is encoded."""
    cuts = [*range(0, frames, max(1, round(SEGMENT * frame_rate))), frames]
    if len(cuts) > 2 and frames - cuts[-2] < SHORTEST_LAST * frame_rate:
        del cuts[-2]
    return tuple(cuts)


def keyframe_cuts(info: MediaInfo, *, short_side: int) -> tuple[int, ...] | None:
    """Cuts at which the source itself can be cut; None when it has to be encoded.

    Segments are copied out of what Mux calls standard input, as long as browsers show it as it
    is; all renditions are then cut at the same frames, so that a player can switch at any of them.
    https://www.mux.com/docs/guides/minimize-processing-time
    """
    video = info.video
    if not video or not video.keyframes or not _is_standard(video, short_side):
        return None
    if video.end < SHORTEST_PICTURE or info.duration - video.end > SOUND_OVERHANG:
        return None
    cuts = _cuts_at(video.keyframes, round(video.end * video.frame_rate), video.frame_rate)
    longest = max(end - start for start, end in pairwise(cuts)) / video.frame_rate
    return cuts if longest <= LONGEST_SEGMENT else None


def sound_track(info: MediaInfo, picture: Track | None) -> Track:
    """The audio rendition: whole AAC frames, cut next to where the picture is cut."""
    frame_rate = Fraction(SAMPLE_RATE, AAC_FRAME)
    duration = max(Fraction(info.duration), picture.duration if picture else Fraction(0))
    frames = max(1, math.ceil(duration * frame_rate))
    if not picture:
        return Track(frame_rate, even_cuts(frames, frame_rate))
    cuts = [math.ceil(cut / picture.frame_rate * frame_rate) for cut in picture.cuts[:-1]]
    return Track(frame_rate, (*[cut for cut in cuts if cut < frames], frames))


def _is_standard(video: VideoTrack, short_side: int) -> bool:
    return (
        video.codec == "h264"
        and video.codec_string != ""
        and video.pixel_format in {"yuv420p", "yuvj420p"}
        and video.bit_rate <= STANDARD_BIT_RATE
        and max(video.width, video.height) <= STANDARD_SIDE
        and min(video.width, video.height) <= short_side
        and not video.rotation
        and video.square_pixels
        and not video.interlaced
    )


def _cuts_at(keyframes: Sequence[Keyframe], frames: int, frame_rate: Fraction) -> tuple[int, ...]:
    """The keyframes nearest to where even segments would end."""
    target, limit = SEGMENT * frame_rate, LONGEST_SEGMENT * frame_rate
    ahead = [*(keyframe.frame for keyframe in keyframes[1:]), frames]
    cuts, position = [0], 0
    while cuts[-1] != frames:
        begin, nearest = cuts[-1], position
        while position < len(ahead) and ahead[position] - begin <= limit:
            if abs(ahead[position] - begin - target) <= abs(ahead[nearest] - begin - target):
                nearest = position
            position += 1
        cuts.append(ahead[nearest])
        position = nearest + 1
    return tuple(cuts)
