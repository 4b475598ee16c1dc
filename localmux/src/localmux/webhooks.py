"""Delivers events, signed as Mux signs them, in order, with retries.

One worker sends what is due first, so order is kept and an endpoint gets one request at a time. A
delivery that fails steps aside until its next turn, so it holds up the others for one attempt of
at most 5 seconds. Source: https://www.mux.com/docs/core/verify-webhook-signatures
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
import uuid

from localmux.answers import Document
from localmux.events import Delivery, Events
from localmux.outbound import BadAddress, send
from localmux.room import once_there_is_room

ANSWER_WITHIN = 5.0  # seconds
MAX_ATTEMPTS = 30
GIVE_UP_AFTER = 24 * 3600.0  # seconds
LONGEST_PAUSE = 3600.0  # seconds; Mux's own schedule is not published
KEPT_BODY = 1024  # bytes of an endpoint's answer that are kept for the inspector

logger = logging.getLogger("localmux.webhooks")


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """The value of the Mux-Signature header for exactly these bytes."""
    message = str(timestamp).encode() + b"." + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt: 1, 2, 4 and so on, up to an hour."""
    return min(2.0 ** (attempts - 1), LONGEST_PAUSE)


class Webhooks:
    """Sends pending deliveries until closed; they are in the store, so a restart goes on."""

    def __init__(self, events: Events, url: str, secret: str) -> None:
        self.events = events
        self.url = url
        self.secret = secret
        self.worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        self.worker.cancel()
        await asyncio.gather(self.worker, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            self.events.news.clear()
            delivery = self.events.next_pending()
            if delivery and delivery.due <= time.time():
                await self._deliver(delivery)
                continue
            try:
                async with asyncio.timeout(delivery.due - time.time() if delivery else None):
                    await self.events.news.wait()
            except TimeoutError:
                continue

    async def _deliver(self, sent: Delivery) -> None:
        self.events.being_sent = sent.number
        attempt = await self._attempt(sent)
        self.events.being_sent = None
        # Read anew, as it may have been asked for once more meanwhile, or deleted.
        delivery = self.events.numbered(sent.number)
        if delivery is None:
            return
        delivery.attempts.append(attempt)
        delivered = 200 <= attempt["response_status_code"] < 300
        if delivered:
            delivery.copies -= 1
            delivery.state = "pending" if delivery.copies else "delivered"
        else:
            self._plan_retry(delivery)
        await once_there_is_room("A webhook's outcome", lambda: self.events.save(delivery))

    @staticmethod
    def _plan_retry(delivery: Delivery) -> None:
        delivery.due = time.time() + pause_after(len(delivery.attempts))
        first = delivery.attempts[0]["created_at"]
        if len(delivery.attempts) >= MAX_ATTEMPTS or time.time() - first > GIVE_UP_AFTER:
            delivery.state = "failed"
        logger.info(
            "%s not delivered (attempt %d: %s)",
            delivery.envelope["type"],
            len(delivery.attempts),
            delivery.attempts[-1]["response_body"],
        )

    async def _attempt(self, delivery: Delivery) -> Document:
        attempt: Document = {
            "id": str(uuid.uuid4()),
            "webhook_id": 1,
            "address": self.url,
            "created_at": int(time.time()),
            "max_attempts": MAX_ATTEMPTS,
            "response_status_code": 0,
            "response_headers": {},
            "response_body": None,
        }
        body = json.dumps(delivery.envelope | {"attempts": delivery.attempts}).encode()
        headers = {
            "content-type": "application/json",
            "mux-signature": signature(self.secret, body, attempt["created_at"]),
        }
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                send("POST", self.url, headers=headers, body=body) as answer,
            ):
                attempt["response_status_code"] = answer.status
                attempt["response_headers"] = answer.headers
                attempt["response_body"] = (await answer.start(KEPT_BODY)).decode(errors="replace")
        except TimeoutError:
            attempt["response_body"] = f"no answer within {ANSWER_WITHIN:.0f} seconds"
            attempt["response_status_code"] = 0
        except (OSError, BadAddress) as problem:
            attempt["response_body"] = str(problem)
        return attempt
