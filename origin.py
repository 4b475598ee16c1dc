"""Which requests may come in at all, judged by where the browser says they come from.

Forms of other sites must not act in a visitor's name. Browsers say with every request where it
comes from, and cannot be made to lie about it, so no hidden form token is needed:
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site and
https://words.filippo.io/csrf/.
"""

from urllib.parse import urlsplit

import air
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from settings import LOOPBACK_NAMES

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Called by machines: the webhook proves itself by its signature, the health check changes nothing.
MACHINE_PATHS = frozenset({"/webhooks/mux", "/healthz"})


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
            if scope["method"] in SAFE_METHODS:
                answer = self._under_another_name(scope, headers)
            else:
                answer = self._from_another_site(headers)
            if answer:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _under_another_name(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self.local or host == self.host:
            return None
        if urlsplit(f"//{host}").hostname not in LOOPBACK_NAMES:
            return None
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        path = scope.get("raw_path") or scope["path"].encode()
        return air.RedirectResponse(self.app_url + (path + query).decode("latin-1"))

    def _from_another_site(self, headers: Headers) -> Response | None:
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if site in {"same-origin", "none"} or (site is None and origin in {None, self.app_url}):
            return None
        return PlainTextResponse(
            f"This request came from another site and was refused. Open {self.app_url} instead.",
            status_code=403,
        )
