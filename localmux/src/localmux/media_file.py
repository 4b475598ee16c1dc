"""Sends a file that may be deleted at any moment, as its asset is."""

import logging
import os
from pathlib import Path

from starlette.responses import FileResponse, JSONResponse
from starlette.types import Message, Receive, Scope, Send

from localmux.answers import not_found

logger = logging.getLogger("localmux.requests")


class MediaFile(FileResponse):
    """A file with byte ranges; 404 when it is gone before its first byte was sent.

    One that goes between its size and its first byte ends the connection, which a player takes for
    what it is: media that is no longer there.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if self.stat_result is None:
                self.stat_result = os.stat(self.path)  # noqa: PTH116 one look at the disk
                self.set_stat_headers(self.stat_result)
            await super().__call__(scope, receive, noted)
        except FileNotFoundError:
            if begun:
                logger.info("%s was deleted while it was being sent", Path(self.path).name)
                return
            gone = JSONResponse(not_found().body, 404, headers={"cache-control": "no-store"})
            await gone(scope, receive, send)
