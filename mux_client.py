"""The app's door to Mux: an async, typed, bounded wrapper over mux-python.

Only this module imports mux-python, which is synchronous and untyped. Each call runs in a worker
thread of our own, ends within CALL_SECONDS, and fails with one of the classes of `mux_errors`.

API reference: https://www.mux.com/docs/api-reference/video
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

import mux_python
import urllib3
from mux_python.exceptions import ApiException

from mux_errors import (
    MuxBusy,
    MuxError,
    MuxLockedOut,
    MuxNotFound,
    MuxRefused,
    MuxUnreachable,
    MuxUnwell,
)
from settings import Settings

CALL_SECONDS = 8.0
LIST_LIMIT = 100
# A day is long enough to come back and finish an interrupted upload; Mux allows up to a week.
UPLOAD_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxUpload:
    """A direct upload as Mux reports it: https://www.mux.com/docs/guides/upload-files-directly."""

    id: str
    status: str
    url: str | None
    asset_id: str | None
    title: str
    passthrough: str
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxAsset:
    """An asset as Mux reports it; `created_at` in Unix seconds, `duration` in seconds."""

    id: str
    status: str
    created_at: int
    playback_id: str | None
    duration: float | None
    aspect_ratio: str | None
    title: str
    passthrough: str
    error: str | None


class MuxClient:
    """Calls Mux's API for the app."""

    def __init__(self, configuration: mux_python.Configuration) -> None:
        # The models check enums against the list of the day they were generated, and would fail
        # a whole list for one newer value. Only the process-wide default switches that off.
        configuration.client_side_validation = False
        # A hidden retry could make a visitor wait three times as long as CALL_SECONDS.
        configuration.retries = False
        mux_python.Configuration.set_default(configuration)
        client = mux_python.ApiClient(configuration)
        self._uploads = mux_python.DirectUploadsApi(client)
        self._assets = mux_python.AssetsApi(client)
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="mux")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Build a client for the Mux that the settings name."""
        configuration = mux_python.Configuration(
            host=settings.mux_api_url.rstrip("/"),
            username=settings.mux_token_id,
            password=settings.mux_token_secret,
        )
        return cls(configuration)

    def close(self) -> None:
        """Let go of the worker threads; a call under way ends by its own time-out."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def create_upload(self, *, title: str, passthrough: str, cors_origin: str) -> MuxUpload:
        """Ask for a URL to which a browser on `cors_origin` may send one file.

        Title and passthrough go to the asset that Mux makes of the file.
        """
        request = mux_python.CreateUploadRequest(
            cors_origin=cors_origin,
            timeout=UPLOAD_SECONDS,
            new_asset_settings=mux_python.CreateAssetRequest(
                playback_policies=[mux_python.PlaybackPolicy.PUBLIC],
                passthrough=passthrough,
                meta=mux_python.AssetMetadata(title=title),
            ),
        )
        return _upload(await self._call(self._uploads.create_direct_upload, request))

    async def get_upload(self, upload_id: str) -> MuxUpload:
        """Read one upload."""
        return _upload(await self._call(self._uploads.get_direct_upload, upload_id))

    async def list_uploads(self, page: int) -> list[MuxUpload]:
        """Read one page of uploads, newest first; pages are counted from 1."""
        uploads = self._uploads.list_direct_uploads
        return [_upload(item) for item in await self._call(uploads, limit=LIST_LIMIT, page=page)]

    async def cancel_upload(self, upload_id: str) -> MuxUpload:
        """Cancel an upload that is still waiting; MuxRefused when it no longer is."""
        return _upload(await self._call(self._uploads.cancel_direct_upload, upload_id))

    async def get_asset(self, asset_id: str) -> MuxAsset:
        """Read one asset."""
        return _asset(await self._call(self._assets.get_asset, asset_id))

    async def list_assets(self, cursor: str | None) -> tuple[list[MuxAsset], str | None]:
        """Read a hundred assets, newest first, and the cursor of the next hundred."""
        pages = {"cursor": cursor} if cursor else {}
        answer = await self._answer(self._assets.list_assets, limit=LIST_LIMIT, **pages)
        return [_asset(item) for item in _data(answer)], answer.next_cursor

    async def rename_asset(self, asset_id: str, title: str) -> MuxAsset:
        """Change the title that players show."""
        request = mux_python.UpdateAssetRequest(meta=mux_python.AssetMetadata(title=title))
        return _asset(await self._call(self._assets.update_asset, asset_id, request))

    async def delete_asset(self, asset_id: str) -> None:
        """Delete an asset and everything made of it; one that is gone already is fine."""
        try:
            await self._answer(self._assets.delete_asset, asset_id)
        except MuxNotFound:
            return

    async def _call(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return _data(await self._answer(method, *arguments, **options))

    async def _answer(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        def blocking() -> Any:
            return method(*arguments, _request_timeout=CALL_SECONDS, **options)

        try:
            # The client's own time-out starts again with every byte; this one does not.
            async with asyncio.timeout(CALL_SECONDS + 1):
                return await asyncio.get_running_loop().run_in_executor(self._threads, blocking)
        except ApiException as error:
            raise _typed(error) from error
        except (TimeoutError, urllib3.exceptions.HTTPError) as error:
            raise MuxUnreachable from error
        except (ValueError, TypeError, AttributeError) as error:
            # What mux-python's parsing raises when the answer is not what it expects.
            raise MuxUnwell from error


def _data(answer: Any) -> Any:
    data = getattr(answer, "data", None)
    if data is None:
        raise MuxUnwell
    return data


def _typed(error: ApiException) -> MuxError:
    status = error.status or 0
    known = {401: MuxLockedOut, 404: MuxNotFound, 429: MuxBusy}.get(status)
    if known:
        return known()
    return MuxRefused(_reasons(error)) if 400 <= status < 500 else MuxUnwell()


def _reasons(error: ApiException) -> str:
    """Mux's own words; mux-python leaves the body of the error to be parsed."""
    try:
        messages = json.loads(error.body or "")["error"]["messages"]
        return "; ".join(str(message) for message in messages)
    except (ValueError, TypeError, KeyError):
        return f"status {error.status}"


def _upload(upload: Any) -> MuxUpload:
    asset = upload.new_asset_settings
    return MuxUpload(
        id=upload.id,
        status=upload.status,
        url=upload.url,
        asset_id=upload.asset_id,
        title=_title(asset),
        passthrough=(asset and asset.passthrough) or "",
        error=upload.error and upload.error.message,
    )


def _asset(asset: Any) -> MuxAsset:
    playback_ids = asset.playback_ids or []
    messages = (asset.errors and asset.errors.messages) or []
    return MuxAsset(
        id=asset.id,
        status=asset.status,
        created_at=int(asset.created_at),
        playback_id=next((each.id for each in playback_ids if each.policy == "public"), None),
        duration=asset.duration,
        aspect_ratio=asset.aspect_ratio,
        title=_title(asset),
        passthrough=asset.passthrough or "",
        error=" ".join(messages) or None,
    )


def _title(asset: Any) -> str:
    return (asset and asset.meta and asset.meta.title) or ""
