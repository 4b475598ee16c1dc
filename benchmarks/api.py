"""What the stand-in costs somebody who only wants an API to talk to: memory, start, answers."""

import base64
import http.client
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.figures import Figure
from benchmarks.memory import resident
from localmux.resources import Store
from localmux.testing import Running, running

ASSETS = 1000
STARTS = 3  # the best of them counts: the others met something else the machine was doing
CLIENTS = 4  # connections that ask at the same time
SECONDS = 3.0  # of asking


def figures() -> Iterator[Figure]:
    """Give memory, start, requests per second, and the time a long list takes."""
    with tempfile.TemporaryDirectory() as folder:
        _write_assets(Path(folder))
        starts = []
        for _ in range(STARTS):
            begin = time.perf_counter()
            with running("--data-dir", folder):
                starts.append(time.perf_counter() - begin)
        yield Figure("localmux: start → ready", min(starts), 1, "s")
        with running("--data-dir", folder) as localmux:
            yield Figure("localmux: memory, idle", resident(localmux.process.pid), 80, "MB")
            yield Figure(f"localmux: {ASSETS} assets by cursor", _list_all(localmux), 2, "s")
            rate = _requests_per_second(localmux, "/video/v1/assets/asset7")
            yield Figure("localmux: GET asset, requests a second", rate, 500, "/s", at_least=True)


def _write_assets(folder: Path) -> None:
    """As an earlier process would have left them."""
    store = Store(folder / "localmux.sqlite3")
    tracks = [{"id": str(number), "type": "video", "status": "ready"} for number in range(3)]
    with store.transaction():
        for number in range(ASSETS):
            document = {"id": f"asset{number}", "status": "ready", "created_at": "1700000000"}
            store.add("asset", document | {"passthrough": "x" * 200, "tracks": tracks})
    store.close()


class _Client:
    """One connection that is kept, with the credentials of localmux."""

    def __init__(self, localmux: Running) -> None:
        parts = urlsplit(localmux.urls["api"])
        self.connection = http.client.HTTPConnection(parts.hostname or "localhost", parts.port)
        token = base64.b64encode(":".join(localmux.token).encode()).decode()
        self.headers = {"authorization": f"Basic {token}"}

    def get(self, path: str) -> bytes:
        """The body. Raises RuntimeError for anything but success."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}.")
        return body


def _list_all(localmux: Running) -> float:
    """Seconds until every asset was listed, a hundred at a time."""
    client, cursor, count = _Client(localmux), "", 0
    begin = time.perf_counter()
    while cursor is not None:
        page = json.loads(client.get(f"/video/v1/assets?limit=100&cursor={cursor}"))
        count += len(page["data"])
        cursor = page["next_cursor"]
    taken = time.perf_counter() - begin
    if count != ASSETS:
        raise RuntimeError(f"The list holds {count} of {ASSETS} assets.")
    return taken


def _requests_per_second(localmux: Running, path: str) -> float:
    counts: list[int] = []
    end = time.perf_counter() + SECONDS

    def ask() -> None:
        client, count = _Client(localmux), 0
        while time.perf_counter() < end:
            client.get(path)
            count += 1
        counts.append(count)

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(counts) / SECONDS
