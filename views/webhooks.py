"""Where Mux reports what happened: https://www.mux.com/docs/core/listen-for-webhooks."""

import asyncio
import hashlib
import hmac
import json
import logging
import time

import air

from views.services import TheInbox, TheSettings

TOLERANCE_SECONDS = 300

log = logging.getLogger(__name__)
router = air.AirRouter()


class NotFromMux(Exception):
    """The request cannot be trusted; the message says what is wrong with it."""


def verify(secret: str, header: str, body: bytes, now: float) -> None:
    """Check the `Mux-Signature` header of a webhook. Raises NotFromMux.

    The signature covers the bytes exactly as they were sent: a body that was parsed and written
    again never fits. https://www.mux.com/docs/core/verify-webhook-signatures
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not times[0].isdecimal() or not signatures:
        raise NotFromMux("The Mux-Signature header is missing or malformed.")
    if now - int(times[0]) > TOLERANCE_SECONDS:
        raise NotFromMux("The signature is more than five minutes old.")
    message = times[0].encode() + b"." + body
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures):
        raise NotFromMux("The signature does not fit: another secret, or not the raw body.")


@router.post("/webhooks/mux")
async def receive(
    request: air.Request, settings: TheSettings, inbox: TheInbox
) -> air.responses.PlainTextResponse:
    """Note what an event is about and answer at once; Mux waits five seconds at most."""
    if not settings.mux_webhook_secret:
        return _answer(403, "MUX_WEBHOOK_SECRET is not set, so no webhook can be trusted.")
    try:
        body = await request.body()
        header = request.headers.get("mux-signature", "")
        verify(settings.mux_webhook_secret, header, body, time.time())
        inbox.put(json.loads(body))
    except NotFromMux as reason:
        log.warning("webhook refused: %s", reason)
        return _answer(403, str(reason))
    except asyncio.QueueFull:
        return _answer(503, "Too many events are waiting here; send this one again later.")
    except (ValueError, KeyError, TypeError, AttributeError):
        return _answer(400, "This is not an event of Mux.")
    return _answer(200, "ok")


def _answer(status: int, text: str) -> air.responses.PlainTextResponse:
    return air.responses.PlainTextResponse(text, status_code=status)
