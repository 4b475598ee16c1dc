"""Simulcast: what an encoder sends is forwarded to other services as it is.

Source: https://www.mux.com/docs/guides/stream-live-to-3rd-party-platforms
"""

from localmux.answers import Document
from localmux.live.flv import Tag
from localmux.live.forwarder import Forwarder
from localmux.live.journal import Journal
from localmux.live.replay import Beginning
from localmux.media.encoders import Encoders


class Simulcast:
    """The targets of one broadcast, while its encoder is connected."""

    def __init__(self, journal: Journal, encoders: Encoders, stream_id: str) -> None:
        self.journal, self.encoders, self.stream_id = journal, encoders, stream_id
        self.fatal: set[str] = set()  # targets that are not tried again in this broadcast
        self.forwarders: dict[str, Forwarder] = {}
        self._beginning = Beginning()

    def begin(self, targets: list[Document]) -> None:
        """An encoder is connected: start every target that may still be tried."""
        self._beginning = Beginning()
        for target in targets:
            if target["id"] in self.fatal:
                continue
            self.journal.simulcast(self.stream_id, target["id"], "starting")
            forwarder = Forwarder(target, self._beginning, self.encoders, self._tell)
            self.forwarders[target["id"]] = forwarder

    def _tell(self, target_id: str, status: str, severity: str | None) -> None:
        if severity == "fatal":
            self.fatal.add(target_id)
        self.journal.simulcast(self.stream_id, target_id, status, severity)

    def tag(self, tag: Tag) -> None:
        header = self._beginning.keep(tag)
        for forwarder in self.forwarders.values():
            forwarder.tag(tag, header=header)

    def facts(self) -> dict[str, Document]:
        """How it goes, by target."""
        return {
            target_id: {"tries": forwarder.tries, "dropped": forwarder.dropped}
            for target_id, forwarder in self.forwarders.items()
        }

    def end(self) -> None:
        """The encoder is gone: every target ends by itself, told to be idle at once."""
        for target_id, forwarder in self.forwarders.items():
            forwarder.end()
            self.journal.simulcast(self.stream_id, target_id, "idle")
        self.forwarders = {}
