"""A small real web server whose answers a test decides, faults included."""

import mimetypes
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

STATIC = Path(__file__).parents[3] / "static"
# What the app sends, with every stream and upload host being a port of this machine.
POLICY = (
    "default-src 'self'; script-src 'self' https://cdn.jsdelivr.net; style-src 'self'; "
    "img-src 'self' data:; media-src blob: http://127.0.0.1:*; worker-src blob:; "
    "connect-src http://127.0.0.1:*"
)

type Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request, with the few ways to answer that the tests need."""

    protocol_version = "HTTP/1.1"

    def _dispatch(self) -> None:
        self.path_only = urlsplit(self.path).path
        site = cast("Site", self.server)
        site.seen.append((self.command, self.path))
        answer = site.find(self.command, self.path_only)
        try:
            answer(self)
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_OPTIONS = _dispatch  # noqa: N815 - named by the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Keep quiet: the tests look at `seen`."""

    def answer(self, status: int, body: str | bytes = b"", **headers: str) -> None:
        """Answer at once; `content_type="…"` becomes the header Content-Type."""
        content = body.encode() if isinstance(body, str) else body
        self.start(status, content_length=str(len(content)), **headers)
        self.wfile.write(content)

    def start(self, status: int, **headers: str) -> None:
        """Send status and headers; any page may read them, as at a host of videos or uploads."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "access_control_allow_origin" not in headers:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    def body(self) -> bytes:
        """Read the whole body."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def hang_up(self) -> None:
        """Cut the connection without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Site(ThreadingHTTPServer):
    """Serves `static/`, and whatever a test puts into it, on a free port."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        """Take a port and start serving."""
        super().__init__(("127.0.0.1", 0), Request)
        self.seen: list[tuple[str, str]] = []
        self.routes: dict[tuple[str, str], Answer] = {}
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop serving and let every waiting answer go."""
        self.closing.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers hang up at any moment: that is nothing to report."""

    @property
    def url(self) -> str:
        """The origin of this server."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def find(self, method: str, path: str) -> Answer:
        """Return the answer for a path, or that of the longest route ending in `*`."""
        exact = self.routes.get((method, path))
        if exact:
            return exact
        prefixes = [
            (route[:-1], answer)
            for (routed, route), answer in self.routes.items()
            if routed == method and route.endswith("*") and path.startswith(route[:-1])
        ]
        if prefixes:
            return max(prefixes, key=lambda pair: len(pair[0]))[1]
        return serve_static if path.startswith("/static/") else not_found

    def on(self, method: str, path: str, answer: Answer) -> None:
        """Answer `method path` (`/prefix/*` for all below it) from now on."""
        self.routes[method, path] = answer

    def page(self, path: str, body: str, *modules: str) -> str:
        """Put a page with these elements there and return its address."""
        tag = '<script type="module" src="/static/{}.js"></script>'
        scripts = "".join(map(tag.format, modules))
        html = (
            '<!doctype html><html lang="en"><head><title>Page</title>'
            f'<link rel="icon" href="data:,">{scripts}</head><body>{body}</body></html>'
        )
        headers = {"content_type": "text/html; charset=utf-8", "content_security_policy": POLICY}
        self.on("GET", path, lambda request: request.answer(200, html, **headers))
        return self.url + path

    def requests(self, path: str, method: str = "GET") -> int:
        """Count the requests for a path so far."""
        return sum(seen == method and urlsplit(at).path == path for seen, at in self.seen)


def serve_static(request: Request) -> None:
    """Serve the real files of the app."""
    file = STATIC / request.path_only.removeprefix("/static/")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    request.answer(200, file.read_bytes(), content_type=kind, cache_control="no-store")


def not_found(request: Request) -> None:
    """Say that there is nothing here."""
    request.body()
    request.answer(404)
