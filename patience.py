"""How long a visitor's action may take in all, whatever it has to wait for on its way to Mux."""

import asyncio
from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

# An answer within ten seconds, and one of them for everything but Mux.
PATIENCE_SECONDS = 9.0

_ends: ContextVar[float | None] = ContextVar("patience_ends", default=None)


class Patience:
    """Notes with each request when it began, so that all that it asks of Mux shares one time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":  # background work begins in the lifespan, and never ends
            await self.app(scope, receive, send)
            return
        began = _ends.set(_from_now())
        try:
            await self.app(scope, receive, send)
        finally:
            _ends.reset(began)


def patience_ends() -> float:
    """When to give up, in the loop's time; work that no request waits for has its own each time."""
    return _ends.get() or _from_now()


def _from_now() -> float:
    return asyncio.get_running_loop().time() + PATIENCE_SECONDS
