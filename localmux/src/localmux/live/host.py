"""Answers requests for live streams and for the recordings they leave."""

from collections import OrderedDict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from localmux.deliveries import Deliveries
from localmux.live.images import RecordingImages, info_of
from localmux.live.playlists import WINDOW, Playlists
from localmux.live.recording import RUNNING, has_recording
from localmux.live.timeline import Timeline
from localmux.media.encoders import Encoders
from localmux.media.image_shelf import ImageShelf
from localmux.media.storyboard import Storyboard
from localmux.media_file import MediaFile
from localmux.playable import (
    MEDIA_CACHING,
    SEGMENT_TYPE,
    STORYBOARD_TEXTS,
    Playable,
    image,
    playlist,
    segment_number,
    storyboard,
)
from localmux.playlists import Selection, with_subtitles

KEPT = 32  # finished recordings whose playlists stay in memory
LEFT_BEHIND = 60.0  # seconds that a viewer of a live stream may be behind the window
IN_MEMORY = 4 << 20  # bytes; a segment up to this size is sent in one piece


class RecordingHost:
    """A live stream's playback ID gets the last half minute, an asset's all from the beginning.

    Raises LookupError or FileNotFoundError for what is not there, ValueError for what is spelt
    wrong.
    https://www.mux.com/docs/guides/stream-recordings-of-live-streams
    """

    def __init__(
        self, encoders: Encoders, images: ImageShelf, deliveries: Deliveries | None = None
    ) -> None:
        self._images = RecordingImages(images, encoders)
        self._deliveries = deliveries
        self._finished: OrderedDict[Path, Playlists] = OrderedDict()

    def serves(self, playable: Playable) -> bool:
        return playable.folder in RUNNING or has_recording(playable.folder)

    def _playlists(self, playable: Playable) -> Playlists:
        folder = playable.folder
        if running := RUNNING.get(folder):
            return running.playlists
        playlists = self._finished.pop(folder, None)
        if playlists is None or not has_recording(folder):
            playlists = Playlists(Timeline.load(folder))
        if playlists.timeline.finished:
            self._finished[folder] = playlists
        while len(self._finished) > KEPT:
            self._finished.popitem(last=False)
        return playlists

    async def master(self, request: Request, playable: Playable) -> Response:
        playlists, selection = self._playlists(playable), Selection.of(playable.query(request))
        base = f"{request.path_params['playback_id']}/"
        text = playlists.master(base, selection)
        text = with_subtitles(text, base, playable.texts, selection.language)
        return playlist(text, playable, grows=not playlists.timeline.finished)

    async def rendition(self, request: Request, playable: Playable) -> Response:
        playlists = self._playlists(playable)
        text = playlists.media(request.path_params["name"], window=playable.live)
        return playlist(text, playable, grows=playable.live or not playlists.timeline.finished)

    async def segment(self, request: Request, playable: Playable) -> Response:
        playlists, number = self._playlists(playable), segment_number(request)
        if playable.live and number < playlists.window_begin(WINDOW + LEFT_BEHIND):
            raise LookupError("the window has passed this segment")
        path = playlists.timeline.path(request.path_params["name"], number)
        self._count(playable, playlists.timeline, number)
        fresh = number >= playlists.window_begin()
        if fresh and "range" not in request.headers and path.stat().st_size <= IN_MEMORY:
            # Everybody asks for it at the same moment, and it is still in the page cache: sent so,
            # it costs a tenth of what a file response takes.
            return Response(path.read_bytes(), media_type=SEGMENT_TYPE, headers=MEDIA_CACHING)
        return MediaFile(path, media_type=SEGMENT_TYPE, headers=MEDIA_CACHING)

    def _count(self, playable: Playable, timeline: Timeline, number: int) -> None:
        segment = timeline.segment(number)
        top = next(iter(segment.part.renditions), None)
        size = (top.width, top.height) if top else (0, 0)
        if self._deliveries:
            self._deliveries.count(playable.folder.name, segment.duration, *size)

    async def thumbnail(self, request: Request, playable: Playable) -> Response:
        timeline, extension = self._playlists(playable).timeline, request.path_params["extension"]
        path = await self._images.thumbnail(timeline, extension, playable.query(request))
        return image(path, grows=not timeline.finished)

    async def animated(self, request: Request, playable: Playable) -> Response:
        timeline, extension = self._playlists(playable).timeline, request.path_params["extension"]
        path = await self._images.animation(timeline, extension, playable.query(request))
        return image(path, grows=not timeline.finished)

    async def storyboard(self, request: Request, playable: Playable) -> Response:
        """The tiles as an image, or where they lie as WebVTT or JSON."""
        timeline, extension = self._playlists(playable).timeline, request.path_params["extension"]
        if extension in STORYBOARD_TEXTS:
            board = Storyboard.of(info_of(timeline))
            return storyboard(request, playable, board, grows=not timeline.finished)
        path = await self._images.storyboard(timeline, extension)
        return image(path, grows=not timeline.finished)
