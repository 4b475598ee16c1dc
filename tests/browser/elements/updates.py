"""A page with live updates and the server behind it, for the tests of `<live-updates>`."""

import queue

from playwright.sync_api import Page, expect

from localmux.testing import eventually
from tests.browser.elements.site import Request, Site

HANG_UP = "hang up"
LOST = "Connection lost. Trying to reconnect…"


class Updates:
    """A page with live updates, and the server's side of them."""

    def __init__(self, page: Page, site: Site) -> None:
        """Answer with an endless stream until a test says otherwise."""
        self.page = page
        self.site = site
        self.messages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.connected = 0
        self.open_now = 0
        self.statuses: list[int] = []
        self.notice = page.locator(".network-lost")
        site.on("GET", "/events", self.stream)

    def stream(self, request: Request) -> None:
        """Send what the test wants sent; a browser that went away is noticed by a ping."""
        if self.statuses:
            request.answer(self.statuses.pop(0))
            return
        self.connected += 1
        self.open_now += 1
        request.close_connection = True
        try:
            request.start(200, content_type="text/event-stream", cache_control="no-store")
            while not self.site.closing.is_set():
                try:
                    message = self.messages.get(timeout=0.05)
                except queue.Empty:
                    message = ": still there\n\n"
                if message == HANG_UP:
                    request.hang_up()
                    return
                request.wfile.write(message.encode())
        finally:
            self.open_now -= 1

    def say_nothing(self, _: Request) -> None:
        """Leave the browser without an answer."""
        self.site.closing.wait(20)

    def open(self, body: str, *modules: str, around: str = "{}") -> None:
        """Open a page whose part `body` is updated."""
        html = around.format(f'<live-updates src="/events">{body}</live-updates>')
        self.page.goto(self.site.page("/page", html, "live-updates", *modules))
        eventually(lambda: self.connected == 1)

    def send(self, html: str, event: str = "fragment") -> None:
        """Send one event."""
        lines = "".join(f"data: {line}\n" for line in html.splitlines())
        self.messages.put(f"event: {event}\n{lines}\n")

    def expect_text(self, text: str) -> None:
        """Wait for the text of the element `#state`."""
        expect(self.page.locator("#state")).to_have_text(text)

    def mark(self, selector: str) -> None:
        """Mark an element, to know later whether it is still the same one."""
        self.page.locator(selector).evaluate("element => { element.marked = true }")

    def is_marked(self, selector: str) -> bool:
        """Whether it is."""
        return self.page.locator(selector).evaluate("element => element.marked === true")
