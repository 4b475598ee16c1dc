"""The rate limits of `rate_limits` as dependencies of routes, and the words when one is reached."""

import math
from typing import Annotated

import air
from fastapi import Depends
from fastapi.params import Depends as Dependency

from access import current_account
from rate_limits import RateLimits, network


def limits_of(request: air.Request) -> RateLimits:
    """The counts that the app was started with."""
    return request.app.state.rate_limits


def by_address(what: str) -> Dependency:
    """Count the requests of one address.

    Behind a proxy uvicorn takes the address from X-Forwarded-For, but only when the proxy is one of
    FORWARDED_ALLOW_IPS: https://www.uvicorn.org/settings/#http.
    """

    async def spend(request: air.Request) -> None:
        limits_of(request).spend(what, network(request.client.host if request.client else ""))

    return Depends(spend)


def by_account(what: str) -> Dependency:
    """Count the requests of one account; whoever has none is left to the route's own guard."""

    async def spend(request: air.Request) -> None:
        if account := await current_account(request):
            limits_of(request).spend(what, account.id)

    return Depends(spend)


def in_words(seconds: int) -> str:
    """A time to wait, as people say it."""
    count, unit = (seconds, "second") if seconds < 100 else (math.ceil(seconds / 60), "minute")
    return f"{count} {unit}" + ("s" if count != 1 else "")


TheLimits = Annotated[RateLimits, Depends(limits_of)]
