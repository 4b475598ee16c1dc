"""What the app asks of Mux, one method for each: uploads and assets; `mux_live` has live streams.

Every method raises MuxError. They are thin on purpose: each is the one call of mux-python that does
the job, with the arguments that matter. API reference: https://www.mux.com/docs/api-reference/video
"""

import mux_python

from mux_errors import MuxNotFound
from mux_resources import (
    MuxAsset,
    MuxSigningKey,
    MuxUpload,
    read_asset,
    read_signing_key,
    read_upload,
)
from mux_transport import MuxTransport
from records import Policy

LIST_LIMIT = 100
# A day is long enough to come back and finish an interrupted upload; Mux allows up to a week.
UPLOAD_SECONDS = 24 * 60 * 60


class MuxClient:
    """Calls Mux's API for the app."""

    def __init__(self, transport: MuxTransport) -> None:
        self._mux = transport

    async def create_upload(
        self, *, title: str, passthrough: str, policy: Policy, cors_origin: str
    ) -> MuxUpload:
        """Ask for a URL to which a browser on `cors_origin` may send one file.

        Title, passthrough and playback policy go to the asset that Mux makes of the file.
        """
        request = mux_python.CreateUploadRequest(
            cors_origin=cors_origin,
            timeout=UPLOAD_SECONDS,
            new_asset_settings=asset_settings(title, passthrough, policy),
        )
        return read_upload(await self._mux.call(self._mux.uploads.create_direct_upload, request))

    async def get_upload(self, upload_id: str) -> MuxUpload:
        """Read one upload."""
        return read_upload(await self._mux.call(self._mux.uploads.get_direct_upload, upload_id))

    async def list_uploads(self, page: int) -> list[MuxUpload]:
        """Read one page of uploads, newest first; pages are counted from 1."""
        method = self._mux.uploads.list_direct_uploads
        return [
            read_upload(each) for each in await self._mux.call(method, limit=LIST_LIMIT, page=page)
        ]

    async def cancel_upload(self, upload_id: str) -> MuxUpload:
        """Cancel an upload that is still waiting; MuxRefused when it no longer is."""
        return read_upload(await self._mux.call(self._mux.uploads.cancel_direct_upload, upload_id))

    async def get_asset(self, asset_id: str) -> MuxAsset:
        """Read one asset."""
        return read_asset(await self._mux.call(self._mux.assets.get_asset, asset_id))

    async def list_assets(self, cursor: str | None) -> tuple[list[MuxAsset], str | None]:
        """Read a hundred assets, newest first, and the cursor of the next hundred."""
        pages = {"cursor": cursor} if cursor else {}
        answer = await self._mux.answer(self._mux.assets.list_assets, limit=LIST_LIMIT, **pages)
        return [read_asset(each) for each in answer.data or ()], answer.next_cursor

    async def describe_asset(self, asset_id: str, *, title: str, passthrough: str) -> MuxAsset:
        """Change the title that players show, and what the app keeps with an asset."""
        request = mux_python.UpdateAssetRequest(
            meta=mux_python.AssetMetadata(title=title), passthrough=passthrough
        )
        return read_asset(await self._mux.call(self._mux.assets.update_asset, asset_id, request))

    async def mark_asset(self, asset_id: str, passthrough: str) -> MuxAsset:
        """Replace what the app keeps with an asset."""
        request = mux_python.UpdateAssetRequest(passthrough=passthrough)
        return read_asset(await self._mux.call(self._mux.assets.update_asset, asset_id, request))

    async def add_playback_id(self, asset_id: str, policy: Policy) -> None:
        """Let an asset be played at one more address."""
        request = mux_python.CreatePlaybackIDRequest(policy=policy)
        await self._mux.answer(self._mux.assets.create_asset_playback_id, asset_id, request)

    async def remove_playback_id(self, asset_id: str, playback_id: str) -> None:
        """Let an asset be played no more at this address; one that is gone already is fine."""
        method = self._mux.assets.delete_asset_playback_id
        try:
            await self._mux.answer(method, asset_id, playback_id)
        except MuxNotFound:
            return

    async def create_signing_key(self) -> MuxSigningKey:
        """Make a key for tokens. MuxLockedOut when the access token lacks System permission."""
        method = self._mux.signing_keys.create_signing_key
        return read_signing_key(await self._mux.call(method))

    async def delete_asset(self, asset_id: str) -> None:
        """Delete an asset and everything made of it; one that is gone already is fine."""
        try:
            await self._mux.answer(self._mux.assets.delete_asset, asset_id)
        except MuxNotFound:
            return

    async def create_clip(
        self,
        asset_id: str,
        start: float,
        end: float,
        *,
        title: str,
        passthrough: str,
        policy: Policy,
    ) -> MuxAsset:
        """Make an asset of a part of another; `start` and `end` in seconds.

        https://www.mux.com/docs/guides/create-clips-from-your-videos
        """
        request = asset_settings(title, passthrough, policy)
        part = mux_python.InputSettings(
            url=f"mux://assets/{asset_id}", start_time=start, end_time=end
        )
        request.inputs = [part]
        return read_asset(await self._mux.call(self._mux.assets.create_asset, request))


def asset_settings(title: str, passthrough: str, policy: Policy) -> mux_python.CreateAssetRequest:
    """Settings of an asset of ours, whatever it is made from."""
    return mux_python.CreateAssetRequest(
        playback_policies=[policy],
        passthrough=passthrough,
        meta=mux_python.AssetMetadata(title=title),
    )
