"""How much a request may carry: forms and webhooks are small, and files go straight to Mux."""

import air
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_BYTES = 100_000
# An event carries a whole asset with it, and is signed.
WEBHOOK = "/webhooks/mux"
WEBHOOK_BYTES = 1_000_000
# Nothing reads a body that comes with these; an event stream throws it away while it listens.
BODILESS = frozenset({"GET", "HEAD"})


class BodyLimit:
    """Stops reading a request that is larger than anything the site asks for.

    Raises HTTPException with 413 where the body is read, so that the usual page says so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count its bytes as they come."""
        if scope.get("method") in BODILESS:
            await self.app(scope, receive, send)
            return
        received = 0
        most = WEBHOOK_BYTES if scope.get("path") == WEBHOOK else FORM_BYTES

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise air.HTTPException(413, "This is more than a form of this site can hold.")
            return message

        await self.app(scope, counted, send)
