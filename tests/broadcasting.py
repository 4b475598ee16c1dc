"""A live stream as its host, its encoder and its viewers have it, for tests."""

import re
from dataclasses import dataclass
from typing import Any

from localmux.testing import eventually
from tests.harness import Person

LIVE = "badge-live"
RECONNECTING = "badge-warn"
LIVE_WITHIN = 30.0  # seconds, on machines that are busy with something else


@dataclass(slots=True)
class Channel:
    """One live stream of one host."""

    host: Person
    path: str

    @property
    def id(self) -> str:
        """Mux's ID of it."""
        return self.path.rpartition("/")[2]

    @property
    def ingest(self) -> str:
        """The URL that an encoder publishes to, as the studio shows it in two parts."""
        studio = self.host.get(f"{self.path}/studio").text
        server, key = (
            re.findall(f'id="{name}">([^<]+)<', studio) for name in ("server", "stream-key")
        )
        return f"{server[0]}/{key[0]}"

    def at_mux(self) -> dict[str, Any]:
        """What Mux says of it."""
        return self._ask("GET", f"/live-streams/{self.id}")["data"]

    def set_window(self, seconds: float) -> None:
        """Have Mux wait so long for an encoder that is gone."""
        self._ask("PATCH", f"/live-streams/{self.id}", json={"reconnect_window": seconds})

    def act(self, action: str, **form: str) -> None:
        """Press a button of the studio."""
        answer = self.host.post(f"{self.path}/{action}", data=form)
        assert answer.status_code == 303, answer.text

    def await_live(self) -> None:
        """Wait until viewers are shown the picture."""
        self.await_page(LIVE)

    def await_page(self, words: str) -> None:
        """Wait until the viewers' page says this."""
        eventually(lambda: words in self.host.get(self.path).text, LIVE_WITHIN)

    def policies(self) -> list[list[str]]:
        """The playback policies of the live stream, then of each recording, oldest first."""
        things = [self.at_mux(), *self.recordings()]
        return [[one["policy"] for one in thing.get("playback_ids", [])] for thing in things]

    def await_mark(self) -> None:
        """Wait until the running recording carries what becomes of it."""
        eventually(lambda: any('"marks"' in str(each) for each in self.recordings()))

    def recordings(self) -> list[dict[str, Any]]:
        """Every asset at Mux that was made of this live stream, oldest first."""
        assets = self._ask("GET", "/assets?limit=100")["data"]
        return [one for one in reversed(assets) if self.id in str(one)]

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.host.site.mux_api(method, f"/video/v1{path}", **options)
        assert answer.is_success, answer.text
        return answer.json()


def create_channel(host: Person, **form: str) -> Channel:
    """Create a live stream through the form, recording, with a window of twenty seconds."""
    described = {"title": "Evening concert", "latency_mode": "standard", "record": "on"}
    answer = host.post("/create-stream", data=described | form)
    assert answer.status_code == 303, answer.text
    channel = Channel(host, answer.headers["location"].removesuffix("/studio"))
    channel.set_window(20)
    return channel
