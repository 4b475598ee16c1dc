"""Removes what Mux has made twice.

A request that was given up may still be carried out, long after the same form was sent again and
made another one. That one is in use by then, so what comes late is the one to go.
"""

import logs
from attempts import Attempts, Product
from mux_client import MuxClient
from mux_errors import MuxNotFound, MuxRefused
from mux_live import MuxLive
from sync import Sync


class Doubles:
    """Takes doubles that were noted out of Mux and out of the store."""

    def __init__(self, mux: MuxClient, live: MuxLive, sync: Sync, attempts: Attempts) -> None:
        self._mux = mux
        self._live = live
        self._sync = sync
        self._attempts = attempts

    async def settle(self) -> None:
        """Remove what was noted. Raises MuxError."""
        for product, resource_id in self._attempts.doubles():
            await self._remove(product, resource_id)
            await self._sync.forget(product, resource_id)
            self._attempts.removed(resource_id)
            logs.event("made twice, removed", **{product: resource_id})

    async def _remove(self, product: Product, resource_id: str) -> None:
        if product == "stream":
            await self._live.delete(resource_id)
            return
        try:
            await self._mux.cancel_upload(resource_id)
        except (MuxRefused, MuxNotFound):
            return  # it was over already
