"""Things for chosen people, their addresses and their playback IDs at Mux, for tests."""

from typing import Any

from tests.harness import Person, Site

LOCKED = "for people who sign up"


def create_stream(host: Person, visibility: str = "signup") -> str:
    form = {"title": "Premiere", "visibility": visibility, "record": "on"}
    answer = host.post("/create-stream", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/studio")


def change(owner: Person, path: str, visibility: str) -> None:
    answer = owner.post(f"{path}/edit", data={"title": "Rehearsal", "visibility": visibility})
    assert answer.status_code == 303, answer.text


def api(path: str) -> str:
    kind, _, mux_id = path.strip("/").partition("/")
    return f"/video/v1/{({'video': 'assets', 'stream': 'live-streams'})[kind]}/{mux_id}"


def at_mux(site: Site, path: str) -> dict[str, Any]:
    return site.mux_api("GET", api(path)).json()["data"]


def policies(site: Site, path: str) -> list[str]:
    return [each["policy"] for each in at_mux(site, path).get("playback_ids", [])]


def source(person: Person, path: str) -> str:
    answer = person.get(f"{path}/playback")
    assert answer.status_code == 200, answer.text
    return answer.json()["src"]
