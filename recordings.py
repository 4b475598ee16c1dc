"""Which parts of a broadcast are kept, as the host's record switch was turned.

Mux records every broadcast from beginning to end and has no switch. So the app notes with the
recording when the switch was turned (`Passthrough.marks`), and carries that out once the broadcast
is over: nothing to keep, the recording is deleted; parts to keep, each becomes a clip, and then the
whole is deleted. All of it can be done again after a crash at any point, and nothing is done twice.
https://www.mux.com/docs/guides/stream-recordings-of-live-streams
https://www.mux.com/docs/guides/create-clips-from-your-videos
"""

import logging
import time

from mux_client import MuxClient
from mux_errors import MuxRefused
from passthrough import Passthrough
from records import Stream, Video
from store import Store
from sync import Sync

TENTHS = 10
# A shorter part is a slip of the finger, and too short for a clip.
SHORTEST_PART_SECONDS = 1.0

log = logging.getLogger(__name__)


def kept_parts(marks: tuple[int, ...], duration: float) -> list[tuple[float, float]]:
    """The parts during which the switch was on, in seconds; without marks it always was."""
    ends = [mark / TENTHS for mark in marks] + ([] if len(marks) % 2 else [duration])
    starts = [0.0] + [mark / TENTHS for mark in marks]
    parts = zip(starts[::2], ends[::2], strict=False)
    bounded = [(min(start, duration), min(end, duration)) for start, end in parts]
    return [(start, end) for start, end in bounded if end - start >= SHORTEST_PART_SECONDS]


class Recordings:
    """Turns the switch, and carries out what was marked."""

    def __init__(self, store: Store, mux: MuxClient, sync: Sync) -> None:
        self._store = store
        self._mux = mux
        self._sync = sync

    async def mark(self, stream: Stream, *, record: bool) -> None:
        """Note with the running recording that the switch was turned just now. Raises MuxError.

        Raises MuxRefused when it was turned more often than Mux has room to keep.
        """
        asset = await self._mux.get_asset(stream.asset_id or "")
        label = Passthrough.decode(asset.passthrough)
        if label is None or (len(label.marks) % 2 == 0) == record:
            return
        seconds = max(0.0, time.time() - asset.created_at)
        await self._keep(asset.id, label, (*label.marks, round(seconds * TENTHS)))

    async def settle(self) -> None:
        """Carry out what is marked, as far as it can be now. Raises MuxError."""
        await self._mark_new_broadcasts()
        over = [each for each in await self._store.videos() if each.unsettled and not each.live]
        if not [each for each in over if each.status == "ready"]:
            return
        # Parts that were made before a crash must be known before one is made again.
        assets, _ = await self._mux.list_assets(None)
        for asset in assets:
            await self._sync.take_asset(asset)
        for video in over:
            if video.status == "ready":
                await self._settle_or_keep(video)

    async def _mark_new_broadcasts(self) -> None:
        """A broadcast that begins while the switch is off is marked as off from its beginning."""
        for stream in await self._store.streams():
            video = await self._store.video(stream.asset_id or "")
            if video and video.live and not stream.record and not video.marks:
                asset = await self._mux.get_asset(video.asset_id)
                label = Passthrough.decode(asset.passthrough)
                if label and not label.marks:
                    await self._keep(asset.id, label, (0,))

    async def _keep(self, asset_id: str, label: Passthrough, marks: tuple[int, ...]) -> None:
        try:
            passthrough = label.marked(marks).encode()
        except ValueError:
            raise MuxRefused("the switch was turned too often in this broadcast") from None
        await self._sync.take_asset(await self._mux.mark_asset(asset_id, passthrough))

    async def _settle_or_keep(self, whole: Video) -> None:
        """Rather a recording too long than none: what Mux refuses to cut stays whole."""
        try:
            await self._settle(whole)
        except MuxRefused as error:
            log.warning("recording %s is kept whole: %s", whole.asset_id, error.message)
            label = Passthrough.decode((await self._mux.get_asset(whole.asset_id)).passthrough)
            if label:
                await self._keep(whole.asset_id, label, ())

    async def _settle(self, whole: Video) -> None:
        made = {
            each.marks: each
            for each in await self._store.videos()
            if each.source_asset_id == whole.asset_id
        }
        wanted = kept_parts(whole.marks, whole.duration or 0.0)
        clips = [made.get(_key(*part)) for part in wanted]
        for part, clip in zip(wanted, clips, strict=True):
            if clip is None:
                await self._make_clip(whole, part)
        if all(clip and clip.status == "ready" for clip in clips):
            log.info("recording %s is settled: %d parts kept", whole.asset_id, len(clips))
            await self._mux.delete_asset(whole.asset_id)
            await self._sync.forget("asset", whole.asset_id)

    async def _make_clip(self, whole: Video, part: tuple[float, float]) -> None:
        label = Passthrough(
            account_id=whole.uploader,
            account_name=whole.uploader_name,
            started_at=int(whole.upload_time.timestamp()),
            stream=whole.stream_id or "",
            marks=_key(*part),
        )
        start, end = part
        clip = await self._mux.create_clip(
            whole.asset_id, start, end, title=whole.title, passthrough=label.encode()
        )
        await self._sync.take_asset(clip)


def _key(start: float, end: float) -> tuple[int, int]:
    return round(start * TENTHS), round(end * TENTHS)
