"""The headers that keep a browser from doing with our pages what they are not for.

https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP and
https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html say what each is for.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import Settings

# The one script that is not ours; `views/player.py` pins its content by a hash as well.
HLS_JS = "https://cdn.jsdelivr.net/npm/hls.js@1.7.4/dist/hls.min.js"
TWO_YEARS = 2 * 365 * 24 * 60 * 60


def content_security_policy(settings: Settings) -> str:
    """What pages may load, and from where. Inline code and styles are not among it.

    hls.js feeds the player from a `blob:` and works in a worker made of one:
    https://github.com/video-dev/hls.js/blob/master/docs/API.md. Mux's playlists and uploads lead on
    to hosts whose names Mux does not promise, so they are allowed by MUX_MEDIA_HOSTS.
    """
    media = f"{_origin(settings.mux_stream_url)} {settings.mux_media_hosts}"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {HLS_JS}",
            "style-src 'self'",
            f"img-src 'self' {_origin(settings.mux_image_url)}",
            f"media-src 'self' blob: {media}",
            f"connect-src 'self' {media}",
            "worker-src blob:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def protective_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Mux's playback restrictions go by the origin of the page, so that much must be told.
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}"
    return headers


class ProtectiveHeaders:
    """Adds them, and keeps the pages of signed-in people out of every cache."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the head of the answer."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if not scope["path"].startswith("/static/"):
                    personal = "account" in scope.get("session", {})
                    # Asking again each time, or after signing out Back would still show it.
                    headers.setdefault("Cache-Control", "no-store" if personal else "no-cache")
            await send(message)

        await self.app(scope, receive, add if scope["type"] == "http" else send)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
