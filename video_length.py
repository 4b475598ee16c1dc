"""What Mux finds to be longer than an upload may be is not kept.

The size of a file is bounded before it is sent, and by what its sender says: the bytes go straight
to Mux, and its API never tells how many they were. The length is what it does tell:
https://www.mux.com/docs/api-reference/video/assets/get-asset.
"""

from dataclasses import replace

import logs
from mux_client import MuxClient
from mux_states import is_too_long
from store import Store
from sync import Sync


class VideoLength:
    """Deletes at Mux what is too long, and leaves the uploader a message with the upload."""

    def __init__(self, store: Store, mux: MuxClient, sync: Sync, longest_seconds: float) -> None:
        self._store = store
        self._mux = mux
        self._sync = sync
        self._longest_seconds = longest_seconds

    async def settle(self) -> None:
        """Delete what `sync` has marked as an error for its length. Raises MuxError."""
        uploads = {each.asset_id: each for each in await self._store.uploads()}
        for video in await self._store.videos():
            if is_too_long(video, self._longest_seconds):
                await self._mux.delete_asset(video.asset_id)
                if upload := uploads.get(video.asset_id):
                    refused = replace(upload, status="errored", error=video.error)
                    await self._store.save_upload(refused)
                await self._sync.forget("asset", video.asset_id)
                logs.event("video too long, deleted", asset=video.asset_id)
