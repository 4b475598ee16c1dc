"""The ffmpeg commands that make one segment, exact to the frame at both ends.

Every segment carries the time stamps it has in the whole, so segments that were made at different
times, in any order, join without a gap.
"""

from fractions import Fraction

from .ffmpeg import reading
from .ladder import AUDIO_BIT_RATE, Rendition
from .media_info import AudioTrack, Frames, MediaInfo, Source, VideoTrack
from .timeline import AAC_FRAME, SAMPLE_RATE

TIMESTAMP_OFFSET = 10  # seconds; room for the decoding time stamps before the first picture
MPEG_TS = ("-muxdelay", "0", "-muxpreload", "0", "-mpegts_copyts", "1", "-f", "mpegts", "-y")

# An AAC frame overlaps its neighbours. Frames encoded before the segment settle the encoder as if
# it had run from the beginning; they and those after it are dropped again.
LEAD_IN = 8
LEAD_OUT = 2
PRIMING = 1  # frame that the encoder puts before everything
HELD_FROM = 1  # second before the end of the picture, within which there is a last frame
SEEK_BACK = 0.05  # seconds; a source's audio frame that began before the lead-in


def frames_filter(info: MediaInfo, video: VideoTrack, frames: Frames) -> list[str]:
    """Filters that yield exactly these frames, at the asset's rate.

    A gap repeats the frame before it, the time before the first frame shows it already, the time
    after the last still shows it.
    """
    rate = video.frame_rate
    # `fps` forgets what lies before its start, so it must not start after the last frame.
    start = min(frames.first / rate, max(0, Fraction(video.end) - HELD_FROM))
    return [
        *(["bwdif=mode=send_frame:deint=interlaced"] if video.interlaced else []),
        f"setpts=PTS-{info.origin:.6f}/TB",
        f"fps={rate}:start_time={float(start):.9f}",
        "tpad=stop_mode=clone:stop=-1",
        f"trim=start_pts={frames.first}:end_pts={frames.first + frames.count}",
    ]


def seek_point(info: MediaInfo, video: VideoTrack, frame: int) -> float:
    """Where to seek for `frame`: a little after it, as time stamps may be rounded down.

    A source without an index is read from its beginning, and so is one whose first frame is near.
    """
    moment = info.origin + min((frame + 0.25) / float(video.frame_rate), video.end)
    return moment if info.seekable and (frame or info.origin > HELD_FROM) else 0.0


def encoded(source: Source, video: VideoTrack, rendition: Rendition, frames: Frames) -> list[str]:
    """One video segment, decoded and encoded."""
    size = f"scale={rendition.width}:{rendition.height}:flags=fast_bilinear"
    filters = [*frames_filter(source.info, video, frames), size, "setsar=1", "format=yuv420p"]
    limit = str(rendition.target)
    return [
        *reading(source.path, start=seek_point(source.info, video, frames.first)),
        *("-map", f"0:{video.index}", "-vf", ",".join(filters)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-level", rendition.level),
        *("-crf", "23", "-maxrate", limit, "-bufsize", limit, "-g", "600"),
        *("-output_ts_offset", str(TIMESTAMP_OFFSET), *MPEG_TS),
    ]


def copied(source: Source, video: VideoTrack, frames: Frames) -> list[str]:
    """One video segment taken out of the source as it is; the first frame is a keyframe."""
    rate = video.frame_rate
    start = source.info.origin + float((frames.first - Fraction(1, 2)) / rate)
    end = start + float(frames.count / rate)
    outside = f"lt(pts*tb\\,{start:.6f})+gte(pts*tb\\,{end:.6f})"
    return [
        *(
            "-t",
            f"{float(frames.count / rate) + 2:.6f}",
        ),  # else it would read on to the end of the file
        *reading(source.path, start=seek_point(source.info, video, frames.first)),
        *("-map", f"0:{video.index}", "-c", "copy", "-bsf:v", f"noise=drop={outside}"),
        *("-output_ts_offset", f"{TIMESTAMP_OFFSET - source.info.origin:.6f}", *MPEG_TS),
    ]


def sound(source: Source, audio: AudioTrack, frames: Frames) -> list[str]:
    """One audio segment, stereo; silence where the source has no sound."""
    lead_in = min(frames.first, LEAD_IN)
    begin = (frames.first - lead_in) * AAC_FRAME
    end = (frames.first + frames.count + LEAD_OUT) * AAC_FRAME
    start = begin / SAMPLE_RATE
    if start < audio.end:
        inputs = reading(source.path, start=max(0.0, source.info.origin + start - SEEK_BACK))
        chosen, shift = f"0:{audio.index}", source.info.origin
    else:
        inputs = ["-f", "lavfi", "-i", f"anullsrc=r={SAMPLE_RATE}:cl=stereo"]
        chosen, shift = "0:a", -start
    filters = [
        f"asetpts=PTS-({shift:.6f})/TB",
        f"aresample={SAMPLE_RATE}",
        f"aresample={SAMPLE_RATE}:async=1:first_pts={begin}",  # counts samples of its input
        "aformat=channel_layouts=stereo",
        "apad",
        f"atrim=start_pts={begin}:end_pts={end}",
    ]
    kept = lead_in + PRIMING
    outside = f"lt(n\\,{kept})+gte(n\\,{kept + frames.count})"
    return [
        *(*inputs, "-map", chosen, "-af", ",".join(filters)),
        *("-c:a", "aac", "-b:a", str(AUDIO_BIT_RATE), "-bsf:a", f"noise=drop={outside}"),
        *("-output_ts_offset", str(TIMESTAMP_OFFSET), *MPEG_TS),
    ]


def indexing(source: Source) -> list[str]:
    """The same media in a container whose index leads to any moment: nothing is encoded."""
    tracks = [track for track in (source.info.video, source.info.audio) if track]
    chosen = [option for track in tracks for option in ("-map", f"0:{track.index}")]
    return [*reading(source.path), *chosen, "-c", "copy", "-f", "matroska", "-y"]
