"""Fetches an asset's input from the address a client named."""

import asyncio
from pathlib import Path
from urllib.parse import urljoin

from localmux.outbound import Answer, BadAddress, send
from localmux.room import is_full
from localmux.storage import Sink

REDIRECTS = 5
SILENCE = 30.0  # seconds without a byte after which a download is given up


class DownloadFailed(Exception):
    """The input could not be fetched; the message says why."""


async def download(url: str, target: Path) -> None:
    """Store what `url` answers as `target`, all of it or nothing.

    Raises DownloadFailed, or OSError where the disk is full.
    """
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        await _follow(url, part)
    except TimeoutError:
        raise DownloadFailed(f"The host sent nothing for {SILENCE:.0f} seconds.") from None
    except BadAddress:
        raise DownloadFailed("The input's address is not one of http or https.") from None
    except OSError as problem:
        if is_full(problem):
            raise
        raise DownloadFailed(f"The input could not be downloaded: {problem}") from None
    part.rename(target)


async def _follow(url: str, part: Path) -> None:
    for _ in range(REDIRECTS + 1):
        async with asyncio.timeout(SILENCE) as patience, send("GET", url) as answer:
            location = answer.headers.get("location")
            if answer.status in (301, 302, 303, 307, 308) and location:
                url = urljoin(url, location)
                continue
            if answer.status != 200:
                raise DownloadFailed(f"The input's host answered {answer.status}.")
            await _store(answer, part, patience)
            return
    raise DownloadFailed(f"The input's host redirected more than {REDIRECTS} times.")


async def _store(answer: Answer, part: Path, patience: asyncio.Timeout) -> None:
    loop = asyncio.get_running_loop()
    sink = Sink(part)
    try:
        async for block in answer.body():
            patience.reschedule(loop.time() + SILENCE)
            await sink.add(block)
    finally:
        await sink.close()
