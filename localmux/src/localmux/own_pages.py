"""Keeps web pages of other sites away from what needs no credentials.

Browsers say with most requests which site's page sent it. A name that an attacker owns may lead to
this machine (DNS rebinding); then its page counts as the same site, and what it reads by plain http
comes without a word about where from. So every request must be for a name of ours.
Sources: https://owasp.org/www-community/attacks/DNS_Rebinding,
https://www.w3.org/TR/fetch-metadata/#http-headerdef-sec-fetch-site (for trustworthy URLs only)
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
    host = headers.get("host", "")
    site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin")
    if site not in OWN or (origin is not None and urlsplit(origin).netloc != host):
        raise MuxError(403, "forbidden", "Not for pages of another site.")
    name = _name(host)
    if name not in names and not _is_always_ours(name):
        raise MuxError(
            403,
            "forbidden",
            f"{name} is no name of localmux. Use localhost or an IP address, or start it with "
            "--public-url.",
        )


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return host


def _is_always_ours(name: str) -> bool:
    """Names that nobody can lead elsewhere or here; one without a dot is of the own network."""
    if "." not in name or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
