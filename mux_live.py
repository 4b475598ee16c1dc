"""What the app asks of Mux about live streams, one method for each. Every one raises MuxError.

https://www.mux.com/docs/guides/start-live-streaming
"""

from typing import Literal

import mux_python

from mux_client import LIST_LIMIT, asset_settings
from mux_errors import MuxNotFound
from mux_resources import MuxLiveStream, read_live_stream
from mux_transport import MuxTransport
from records import Policy

type LatencyMode = Literal["standard", "reduced", "low"]

# Mux would give the two low-latency modes none, and a broadcast would end at the first hiccup.
RECONNECT_SECONDS = 60


class MuxLive:
    """Calls the live-stream half of Mux's API for the app."""

    def __init__(self, transport: MuxTransport) -> None:
        self._mux = transport
        self._api = transport.live_streams

    async def create(
        self,
        *,
        title: str,
        latency_mode: LatencyMode,
        policy: Policy,
        passthrough: str,
        recording: str,
    ) -> MuxLiveStream:
        """Create a live stream; `recording` is the passthrough of the assets it will record.

        Without `new_asset_settings` Mux would still record, but nobody could play it.
        """
        request = mux_python.CreateLiveStreamRequest(
            playback_policies=[policy],
            new_asset_settings=asset_settings(title, recording, policy),
            latency_mode=latency_mode,
            reconnect_window=RECONNECT_SECONDS,
            passthrough=passthrough,
            meta=mux_python.LiveStreamMetadata(title=title),
        )
        return read_live_stream(await self._mux.call(self._api.create_live_stream, request))

    async def get(self, stream_id: str) -> MuxLiveStream:
        """Read one live stream."""
        return read_live_stream(await self._mux.call(self._api.get_live_stream, stream_id))

    async def list(self, page: int) -> list[MuxLiveStream]:
        """Read one page of live streams, newest first; pages are counted from 1."""
        method = self._api.list_live_streams
        streams = await self._mux.call(method, limit=LIST_LIMIT, page=page)
        return [read_live_stream(each) for each in streams]

    async def update(
        self, stream_id: str, *, title: str, passthrough: str, latency_mode: LatencyMode | None
    ) -> MuxLiveStream:
        """Change title, passthrough and, while idle, the latency mode; nothing else.

        Mux lets nobody change the playback policy of the recordings to come:
        https://www.mux.com/docs/api-reference/video/live-streams/update-live-stream

        A plain dict, because mux-python's UpdateLiveStreamRequest would send its defaults along and
        so reset the reconnect window, the slate and the longest duration.
        """
        request = {
            "meta": {"title": title},
            "passthrough": passthrough,
            "new_asset_settings": {"meta": {"title": title}},
        }
        if latency_mode:
            request["latency_mode"] = latency_mode
        method = self._api.update_live_stream
        return read_live_stream(await self._mux.call(method, stream_id, request))

    async def add_playback_id(self, stream_id: str, policy: Policy) -> None:
        """Let a live stream be played at one more address."""
        request = mux_python.CreatePlaybackIDRequest(policy=policy)
        await self._mux.answer(self._api.create_live_stream_playback_id, stream_id, request)

    async def remove_playback_id(self, stream_id: str, playback_id: str) -> None:
        """Let it be played no more at this address; one that is gone already is fine."""
        method = self._api.delete_live_stream_playback_id
        try:
            await self._mux.answer(method, stream_id, playback_id)
        except MuxNotFound:
            return

    async def reset_key(self, stream_id: str) -> MuxLiveStream:
        """Replace the stream key; the old one stops working at once."""
        return read_live_stream(await self._mux.call(self._api.reset_stream_key, stream_id))

    async def enable(self, stream_id: str) -> None:
        """Let encoders connect again."""
        await self._mux.answer(self._api.enable_live_stream, stream_id)

    async def disable(self, stream_id: str) -> None:
        """End the broadcast at once, and refuse encoders from now on."""
        await self._mux.answer(self._api.disable_live_stream, stream_id)

    async def end(self, stream_id: str) -> None:
        """End the broadcast at once, without waiting for the encoder to come back."""
        await self._mux.answer(self._api.signal_live_stream_complete, stream_id)

    async def delete(self, stream_id: str) -> None:
        """Delete the live stream; its recordings stay. One that is gone already is fine."""
        try:
            await self._mux.answer(self._api.delete_live_stream, stream_id)
        except MuxNotFound:
            return

    async def add_target(self, stream_id: str, *, name: str, url: str, stream_key: str) -> None:
        """Forward future broadcasts to another service; MuxRefused while one is running.

        Asks first whether they go there already: an earlier try may have done it unheard.
        https://www.mux.com/docs/guides/stream-live-to-3rd-party-platforms
        """
        stream = await self._mux.call(self._api.get_live_stream, stream_id)
        there = {(each.url, each.stream_key or "") for each in stream.simulcast_targets or ()}
        if (url, stream_key) in there:
            return
        request = mux_python.CreateSimulcastTargetRequest(
            passthrough=name, url=url, stream_key=stream_key
        )
        await self._mux.answer(self._api.create_live_stream_simulcast_target, stream_id, request)

    async def remove_target(self, stream_id: str, target_id: str) -> None:
        """Stop forwarding to this service; MuxRefused while a broadcast is running."""
        method = self._api.delete_live_stream_simulcast_target
        try:
            await self._mux.answer(method, stream_id, target_id)
        except MuxNotFound:
            return
