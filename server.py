"""uvicorn, but it stops as a load balancer and a visitor in the middle of a request would like it.

On the first signal the event streams end, `/healthz` answers 503, and what was asked before is
answered. Only then uvicorn closes its listener, which it would else do at once, so that the 503
would never be seen: https://uvicorn.dev/server-behavior/#graceful-process-shutdown.
"""

import asyncio
import time
from types import FrameType
from typing import override

import uvicorn

from mux_transport import MuxTransport
from store import Store

# Below the five seconds after which impatient supervisors kill.
DRAIN_SECONDS = 4.0
# Left of these for whoever waits for Mux in vain to be told so.
TELLING_SECONDS = 0.5
# For what was asked after the signal, once all before is answered.
LAST_SECONDS = 1


class Server(uvicorn.Server):
    """A second signal ends the waiting."""

    def __init__(self, config: uvicorn.Config, store: Store, transport: MuxTransport) -> None:
        config.timeout_graceful_shutdown = LAST_SECONDS
        super().__init__(config)
        self._store = store
        self._transport = transport
        self._asked_to_stop = False
        self._deadline = 0.0
        self._in_flight: frozenset[asyncio.Task[None]] = frozenset()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._asked_to_stop:
            super().handle_exit(sig, frame)
            return
        self._asked_to_stop = True
        self._captured_signals.append(sig)

    @override
    async def on_tick(self, counter: int) -> bool:
        """uvicorn calls this every tenth of a second; True ends its main loop."""
        if self._asked_to_stop and not self._store.closing:
            self._in_flight = frozenset(self.server_state.tasks)
            self._deadline = time.monotonic() + DRAIN_SECONDS
            self._store.close()
            self._transport.give_up_in(DRAIN_SECONDS - TELLING_SECONDS)
        elif self._asked_to_stop and time.monotonic() > self._deadline:
            self.config.timeout_graceful_shutdown = 0
            self.should_exit = True
        elif self._asked_to_stop:
            self.should_exit |= all(task.done() for task in self._in_flight)
        return await super().on_tick(counter)
