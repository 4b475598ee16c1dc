"""The events that Mux's webhooks bring, taken one after the other.

https://www.mux.com/docs/core/listen-for-webhooks lists them.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import logs
from mux_errors import MuxError
from recent import Recent
from store import Store
from sync import Kind, Sync

# What the host reads about their live stream's events; the others say nothing new.
NEWS = {
    "video.live_stream.connected": "The encoder connected.",
    "video.live_stream.active": "The broadcast is live.",
    "video.live_stream.disconnected": "The encoder disconnected.",
    "video.live_stream.idle": "The broadcast ended.",
    "video.live_stream.warning": "The video service warned of a problem with this broadcast.",
    "video.live_stream.simulcast_target.broadcasting": "Forwarding to {name} works.",
    "video.live_stream.simulcast_target.errored": "Forwarding to {name} failed.",
}

# Events that wait while Mux is slow to tell what they are about; more are sent again by Mux.
WAITING = 1_000

log = logging.getLogger(__name__)


class Inbox:
    """Queues what events are about, and has it read from Mux again."""

    def __init__(self, store: Store, sync: Sync) -> None:
        self._store = store
        self._sync = sync
        self._events: asyncio.Queue[tuple[str, Kind, str, dict[str, Any]]] = asyncio.Queue(WAITING)
        self._seen = Recent()

    def put(self, event: dict[str, Any]) -> None:
        """Queue an event, unless the same one came before.

        Raises KeyError, TypeError or AttributeError when it is not shaped like an event of Mux, and
        QueueFull when too many wait already.
        """
        kind, resource_id = _resource(str(event["type"]), event["data"])
        event_id = str(event["id"])
        if kind is None or event_id in self._seen:
            return
        self._events.put_nowait((str(event["type"]), kind, resource_id, event))
        self._seen.add(event_id)
        logs.event(f"webhook {event['type']}", **{kind: resource_id}, event=event_id)

    async def follow(self) -> None:
        """Read what the events point at, until cancelled."""
        with logs.found_by("webhook"):
            while True:
                await self._take(*await self._events.get())

    async def _take(
        self, event_type: str, kind: Kind, resource_id: str, event: dict[str, Any]
    ) -> None:
        if kind == "stream":
            await self._note(event_type, resource_id, event)
        try:
            await self._sync.refresh(kind, resource_id)
        except MuxError as error:
            log.warning("could not read %s %s: %s", kind, resource_id, error.message)
            self._sync.hurry()
        # A recording that ended may have to be cut, and one that began may be for other people
        # than Mux was told long ago, which is the reconciliation's work.
        video = await self._store.video(resource_id)
        over = event_type == "video.asset.live_stream_completed"
        if kind == "stream" or over or (video and not video.settled):
            self._sync.hurry()

    async def _note(self, event_type: str, stream_id: str, event: dict[str, Any]) -> None:
        """Keep what only events tell: who connected when, and what the host should read.

        Other apps may share the environment at Mux, and their streams have no host here.
        """
        if await self._store.stream(stream_id) is None:
            return
        at = _moment(event.get("created_at"))
        if event_type.endswith((".connected", ".disconnected")):
            connected = event_type.endswith(".connected")
            await self._sync.note_connection(stream_id, connected=connected, at=at)
        if news := NEWS.get(event_type):
            name = event["data"].get("passthrough") or "a simulcast target"
            await self._store.add_news(stream_id, at, news.format(name=name))


def _moment(created_at: object) -> datetime:
    """Envelopes carry ISO-8601; some were seen with Unix seconds."""
    try:
        return datetime.fromisoformat(str(created_at))
    except ValueError:
        return datetime.now(UTC)


def _resource(event_type: str, data: dict[str, Any]) -> tuple[Kind | None, str]:
    if event_type.startswith("video.upload."):
        return "upload", str(data["id"])
    if event_type.startswith("video.asset."):
        # Events of an asset's tracks and renditions name the asset beside their own ID.
        return "asset", str(data.get("asset_id") or data["id"])
    if event_type.startswith("video.live_stream."):
        return "stream", str(data.get("live_stream_id") or data["id"])
    return None, ""
