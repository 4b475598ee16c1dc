"""The ffmpeg commands that make one MP4 of a whole asset: nothing is encoded that can be copied.

https://www.mux.com/docs/guides/enable-static-mp4-renditions
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .asset_media import AssetMedia
from .ffmpeg import reading
from .ladder import AUDIO_BIT_RATE, Rendition, encoded_rendition
from .media_info import Frames, Source
from .segments import frames_filter, seek_point
from .timeline import SAMPLE_RATE, picture_frames

MP4 = ("-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", "-y")
KEYFRAMES = 2  # seconds between two, so that a player can seek in the file


@dataclass(frozen=True, slots=True)
class Film:
    """A whole asset as one file to take pictures and sound from."""

    source: Source
    renditions: Sequence[Rendition]  # of the picture, highest first; none for sound alone
    is_original: bool  # whether the source is the asset as it came: not cut, all of one kind
    picture_copied: bool  # whether the highest rendition is the source's own picture
    sound_copied: bool  # whether an MP4 may have the source's own sound

    @classmethod
    def of_media(cls, media: AssetMedia) -> "Film":
        """An asset made from a file; a clip of one is cut to the frame, so it is encoded."""
        top = media.renditions[0] if media.renditions else None
        audio = media.info.audio
        return cls(
            source=media.source,
            renditions=media.renditions,
            is_original=not media.is_clip,
            picture_copied=bool(top and top.copied),
            sound_copied=bool(not media.is_clip and audio and audio.codec == "aac"),
        )

    @property
    def top_side(self) -> int:
        """The short side of the highest rendition in pixels; 0 for sound alone."""
        return self.renditions[0].short_side if self.renditions else 0

    def rendition(self, short_side: int) -> Rendition | None:
        """The picture at that size. None for sound alone."""
        video = self.source.info.video
        if not video or not self.renditions:
            return None
        if short_side == self.top_side:
            return self.renditions[0]
        return encoded_rendition(video, short_side, video.frame_rate)

    def video_file(self, rendition: Rendition) -> list[str]:
        """Picture and sound."""
        video = self.source.info.video
        start = seek_point(self.source.info, video, 0) if video else 0.0
        sound = self._sound() if self.source.info.audio else []
        return [*reading(self.source.path, start=start), *self._picture(rendition), *sound, *MP4]

    def sound_file(self) -> list[str]:
        """The sound alone."""
        info = self.source.info
        start = info.origin if info.seekable else 0.0
        return [*reading(self.source.path, start=start), *self._sound(), "-vn", *MP4]

    def remuxed(self) -> list[str]:
        """The streams as they came, whatever they are; ffmpeg fails for what no MP4 can hold."""
        tracks = [track for track in (self.source.info.video, self.source.info.audio) if track]
        chosen = [option for track in tracks for option in ("-map", f"0:{track.index}")]
        return [*reading(self.source.path), *chosen, "-c", "copy", *MP4]

    def _picture(self, rendition: Rendition) -> list[str]:
        info, video = self.source.info, self.source.info.video
        if not video:
            return []
        if self.picture_copied and rendition is self.renditions[0]:
            return ["-map", f"0:{video.index}", "-c:v", "copy"]
        frames = Frames(0, picture_frames(info, video))
        size = f"scale={rendition.width}:{rendition.height}:flags=fast_bilinear"
        filters = [*frames_filter(info, video, frames), size, "setsar=1", "format=yuv420p"]
        limit = str(rendition.target)
        return [
            *("-map", f"0:{video.index}", "-vf", ",".join(filters)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-level", rendition.level),
            *("-crf", "23", "-maxrate", limit, "-bufsize", limit),
            *("-g", str(max(1, round(KEYFRAMES * video.frame_rate)))),
        ]

    def _sound(self) -> list[str]:
        info, audio = self.source.info, self.source.info.audio
        if not audio:
            return []
        if self.sound_copied:
            return ["-map", f"0:{audio.index}", "-c:a", "copy"]
        filters = [
            f"asetpts=PTS-({info.origin:.6f})/TB",
            f"aresample={SAMPLE_RATE}",
            f"aresample={SAMPLE_RATE}:async=1:first_pts=0",
            "aformat=channel_layouts=stereo",
            f"atrim=end_pts={round(info.duration * SAMPLE_RATE)}",
        ]
        encoding = ["-c:a", "aac", "-b:a", str(AUDIO_BIT_RATE)]
        return ["-map", f"0:{audio.index}", "-af", ",".join(filters), *encoding]
