"""Mux's asset fields that follow from the media.

https://www.mux.com/docs/api-reference/video/assets
https://www.mux.com/docs/guides/minimize-processing-time (non-standard input)
"""

from fractions import Fraction

from .media_info import AudioTrack, MediaInfo, VideoTrack
from .timeline import STANDARD_BIT_RATE, STANDARD_SIDE

TIERS = (("720p", 1280 * 720), ("1080p", 1920 * 1080), ("1440p", 2560 * 1440))
STORED = {"720p": "HD", "1080p": "HD", "1440p": "FHD", "2160p": "UHD"}
LONGEST_GOP = 20  # seconds


def describe(
    info: MediaInfo, track_ids: tuple[str, str], size: tuple[int, int]
) -> dict[str, object]:
    """The fields of a ready asset; `size` is that of the highest rendition, (0, 0) for sound."""
    fields: dict[str, object] = {"duration": round(info.duration, 6)}
    tracks: list[dict[str, object]] = []
    if info.video:
        tracks.append(_video_track(info.video, track_ids[0], size))
        fields |= _picture_fields(info.video, size)
    else:
        fields |= {"resolution_tier": "audio-only", "max_stored_resolution": "Audio only"}
    if info.audio:
        tracks.append(_audio_track(info.audio, track_ids[1]))
    fields["tracks"] = tracks
    if reasons := _non_standard_reasons(info):
        fields["non_standard_input_reasons"] = reasons
    return fields


def tier_of(width: int, height: int) -> str:
    """What a picture of that size is billed as; nothing of a picture is audio-only."""
    if not width:
        return "audio-only"
    return next((name for name, pixels in TIERS if width * height <= pixels), "2160p")


def _picture_fields(video: VideoTrack, size: tuple[int, int]) -> dict[str, object]:
    shape = Fraction(video.width, video.height)
    tier = tier_of(*size)
    return {
        "aspect_ratio": f"{shape.numerator}:{shape.denominator}",
        "resolution_tier": tier,
        "max_stored_resolution": "SD" if min(size) < 720 else STORED[tier],
        "max_stored_frame_rate": round(float(video.frame_rate), 3),
    }


def _video_track(video: VideoTrack, track_id: str, size: tuple[int, int]) -> dict[str, object]:
    return {
        "id": track_id,
        "type": "video",
        "duration": round(video.end, 6),
        "max_width": size[0],
        "max_height": size[1],
        "max_frame_rate": round(float(video.frame_rate), 3),
    }


def _audio_track(audio: AudioTrack, track_id: str) -> dict[str, object]:
    return {
        "id": track_id,
        "type": "audio",
        "duration": round(audio.end, 6),
        "max_channels": audio.channels,
        "max_channel_layout": audio.layout,
        "primary": True,
        "name": "Default",
        "language_code": "und",
        "status": "ready",
    }


def _non_standard_reasons(info: MediaInfo) -> dict[str, str]:
    reasons = {}
    if info.audio and info.audio.codec != "aac":
        reasons["audio_codec"] = info.audio.codec
    video = info.video
    if not video:
        return reasons
    if video.codec != "h264":
        reasons["video_codec"] = video.codec
    if video.pixel_format not in {"yuv420p", "yuvj420p"}:
        reasons["unsupported_pixel_format"] = video.pixel_format
    if max(video.width, video.height) > STANDARD_SIDE:
        reasons["video_resolution"] = f"{video.width}x{video.height}"
    if video.bit_rate > STANDARD_BIT_RATE:
        reasons["video_bitrate"] = "high"
    if video.longest_gop > LONGEST_GOP:
        reasons["video_gop_size"] = "high"
    if not video.square_pixels:
        reasons["pixel_aspect_ratio"] = "non-square"
    return reasons
