"""A test picture for hosts without an encoder, where the stand-in for Mux offers one."""

import asyncio

import urllib3

from mux_errors import MuxRefused, MuxUnreachable

SECONDS = 8.0


async def start_trial(control_url: str, stream_id: str) -> None:
    """Have a picture with a running clock published to the live stream. Raises MuxError."""
    await asyncio.to_thread(_ask, "POST", f"{control_url}/live-streams/{stream_id}/broadcast")


async def stop_trial(control_url: str, stream_id: str) -> None:
    """End the test picture. Raises MuxError."""
    await asyncio.to_thread(_ask, "DELETE", f"{control_url}/live-streams/{stream_id}/broadcast")


def _ask(method: str, url: str) -> None:
    try:
        answer = urllib3.request(method, url, timeout=SECONDS, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise MuxUnreachable from error
    if answer.status >= 400:
        messages = answer.json().get("error", {}).get("messages", [])
        raise MuxRefused("; ".join(messages) or "the test picture cannot be started now")
