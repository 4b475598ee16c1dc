"""Acts out the faults ordered for requests: the network and its servers on a bad day."""

import asyncio
import logging

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localmux.answers import ApiJSON, MuxError
from localmux.faults import Fault, Faults
from localmux.slow_clients import PatientProtocol

HTML = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
READABLE = {"Access-Control-Allow-Origin": "*"}  # a page must see the status to react to it

logger = logging.getLogger("localmux.faults")


class Protocol(PatientProtocol):
    """uvicorn's HTTP, which also lets the app cut the connection it talks over."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class FaultLayer:
    """ASGI middleware: the first fault that fits a request acts on it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/_localmux"):
            fault = self.faults.for_request(scope["method"], scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
            return
        logger.info("fault %s on %s %s", fault.action, scope["method"], scope["path"])
        await self._act(fault, scope, receive, send)

    async def _act(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["state"]["transport"]
        if fault.action == "status":
            error = MuxError(fault.status, "fault", fault.message)
            await ApiJSON(error.body, fault.status, _headers(fault))(scope, receive, send)
        elif fault.action == "html":
            await HTMLResponse(HTML, fault.status, READABLE)(scope, receive, send)
        elif fault.action == "half":
            await self.app(scope, receive, _half(transport, receive, send))
        elif fault.action == "rewrite":
            await self.app(scope, receive, _rewriting(fault.old, fault.new, send))
        elif fault.action == "drop" and fault.after_bytes:
            await self.app(scope, _dropping(fault.after_bytes, transport, receive), send)
        elif fault.action == "drop":
            transport.abort()
            await _until_gone(receive)
        elif fault.action == "throttle":
            await self.app(scope, _slow(fault.bytes_per_second, receive), send)
        else:
            # A slow server does in the end what it was asked for, though nobody waits any more.
            asked = await receive()
            await asyncio.sleep(fault.seconds)
            await self.app(scope, _after(asked, receive), send)


def _after(first: Message, receive: Receive) -> Receive:
    """The messages of a request of which the first was taken already."""
    taken = [first]

    async def receiving() -> Message:
        return taken.pop() if taken else await receive()

    return receiving


async def _until_gone(receive: Receive) -> None:
    """uvicorn takes an answer left unfinished for a mistake until it knows the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _headers(fault: Fault) -> dict[str, str]:
    wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return {**READABLE, **wait}


def _rewriting(old: str, new: str, send: Send) -> Send:
    """Hold the answer back until it is whole, then replace a piece of its text."""
    begun: Message = {}
    body = bytearray()

    async def rewriting(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.update(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        text = bytes(body).replace(old.encode(), new.encode())
        MutableHeaders(raw=begun["headers"])["content-length"] = str(len(text))
        await send(begun)
        await send({"type": "http.response.body", "body": text})

    return rewriting


def _half(transport: asyncio.Transport, receive: Receive, send: Send) -> Send:
    """Send half of the first block of the body, then cut the connection."""

    async def half(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            await send({**message, "body": body[: len(body) // 2], "more_body": True})
            transport.close()
            await _until_gone(receive)
        else:
            await send(message)

    return half


def _dropping(after_bytes: int, transport: asyncio.Transport, receive: Receive) -> Receive:
    """Cut the connection once that many bytes of the request's body were taken."""
    taken = 0

    async def dropping() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken >= after_bytes:
            transport.abort()
            return {"type": "http.disconnect"}
        return message

    return dropping


def _slow(bytes_per_second: int, receive: Receive) -> Receive:
    async def slow() -> Message:
        message = await receive()
        await asyncio.sleep(len(message.get("body", b"")) / bytes_per_second)
        return message

    return slow
