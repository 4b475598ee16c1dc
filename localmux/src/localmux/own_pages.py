"""Keeps web pages of other sites away from what needs no credentials.

Browsers say with every request which site's page sent it. A name that an attacker owns may lead to
this machine (DNS rebinding) and then counts as the same site, so names are checked as well.
Source: https://owasp.org/www-community/attacks/DNS_Rebinding
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from localmux.answers import MuxError

OWN = {"none", "same-origin"}


def refuse_other_sites(request: Request, public_url: str) -> None:
    """Raises MuxError 403 unless a program, or our own page under a name of ours, asks."""
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return  # no browser sends neither when it changes something
    host = headers.get("host", "")
    foreign = (site or "none") not in OWN or (origin and urlsplit(origin).netloc != host)
    if foreign or not _is_ours(urlsplit(f"//{host}").hostname or "", public_url):
        raise MuxError(403, "forbidden", "Not for pages of another site.")


def _is_ours(name: str, public_url: str) -> bool:
    if name == urlsplit(public_url).hostname or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
