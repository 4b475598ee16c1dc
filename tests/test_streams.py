"""Live streams: creating them, who may do what, and the pages of every state."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Person, Site

FORM = {"title": "Evening concert", "latency_mode": "standard", "record": "on"}


@pytest.fixture
def stream(ada: Person) -> str:
    """The path of a live stream of Ada's."""
    answer = ada.post("/create-stream", data=FORM)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/studio")


def at_mux(site: Site, stream: str) -> dict[str, Any]:
    answer = site.mux_api("GET", f"/video/v1/live-streams/{stream.rpartition('/')[2]}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_new_live_stream_is_set_up_at_mux_so_that_its_recordings_play(
    site: Site, stream: str
) -> None:
    made = at_mux(site, stream)
    assert made["meta"] == {"title": "Evening concert"}
    assert made["latency_mode"] == "standard"
    assert made["reconnect_window"] == 60
    assert made["new_asset_settings"]["playback_policies"] == ["public"]
    assert made["playback_ids"][0]["policy"] == "public"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Give it a title."),
        ({"latency_mode": "none"}, "Choose one of the three latency modes."),
        ({"start_time": "tomorrow"}, "Write the start like"),
        ({"start_time": "1999-01-01T00:00"}, "Choose a start in the future"),
        ({"start_time": "9999-12-31T23:59", "utc_offset": "-9999999"}, "Write the start like"),
        ({"start_time": "2030-01-01T00:00", "utc_offset": "x"}, "Write the start like"),
    ],
)
def test_what_cannot_be_a_live_stream_is_refused_beside_its_field(
    ada: Person, change: dict[str, str], sentence: str
) -> None:
    answer = ada.post("/create-stream", data=FORM | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text


def test_the_start_is_understood_in_the_visitors_own_time_zone(ada: Person) -> None:
    local = (datetime.now(UTC) + timedelta(days=2)).replace(hour=20, minute=15)
    form = FORM | {"start_time": f"{local:%Y-%m-%dT%H:%M}", "utc_offset": "120"}
    path = ada.post("/create-stream", data=form).headers["location"].removesuffix("/studio")
    assert f"{local:%Y-%m-%d}T18:15:00+00:00" in ada.get(path).text
    assert "Starts in" in ada.get(path).text


def test_a_live_stream_waits_for_its_host_on_a_page_for_everybody(
    stranger: Person, stream: str
) -> None:
    page = stranger.get(stream).text
    assert "Waiting for the host" in page
    assert "<hls-player" not in page
    assert stranger.get(f"{stream}/playback").status_code == 409


def test_the_key_is_in_the_studio_and_nowhere_else(
    site: Site, ada: Person, stranger: Person, stream: str
) -> None:
    key = str(at_mux(site, stream)["stream_key"])
    assert key in ada.get(f"{stream}/studio").text
    for path in (stream, "/streams", "/"):
        assert key not in ada.get(path).text
        assert key not in stranger.get(path).text
    assert key not in site.app.log()


ACTIONS = [
    "edit", "record", "enable", "disable", "end", "reset-key", "delete", "targets",
    "targets/any/delete", "test-broadcast/start",
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_host_may_act(
    site: Site, bob: Person, stranger: Person, stream: str, action: str
) -> None:
    before = at_mux(site, stream)
    assert bob.post(f"{stream}/{action}", data=FORM).status_code == 403
    assert stranger.post(f"{stream}/{action}", data=FORM).headers["location"] == "/login"
    assert at_mux(site, stream) == before


@pytest.mark.parametrize("page", ["studio", "studio/events"])
def test_only_the_host_sees_the_studio(
    ada: Person, bob: Person, stranger: Person, stream: str, page: str
) -> None:
    assert bob.get(f"{stream}/{page}").status_code == 403
    assert stranger.get(f"{stream}/{page}").status_code == 303
    assert "studio" not in bob.get(stream).text
    assert f"{stream}/studio" in ada.get(stream).text


def test_an_edit_keeps_what_it_does_not_name(site: Site, ada: Person, stream: str) -> None:
    stream_id = stream.rpartition("/")[2]
    settings = {"reconnect_window": 17, "max_continuous_duration": 600}
    site.mux_api("PATCH", f"/video/v1/live-streams/{stream_id}", json=settings)
    form = {"title": "Morning concert", "latency_mode": "low"}
    assert ada.post(f"{stream}/edit", data=form).status_code == 303
    made = at_mux(site, stream)
    assert made["meta"] == {"title": "Morning concert"}
    assert made["latency_mode"] == "low"
    assert (made["reconnect_window"], made["max_continuous_duration"]) == (17, 600)
    assert "Morning concert" in ada.get(stream).text


def test_a_new_key_replaces_the_old_one(site: Site, ada: Person, stream: str) -> None:
    before = at_mux(site, stream)["stream_key"]
    assert ada.post(f"{stream}/reset-key").status_code == 303
    after = str(at_mux(site, stream)["stream_key"])
    assert after != before
    assert after in ada.get(f"{stream}/studio").text


def test_switching_off_and_on(site: Site, ada: Person, stranger: Person, stream: str) -> None:
    ada.post(f"{stream}/disable")
    assert at_mux(site, stream)["status"] == "disabled"
    assert "switched off by its host" in stranger.get(stream).text
    ada.post(f"{stream}/enable")
    assert at_mux(site, stream)["status"] == "idle"
    assert "Waiting for the host" in stranger.get(stream).text


def test_a_deleted_live_stream_is_gone(ada: Person, stranger: Person, stream: str) -> None:
    assert ada.post(f"{stream}/delete").headers["location"] == "/streams"
    assert stranger.get(stream).status_code == 404
    assert "This live stream is gone" in stranger.get(stream).text


def test_simulcast_targets_come_and_go_and_their_keys_are_never_shown(
    ada: Person, stream: str
) -> None:
    form = {"name": "Other site", "url": "rtmp://127.0.0.1:9/app", "stream_key": "other-secret"}
    assert ada.post(f"{stream}/targets", data=form).status_code == 303
    studio = ada.get(f"{stream}/studio").text
    assert "Other site – waiting for your broadcast" in studio
    assert "other-secret" not in studio
    remove = studio.partition(f'action="{stream}/targets/')[2].partition('"')[0]
    assert ada.post(f"{stream}/targets/{remove}").status_code == 303
    assert "Other site" not in ada.get(f"{stream}/studio").text.partition("<main")[2].replace(
        "Removed.", ""
    )


def test_a_target_needs_an_address_that_can_be_sent_to(ada: Person, stream: str) -> None:
    for url in ("", "https://example.com", "rtmp://", "file:///etc/passwd"):
        answer = ada.post(f"{stream}/targets", data={"url": url})
        assert answer.status_code == 422
        assert "Write the server URL" in answer.text


def test_a_restarted_app_has_its_live_streams_back(
    start_site: Callable[..., Site], visit: Callable[[Site], Person]
) -> None:
    site = start_site()
    ada = visit(site).join()
    form = FORM | {"start_time": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    stream = ada.post("/create-stream", data=form).headers["location"].removesuffix("/studio")
    ada.post(f"{stream}/record")
    site.app.kill()
    site.app.start()
    assert "Evening concert" in ada.get("/streams").text
    assert "Starts in" in ada.get(stream).text
    assert "Recording is off" in ada.get(f"{stream}/studio").text


def test_the_host_sees_who_signed_up(ada: Person, bob: Person, stream: str) -> None:
    assert "Nobody yet." in ada.get(f"{stream}/studio").text
    for _ in range(2):
        assert bob.post(f"{stream}/signup").headers["location"] == stream
    assert "You are signed up" in bob.get(stream).text
    assert ada.get(f"{stream}/studio").text.count(f"<li>{bob.name} ·") == 1
    bob.post(f"{stream}/signup/cancel")
    assert "Sign up to watch" in bob.get(stream).text
    assert "Nobody yet." in ada.get(f"{stream}/studio").text


def test_signing_up_needs_an_account(stranger: Person, stream: str) -> None:
    assert stranger.post(f"{stream}/signup").headers["location"] == "/login"


def test_the_choice_of_viewers_is_kept_with_the_stream(ada: Person) -> None:
    answer = ada.post("/create-stream", data=FORM | {"visibility": "signup"})
    studio = ada.get(answer.headers["location"]).text
    chosen = studio.partition('value="signup"')[2].partition(">")[0]
    assert "checked" in chosen
