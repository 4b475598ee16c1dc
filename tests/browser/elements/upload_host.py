"""An upload host that keeps bytes as Mux does, and fails in every way a test asks for."""

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.browser.elements.site import Request, Site

UNIT = 256 * 1024
READ_AT_ONCE = 64 * 1024

type Fault = Callable[["UploadHost", Request], None]


@dataclass
class UploadHost:
    """One upload on an origin of its own; `faults` spoil the next requests that carry bytes."""

    site: Site
    origin: str
    total: int
    stored: bytearray = field(default_factory=bytearray)
    faults: deque[Fault] = field(default_factory=deque)
    ranges: list[str] = field(default_factory=list)
    range_readable: bool = True
    gone: int = 0
    ended: int = 0
    # The host stops reading here until the test lets it go on.
    hold_at: int | None = None
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Add the routes."""
        self.site.on("PUT", "/put", self.answer)
        self.site.on("OPTIONS", "/put", self.preflight)

    @property
    def url(self) -> str:
        """Where the bytes go."""
        return f"{self.site.url}/put"

    @property
    def chunks(self) -> list[str]:
        """The ranges that came with bytes."""
        return [sent for sent in self.ranges if "*" not in sent]

    @property
    def questions(self) -> int:
        """How often the client asked what is stored."""
        return len(self.ranges) - len(self.chunks)

    def preflight(self, request: Request) -> None:
        """Let pages of the app send chunks."""
        request.start(
            204,
            access_control_allow_origin=self.origin,
            access_control_allow_methods="PUT, OPTIONS",
            access_control_allow_headers="content-type, content-range",
        )

    def answer(self, request: Request) -> None:
        """Take a chunk or answer a question, and count when that is over."""
        try:
            self.answer_to(request)
        finally:
            self.ended += 1

    def answer_to(self, request: Request) -> None:
        """Take a chunk or answer a question."""
        content_range = request.headers["Content-Range"]
        self.ranges.append(content_range)
        first = re.match(r"bytes (\d+)-", content_range)
        if self.gone:
            request.body()
            self.say(request, self.gone)
        elif first and self.faults:
            self.faults.popleft()(self, request)
        elif first and int(first[1]) > len(self.stored):
            request.body()
            self.say(request, 400)
        else:
            self.take(request)

    def take(self, request: Request) -> None:
        """Do what a healthy host does."""
        self.keep(request)
        self.report(request)

    def keep(self, request: Request, limit: int | None = None) -> None:
        """Store the body, at most `limit` bytes of it, ignoring what is stored already."""
        length = int(request.headers["Content-Length"])
        first = re.match(r"bytes (\d+)-", request.headers["Content-Range"])
        skip = len(self.stored) - int(first[1]) if first else 0
        left = length if limit is None else min(length, limit)
        while left:
            if self.hold_at is not None and len(self.stored) >= self.hold_at:
                self.released.wait(20)
                self.hold_at = None
            block = request.rfile.read(min(left, READ_AT_ONCE))
            if not block:
                raise ConnectionAbortedError
            left -= len(block)
            self.stored += block[skip:]
            skip = max(0, skip - len(block))

    def report(self, request: Request) -> None:
        """Say what is stored: all of it, a part, or nothing."""
        if len(self.stored) == self.total:
            self.say(request, 200)
        elif self.stored:
            self.say(request, 308, Range=f"bytes=0-{len(self.stored) - 1}")
        else:
            self.say(request, 308)

    def say(self, request: Request, status: int, **headers: str) -> None:
        """Answer so that pages of the app may read it."""
        exposed = {"access_control_expose_headers": "Range"} if self.range_readable else {}
        request.answer(status, access_control_allow_origin=self.origin, **exposed, **headers)


def cut_in_the_middle(host: UploadHost, request: Request) -> None:
    """Keep a part of the chunk, then lose the connection."""
    host.keep(request, limit=5 * UNIT)
    request.hang_up()


def cut_before_the_answer(host: UploadHost, request: Request) -> None:
    """Keep the whole chunk, but lose the connection instead of saying so."""
    host.keep(request)
    request.hang_up()


def keep_a_part(host: UploadHost, request: Request) -> None:
    """Keep less of the chunk than was sent, and say so."""
    before = len(host.stored)
    host.keep(request)
    del host.stored[before + 3 * UNIT :]
    host.report(request)


def keep_nothing(host: UploadHost, request: Request) -> None:
    """Throw the chunk away, and say so."""
    request.body()
    host.report(request)


def refuse_with(status: int) -> Fault:
    """Throw the chunk away with this status."""

    def fault(host: UploadHost, request: Request) -> None:
        request.body()
        host.say(request, status)

    return fault
