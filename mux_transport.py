"""How the app's calls reach Mux: mux-python, made async, bounded in time, and honest in failure.

mux-python is synchronous and untyped. Each call runs in a thread of its own, ends within
CALL_SECONDS, and fails with one of the classes of `mux_errors`. Only this module and `mux_client`
import it. API reference: https://www.mux.com/docs/api-reference/video
"""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any

import mux_python
import urllib3
from mux_python.exceptions import ApiException

from mux_budget import MuxBudget
from mux_errors import (
    MuxBusy,
    MuxError,
    MuxLockedOut,
    MuxNotFound,
    MuxRefused,
    MuxUnreachable,
    MuxUnwell,
)
from patience import patience_ends
from settings import Settings

CALL_SECONDS = 8.0
BUSY = 429


class MuxTransport:
    """mux-python's APIs for the Mux that the settings name, and the way to call them."""

    def __init__(self, settings: Settings) -> None:
        configuration = mux_python.Configuration(
            host=settings.mux_api_url.rstrip("/"),
            username=settings.mux_token_id,
            password=settings.mux_token_secret,
        )
        # The models check enums against the list of the day they were generated, and would fail
        # a whole list for one newer value. Only the process-wide default switches that off.
        configuration.client_side_validation = False
        # A hidden retry could make a visitor wait three times as long as CALL_SECONDS.
        configuration.retries = False
        mux_python.Configuration.set_default(configuration)
        client = mux_python.ApiClient(configuration)
        self.uploads = mux_python.DirectUploadsApi(client)
        self.assets = mux_python.AssetsApi(client)
        self.live_streams = mux_python.LiveStreamsApi(client)
        self.signing_keys = mux_python.SigningKeysApi(client)
        self._budget = MuxBudget(settings.mux_posts_per_second, settings.mux_others_per_second)
        self._waits: set[asyncio.Timeout] = set()
        self._give_up_at = math.inf  # in the loop's time

    async def call(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a method that answers with data, and give the data. Raises MuxError."""
        answer = await self.answer(method, *arguments, **options)
        data = getattr(answer, "data", None)
        if data is None:
            raise MuxUnwell
        return data

    async def answer(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a method and give the whole answer. Raises MuxError."""

        def blocking() -> Any:
            return method(*arguments, _request_timeout=CALL_SECONDS, **options)

        post = is_post(method)
        await self._budget.spend(post=post)
        try:
            return await self._patiently(_in_thread(blocking))
        except ApiException as error:
            if error.status == BUSY:
                self._budget.refused(post=post)
            raise _typed(error) from error
        except (TimeoutError, urllib3.exceptions.HTTPError) as error:
            raise MuxUnreachable from error
        except (ValueError, TypeError, AttributeError) as error:
            # What mux-python's parsing raises when the answer is not what it expects.
            raise MuxUnwell from error

    async def _patiently[Answer](self, answer: Awaitable[Answer]) -> Answer:
        # The client's own time-out starts again with every byte; this one does not.
        async with asyncio.timeout_at(min(patience_ends(), self._give_up_at)) as wait:
            self._waits.add(wait)
            try:
                return await answer
            finally:
                self._waits.discard(wait)

    def give_up_in(self, seconds: float) -> None:
        """Have every call end by then: whoever waits for one is told so before the server stops."""
        self._give_up_at = asyncio.get_running_loop().time() + seconds
        for wait in self._waits:
            wait.reschedule(min(wait.when() or math.inf, self._give_up_at))


def _in_thread[Answer](work: Callable[[], Answer]) -> asyncio.Future[Answer]:
    """Do blocking work in a thread of its own, and give what comes of it.

    A pool would have everybody wait while its threads do, and Python waits for pools before it
    ends; a daemon thread that a silent Mux holds up is left behind.
    """
    future: Future[Answer] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits for it
            future.set_exception(error)

    Thread(target=run, name="mux", daemon=True).start()
    return asyncio.wrap_future(future)


def is_post(method: Callable[..., Any]) -> bool:
    """Whether mux-python sends this as POST, which Mux allows less often than all else."""
    return getattr(method, "__name__", "").startswith(("create_", "reset_"))


def _typed(error: ApiException) -> MuxError:
    status = error.status or 0
    known = {401: MuxLockedOut, 404: MuxNotFound, BUSY: MuxBusy}.get(status)
    if known:
        return known()
    return MuxRefused(_reasons(error)) if 400 <= status < 500 else MuxUnwell()


def _reasons(error: ApiException) -> str:
    """Mux's own words; mux-python leaves the body of the error to be parsed."""
    try:
        messages = json.loads(error.body or "")["error"]["messages"]
        return "; ".join(str(message) for message in messages)
    except (ValueError, TypeError, KeyError):
        return f"status {error.status}"
