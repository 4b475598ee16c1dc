"""What happens to live streams and their recordings, as resources and events, in Mux's order.

Source: https://www.mux.com/docs/guides/stream-recordings-of-live-streams and
https://www.mux.com/docs/guides/handle-live-stream-disconnects
"""

from collections.abc import Callable

from localmux.answers import Document, present
from localmux.clock import Clock
from localmux.events import Events
from localmux.rendition_files import given_up
from localmux.resources import Resource, Store
from localmux.room import Backlog

MOST_RECENT = 100  # recordings that a live stream names
COMPLETED: Document = {"state": "completed", "progress": 100}
LIVE: Document = {"state": "live", "progress": -1}
ERRORED: Document = {"state": "errored", "progress": -1}


class Journal:
    """Each method is one step of a live stream's life, in one transaction.

    Without room on the disk a step waits until there is some, except `connected` and `changed`,
    which raise. A resource that was deleted meanwhile is passed over. `recorded` is told of each
    asset that is final.
    """

    def __init__(
        self,
        store: Store,
        events: Events,
        clock: Clock,
        recorded: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.events = events
        self.clock = clock
        self.recorded = recorded
        self.backlog = Backlog()  # what is not kept yet, for want of room

    def changed(self, action: str, stream: Resource) -> None:
        """Keep a live stream that was changed, and tell it."""
        stream.document = present(stream.document)
        with self.store.transaction():
            self.store.save(stream)
            self.events.record(action, stream, stream.document)

    def _step(self, stream_id: str, action: str, changes: Document, **flags: bool) -> None:
        if stream := self.store.get("live_stream", stream_id):
            stream.document |= changes
            stream.private |= flags
            self.changed(action, stream)

    def _asset_step(self, asset_id: str, action: str, changes: Document) -> None:
        if asset := self.store.get("asset", asset_id):
            asset.document = present(asset.document | changes)
            self.store.save(asset)
            self.events.record(action, asset, asset.document)

    def connected(self, stream_id: str, asset: Document | None = None) -> None:
        """An encoder is there; `asset` is given when it begins a new recording."""
        stream = self.store.get("live_stream", stream_id)
        if asset is None or stream is None:
            self._step(stream_id, "connected", {}, connected=True, recording=False)
            return
        recent = [*stream.document.get("recent_asset_ids", []), asset["id"]][-MOST_RECENT:]
        changes = {"active_asset_id": asset["id"], "recent_asset_ids": recent}
        with self.store.transaction():
            self._step(stream_id, "connected", changes, connected=True, recording=False)
            self.events.record("created", self.store.add("asset", asset), asset)

    def recording(self, stream_id: str) -> None:
        """The first picture or sound of a connection arrived."""
        self.backlog.do(lambda: self._step(stream_id, "recording", {}, recording=True))

    def active(self, stream_id: str) -> None:
        """What the encoder sends can be watched."""
        self.backlog.do(lambda: self._active(stream_id))

    def _active(self, stream_id: str) -> None:
        changes = {"status": "active", "active_ingest_protocol": "rtmp"}
        self._step(stream_id, "active", changes)

    def playable(self, stream_id: str, asset_id: str, described: Document) -> None:
        """As `active`, for the first time in this recording."""

        def step() -> None:
            with self.store.transaction():
                self._active(stream_id)
                changes = described | {"status": "ready", "progress": LIVE}
                self._asset_step(asset_id, "ready", changes)

        self.backlog.do(step)

    def disconnected(self, stream_id: str) -> None:
        flags = {"connected": False, "recording": False}
        self.backlog.do(lambda: self._step(stream_id, "disconnected", {}, **flags))

    def completed(self, stream_id: str, asset_id: str, described: Document) -> None:
        """The recording is final. The event `idle` still names it, the live stream does not."""
        changes = described | {"status": "ready", "progress": COMPLETED, "is_live": None}
        self._end(stream_id, asset_id, "live_stream_completed", changes)
        self.backlog.do(lambda: self.recorded(asset_id))

    def errored(self, stream_id: str, asset_id: str, message: str) -> None:
        """Nothing that could be played was recorded."""
        asset = self.store.get("asset", asset_id)
        error = {"type": "invalid_input", "messages": [message]}
        changes = {"status": "errored", "progress": ERRORED, "errors": error, "is_live": None}
        changes |= given_up(asset.document) if asset else {}
        self._end(stream_id, asset_id, "errored", changes)

    def _end(self, stream_id: str, asset_id: str, action: str, changes: Document) -> None:
        def step() -> None:
            with self.store.transaction():
                self._idle(stream_id)
                self._asset_step(asset_id, action, changes)

        self.backlog.do(step)

    def _idle(self, stream_id: str) -> None:
        changes: Document = {"status": "idle", "active_ingest_protocol": None}
        self._step(stream_id, "idle", changes, recording=False)
        if stream := self.store.get("live_stream", stream_id):
            stream.document.pop("active_asset_id", None)
            self.store.save(stream)

    def simulcast(
        self, stream_id: str, target_id: str, status: str, severity: str | None = None
    ) -> None:
        """A simulcast target is now idle, starting, broadcasting or errored."""
        self.backlog.do(lambda: self._simulcast(stream_id, target_id, status, severity))

    def _simulcast(self, stream_id: str, target_id: str, status: str, severity: str | None) -> None:
        stream = self.store.get("live_stream", stream_id)
        targets = stream.document.get("simulcast_targets", []) if stream else []
        target = next((one for one in targets if one["id"] == target_id), None)
        if stream is None or target is None:
            return
        if (target["status"], target.get("error_severity")) == (status, severity):
            return
        target |= {"status": status, "error_severity": severity}
        with self.store.transaction():
            self.simulcast_event(status, stream, target)
            stream.document["simulcast_targets"] = [present(one) for one in targets]
            self.store.save(stream)

    def simulcast_event(self, action: str, stream: Resource, target: Document) -> None:
        about = Resource("simulcast_target", target["id"], target, {})
        self.events.record(action, about, target | {"live_stream_id": stream.id})
