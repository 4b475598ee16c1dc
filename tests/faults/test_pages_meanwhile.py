"""Pages that need nothing from Mux do not notice that it hangs; `make bench` measures the p99.

Nor do they notice people who take for ever.
"""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from select import select
from threading import Event

from localmux.testing import eventually
from tests.harness import Person, Site, begin_a_form

PAGES = ("/", "/videos", "/streams", "/account", "/healthz")
WAITING = 12
SLOW = 200


def usual_seconds(person: Person) -> float:
    """What a page takes in the middle of several rounds."""
    seconds = []
    for page in PAGES * 6:
        begun = time.monotonic()
        assert person.get(page).status_code == 200
        seconds.append(time.monotonic() - begun)
    return statistics.median(seconds)


def test_pages_stay_fast_while_many_wait_for_mux(site: Site, ada: Person) -> None:
    normal = usual_seconds(ada)
    silence = {"action": "delay", "seconds": 3, "path": "/video/v1/*"}
    form = {"title": "Sea", "filename": "sea.mp4"}
    site.control("DELETE", "/requests")
    with site.mux_fault(silence), ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(ada.post, "/create-upload", data=form) for _ in range(WAITING)]
        asked = "/requests?method=POST&path=/video/v1/uploads"
        # All of them, so nobody's call waits for the end of another's either.
        eventually(lambda: site.control("GET", asked).json()["total"] == WAITING)
        meanwhile = usual_seconds(ada)
        assert not any(each.done() for each in waiting)
    assert meanwhile < 1.5 * normal + 0.02


def test_pages_stay_fast_while_many_send_a_form_byte_by_byte(site: Site, ada: Person) -> None:
    normal, done = usual_seconds(ada), Event()
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        slow = [stack.enter_context(begin_a_form(site)) for _ in range(SLOW)]
        each = cycle(slow)

        def send() -> None:
            """Each of them one byte a second."""
            while not done.wait(1 / SLOW):
                next(each).sendall(b"A")

        sending = pool.submit(send)
        try:
            assert usual_seconds(ada) < 1.5 * normal + 0.02
            sent_away, _, _ = select(slow, [], [], 0)
            assert not sent_away
            assert not sending.done()
        finally:
            done.set()
