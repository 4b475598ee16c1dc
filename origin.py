"""Which requests may come in at all, judged by where the browser says they come from.

Forms of other sites must not act in a visitor's name. Browsers say with every request where it
comes from, and cannot be made to lie about it, so no hidden form token is needed:
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site and
https://words.filippo.io/csrf/.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

import air
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from settings import LOOPBACK_NAMES

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Called by machines: the webhook proves itself by its signature, the health check changes nothing.
MACHINE_PATHS = frozenset({"/webhooks/mux", "/healthz"})

LONGEST_PATH = 255  # bytes; ours are far shorter


class OwnOrigin:
    """Refuses other sites' requests, and leads this machine's other names to `app_url`.

    The session cookie and an upload's CORS origin hold for one name only; somebody who opens
    127.0.0.1 instead of localhost would be signed out there and could not upload.
    """

    def __init__(self, app: ASGIApp, app_url: str) -> None:
        self.app = app
        self.app_url = app_url
        self.host = urlsplit(app_url).netloc
        self.local = urlsplit(app_url).hostname in LOOPBACK_NAMES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request here when it may not pass."""
        if scope["type"] == "http" and scope["path"] not in MACHINE_PATHS:
            headers = Headers(scope=scope)
            answer = _impossible(scope) or self._under_a_foreign_name(headers)
            if scope["method"] in SAFE_METHODS:
                answer = answer or self._under_another_name(scope, headers)
            else:
                answer = answer or self._from_another_site(headers)
            if answer:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _under_a_foreign_name(self, headers: Headers) -> Response | None:
        """An attacker's name may lead to this machine, so that their page could read what is here.

        https://owasp.org/www-community/attacks/DNS_Rebinding. Where the app is not local, anybody
        may read it.
        """
        if not self.local or _cannot_be_foreign(_host_name(headers)):
            return None
        return PlainTextResponse(
            f"This site is {self.app_url}. To open it under another name, set APP_URL to that.",
            status_code=421,
        )

    def _under_another_name(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self.local or host == self.host:
            return None
        if _host_name(headers) not in LOOPBACK_NAMES:
            return None
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        path = (scope.get("raw_path") or scope["path"].encode()).lstrip(b"/")
        return air.RedirectResponse(f"{self.app_url}/{(path + query).decode('latin-1')}")

    def _from_another_site(self, headers: Headers) -> Response | None:
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if site in {"same-origin", "none"} or (site is None and origin in {None, self.app_url}):
            return None
        return PlainTextResponse(
            f"This request came from another site and was refused. Open {self.app_url} instead.",
            status_code=403,
        )


def _impossible(scope: Scope) -> Response | None:
    """What no file system takes as a name would fail as a bug where static files are looked up."""
    path = scope["path"]
    if "\0" not in path and len(path.encode(errors="replace")) <= LONGEST_PATH:
        return None
    return PlainTextResponse("There is no such address.", status_code=404)


def _host_name(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return "."


def _cannot_be_foreign(name: str) -> bool:
    """Whether nobody can make this name lead here: an address, or a name without a dot."""
    if "." not in name or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
