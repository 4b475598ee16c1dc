"""Ends uploads that nobody completes: their bytes must not stay for ever."""

import asyncio
import logging
from typing import TYPE_CHECKING

from localmux.resources import Resource
from localmux.room import once_there_is_room

if TYPE_CHECKING:
    from localmux.environment import Environment

LOOK_AGAIN = 10.0  # seconds

logger = logging.getLogger("localmux.uploads")


def expire(environment: "Environment", upload: Resource) -> None:
    """Mark a waiting upload as timed out when its URL's validity has passed.

    Mux has no event for this, so nothing is told; a transfer that is under way may finish.
    """
    late = environment.clock.now() > upload.private["expires_at"]
    if (
        late
        and upload.document["status"] == "waiting"
        and not environment.receptions.sending(upload.id)
    ):
        upload.document["status"] = "timed_out"
        environment.store.save(upload)


class Expiry:
    """Looks after the files of uploads while it runs; those alone take space."""

    def __init__(self, environment: "Environment") -> None:
        self.environment = environment
        self._work = asyncio.create_task(self._watch())

    async def close(self) -> None:
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)

    async def look(self) -> None:
        """Remove the files of uploads whose time is over."""
        for path in list(self.environment.receptions.folder.iterdir()):
            upload = self.environment.store.get("upload", path.name)
            if upload is None:
                continue  # being created or deleted at this moment; the next start removes it
            expire(self.environment, upload)
            if upload.document["status"] == "timed_out":
                await self.environment.receptions.stop(upload.id)
                logger.info("upload %s expired; its bytes are removed", upload.id)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                await once_there_is_room("Removing expired uploads", self.look)
            except Exception:
                logger.exception("expired uploads could not be removed")
