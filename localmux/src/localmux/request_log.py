"""Counts and logs every request, and gives it an id.

The log holds method, path, status and time; never the query, where upload URLs have their token.
"""

import logging
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localmux.request_counts import RequestCounts

POLLED = "/_localmux/overview"  # by every open inspector page, every second

logger = logging.getLogger("localmux.requests")


class RequestLog:
    """ASGI middleware, the outermost one."""

    def __init__(self, app: ASGIApp, counts: RequestCounts) -> None:
        self.app = app
        self.counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.counts.count(scope["method"], scope["path"])
        started = time.perf_counter()
        status = 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = str(uuid.uuid4())
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            took = (time.perf_counter() - started) * 1000
            path = scope["path"].encode("unicode_escape").decode()
            level = logging.DEBUG if path == POLLED else logging.INFO
            logger.log(level, "%s %s %d %.0f ms", scope["method"], path, status, took)
