"""What a recording tells: Mux's asset fields, and facts about what comes in."""

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from localmux.live.timeline import Timeline
from localmux.media.describe import describe as describe_media

if TYPE_CHECKING:
    from localmux.live.recording import Recording


def describe(timeline: Timeline) -> dict[str, object]:
    """The fields of the asset; empty while nothing is recorded."""
    part = timeline.main_part
    if not part:
        return {}
    top = part.renditions[0] if part.renditions else None
    size = (top.width, top.height) if top else (0, 0)
    info = part.published.media_info(timeline.duration)
    return describe_media(info, timeline.track_ids, size) | {"recording_times": _times(timeline)}


def _times(timeline: Timeline) -> list[dict[str, object]]:
    """When each connection was recorded, and how long."""
    times: list[dict[str, object]] = []
    for _, grouped in groupby(timeline.played_parts, key=lambda part: part.run):
        parts = list(grouped)
        began = datetime.fromtimestamp(parts[0].started_at, UTC)
        duration = sum(part.end - part.begin for part in parts)
        times.append(
            {
                "started_at": began.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "duration": round(duration, 6),
                "type": "content",
            }
        )
    return times


def facts(recording: "Recording") -> dict[str, object]:
    """What the encoder sends and what is made of it; bit rates in bits per second."""
    run, timeline = recording.run, recording.timeline
    told: dict[str, object] = {"duration": round(timeline.duration, 3)}
    part = timeline.parts[-1] if timeline.parts else None
    if part:
        picture, sound = part.published.picture, part.published.sound
        if picture:
            told |= {"video_codec": picture.codec, "width": picture.width}
            told |= {"height": picture.height, "frame_rate": round(float(picture.frame_rate), 3)}
        if sound:
            told |= {"audio_codec": sound.codec, "sample_rate": sound.sample_rate}
            told |= {"channels": sound.channels}
        told["renditions"] = [each.name for each in part.renditions]
    if run:
        told |= {"bit_rate": run.measures.bit_rate, "dropped": run.dropped}
        told["keyframe_distance"] = run.measures.keyframe_distance
        told["measured_frame_rate"] = run.measures.frame_rate
        told["frame_rate_varies"] = run.measures.frame_rate_varies
        told["has_b_frames"] = run.measures.has_b_frames
        told["failed"] = run.failed
    told["stepped_down"] = recording.stepped_down
    return {name: value for name, value in told.items() if value is not None}
