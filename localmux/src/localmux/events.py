"""Events: what happened to which resource, in the words of Mux's webhooks.

Source: https://www.mux.com/docs/core/listen-for-webhooks
"""

import asyncio
import json
import random
import time
import uuid
from dataclasses import dataclass

from localmux.answers import Document, present
from localmux.clock import Clock
from localmux.faults import Faults
from localmux.resources import Resource, Store

ENVIRONMENT = {"name": "localmux", "id": "localmux"}
TYPES = {"simulcast_target": "live_stream.simulcast_target"}  # where not the resource's kind
OBJECT_TYPES = {"live_stream": "live"}


@dataclass(slots=True)
class Delivery:
    """An event on its way: `state` is pending, delivered, failed, dropped or unwanted."""

    number: int
    envelope: Document
    state: str
    copies: int
    due: float
    attempts: list[Document]


class Events:
    """Records events beside the resources, so that one transaction holds a change and its event."""

    def __init__(self, store: Store, clock: Clock, faults: Faults, *, wanted: bool) -> None:
        self.store = store
        self.clock = clock
        self.faults = faults
        self.wanted = wanted
        self.news = asyncio.Event()
        self.being_sent: int | None = None  # the number of a delivery

    def record(self, action: str, resource: Resource, document: Document) -> None:
        """Record `video.{kind}.{action}`; a webhook fault decides its disorder here, once."""
        kind = f"video.{TYPES.get(resource.kind, resource.kind)}.{action}"
        delivery = Delivery(0, self._envelope(kind, resource, document), "pending", 1, 0.0, [])
        delivery.due = time.time()
        if not self.wanted:
            delivery.state = "unwanted"
        elif fault := self.faults.for_stage("webhook"):
            self._disturb(delivery, fault.action, fault.seconds)
        self.store.connection.execute(
            "INSERT INTO events (type, object_id, envelope, state, copies, due, attempts)"
            " VALUES (?, ?, ?, ?, ?, ?, '[]')",
            (
                kind,
                resource.id,
                json.dumps(delivery.envelope),
                delivery.state,
                delivery.copies,
                delivery.due,
            ),
        )
        self.news.set()

    def _envelope(self, kind: str, resource: Resource, document: Document) -> Document:
        body = present(document)
        if resource.kind == "live_stream":
            body |= {name: resource.private.get(name, False) for name in ("connected", "recording")}
        if "created_at" in body:
            body["created_at"] = int(body["created_at"])
        return {
            "type": kind,
            "id": str(uuid.uuid4()),
            "created_at": self.clock.iso(),
            "object": {
                "type": OBJECT_TYPES.get(resource.kind, resource.kind),
                "id": resource.id,
            },
            "environment": ENVIRONMENT,
            "data": body,
            "attempts": [],
            "request_id": None,
            "accessor": None,
            "accessor_source": None,
        }

    @staticmethod
    def _disturb(delivery: Delivery, action: str, seconds: float) -> None:
        if action == "drop":
            delivery.state = "dropped"
        elif action == "double":
            delivery.copies = 2
        elif action == "delay":
            delivery.due += seconds
        else:
            delivery.due += random.uniform(0, seconds)  # noqa: S311 no secret hangs on this order

    def next_pending(self) -> Delivery | None:
        """The pending delivery that is due first; of equal ones the older."""
        found = self._select("WHERE state = 'pending' ORDER BY due, number LIMIT 1")
        return found[0] if found else None

    def listed(self, limit: int, kind: str = "*", object_id: str = "*") -> list[Delivery]:
        """Newest first; both filters are patterns with `*`."""
        return self._select(
            "WHERE type GLOB ? AND object_id GLOB ? ORDER BY number DESC LIMIT ?",
            (kind, object_id, limit),
        )

    def get(self, event_id: str) -> Delivery | None:
        """The delivery of an event by the event's id."""
        found = self._select("WHERE json_extract(envelope, '$.id') = ?", (event_id,))
        return found[0] if found else None

    def numbered(self, number: int) -> Delivery | None:
        """The delivery as it is now."""
        found = self._select("WHERE number = ?", (number,))
        return found[0] if found else None

    def send_again(self, delivery: Delivery) -> None:
        """Make it due now, once; what is being sent at this moment does not count."""
        copies = 2 if delivery.number == self.being_sent else 1
        delivery.state, delivery.copies, delivery.due = "pending", copies, time.time()
        self.save(delivery)
        self.news.set()

    def save(self, delivery: Delivery) -> None:
        self.store.connection.execute(
            "UPDATE events SET state = ?, copies = ?, due = ?, attempts = ? WHERE number = ?",
            (
                delivery.state,
                delivery.copies,
                delivery.due,
                json.dumps(delivery.attempts),
                delivery.number,
            ),
        )

    def _select(self, tail: str, values: tuple[str | int, ...] = ()) -> list[Delivery]:
        rows = self.store.connection.execute(
            "SELECT number, envelope, state, copies, due, attempts"  # noqa: S608 own words only
            f" FROM events {tail}",
            values,
        )
        return [
            Delivery(number, json.loads(envelope), state, copies, due, json.loads(attempts))
            for number, envelope, state, copies, due, attempts in rows
        ]
