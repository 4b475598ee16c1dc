"""Keeps web pages of other sites away from what needs no credentials.

Browsers say with every request which site's page sent it. A name that an attacker owns may lead to
this machine (DNS rebinding) and then counts as the same site, so names are checked as well.
Source: https://owasp.org/www-community/attacks/DNS_Rebinding
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request

from localmux.answers import MuxError

OWN = {"none", "same-origin"}


def refuse_other_sites(request: Request, names: Collection[str | None]) -> None:
    """Raises MuxError 403 unless a program, or our own page under one of these names, asks."""
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return  # no browser sends neither when it changes something
    host = headers.get("host", "")
    if (site or "none") not in OWN or (origin and urlsplit(origin).netloc != host):
        raise MuxError(403, "forbidden", "Not for pages of another site.")
    name = urlsplit(f"//{host}").hostname or ""
    if name not in names and not _is_always_ours(name):
        raise MuxError(
            403,
            "forbidden",
            f"{name} is no name of localmux. Use localhost or an IP address, or start it with "
            "--public-url.",
        )


def _is_always_ours(name: str) -> bool:
    """Names that nobody can lead elsewhere or here."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
