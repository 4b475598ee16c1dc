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
from collections.abc import Sequence

import logs
from mux_client import MuxClient
from mux_errors import MuxRefused
from mux_resources import MuxAsset
from passthrough import Passthrough
from records import POLICIES, Stream, Video
from store import Store
from sync import Sync

TENTHS = 10
# A shorter part is a slip of the finger, and too short for a clip.
SHORTEST_PART_SECONDS = 1.0

log = logging.getLogger(__name__)


def kept_parts(marks: Sequence[float], duration: float) -> list[tuple[float, float]]:
    """The parts during which the switch was on, all in seconds; without marks it always was."""
    turned = [0.0, *marks] if len(marks) % 2 else [0.0, *marks, duration]
    bounded = [min(each, duration) for each in turned]
    parts = zip(bounded[::2], bounded[1::2], strict=True)
    return [(start, end) for start, end in parts if end - start >= SHORTEST_PART_SECONDS]


def media_seconds(mark: float, asset: MuxAsset) -> float:
    """Where in a recording the moment is that came `mark` seconds after its asset was created.

    Nothing is recorded while an encoder is away, so the clock on the wall runs ahead of the media.
    """
    if not asset.recording_times:
        return mark
    position = 0.0
    for each in asset.recording_times:
        into = asset.created_at + mark - each.started_at
        if into < each.duration:
            return position + max(0.0, into)
        position += each.duration
    return position


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
        async with self._sync.changing(stream.asset_id or ""):
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
        asked = time.monotonic()
        assets, _ = await self._mux.list_assets(None)
        for asset in assets:
            await self._sync.take_asset(asset, asked)
        for video in over:
            if video.status == "ready":
                await self._settle_or_keep(video)

    async def _mark_new_broadcasts(self) -> None:
        """A broadcast that begins while the switch is off is marked as off from its beginning."""
        for stream in await self._store.streams():
            video = await self._store.video(stream.asset_id or "")
            if video and video.live and not stream.record and not video.marks:
                async with self._sync.changing(video.asset_id):
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
            async with self._sync.changing(whole.asset_id):
                label = Passthrough.decode((await self._mux.get_asset(whole.asset_id)).passthrough)
                if label:
                    await self._keep(whole.asset_id, label, ())

    async def _settle(self, whole: Video) -> None:
        made = {
            each.marks: each
            for each in await self._store.videos()
            if each.source_asset_id == whole.asset_id
        }
        asset = await self._mux.get_asset(whole.asset_id)
        marks = [media_seconds(mark / TENTHS, asset) for mark in whole.marks]
        wanted = kept_parts(marks, asset.duration or 0.0)
        clips = [made.get(_key(*part)) for part in wanted]
        for part, clip in zip(wanted, clips, strict=True):
            if clip is None:
                await self._make_clip(whole, part)
        if all(clip and clip.status == "ready" for clip in clips):
            await self._mux.delete_asset(whole.asset_id)
            await self._sync.forget("asset", whole.asset_id)
            parts, stream = len(clips), whole.stream_id
            logs.event("recording settled", asset=whole.asset_id, stream=stream, parts=parts)

    async def _make_clip(self, whole: Video, part: tuple[float, float]) -> None:
        label = Passthrough(
            account_id=whole.uploader,
            account_name=whole.uploader_name,
            started_at=int(whole.upload_time.timestamp()),
            stream=whole.stream_id or "",
            marks=_key(*part),
            visibility=whole.visibility,
        )
        start, end = part
        clip = await self._mux.create_clip(
            whole.asset_id, start, end, title=whole.title, passthrough=label.encode(),
            policy=POLICIES[whole.visibility],
        )  # fmt: skip
        logs.event("clip made", asset=clip.id, clip_of=whole.asset_id, stream=whole.stream_id)
        await self._sync.take_asset(clip)


def _key(start: float, end: float) -> tuple[int, int]:
    return round(start * TENTHS), round(end * TENTHS)
