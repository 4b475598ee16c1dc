"""The page of one video: watching, renaming, deleting, and who may."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from localmux.testing import eventually
from tests.harness import ACCEPT_JSON, Person, Site


@pytest.fixture
def video(ada: Person, clip: Path) -> str:
    """The path of a video of Ada's."""
    return ada.upload(clip, title="The sea")


def test_everybody_may_watch_a_video(stranger: Person, video: str) -> None:
    page = stranger.get(video).text
    source = page.partition('src="http')[2].partition('"')[0]
    assert httpx.get(f"http{source}").text.startswith("#EXTM3U")


def test_the_player_can_ask_for_its_address_again(stranger: Person, video: str) -> None:
    answer = stranger.get(f"{video}/playback").json()
    assert answer["src"] in stranger.get(video).text
    assert answer["expires_at"] is None


def test_only_its_uploader_sees_the_tools(
    ada: Person, bob: Person, stranger: Person, video: str
) -> None:
    assert "Delete for ever" in ada.get(video).text
    for person in (bob, stranger):
        page = person.get(video).text
        assert "Delete for ever" not in page
        assert f"{video}/edit" not in page


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_only_its_uploader_may_change_it(
    ada: Person, bob: Person, stranger: Person, video: str, action: str
) -> None:
    refused = bob.post(f"{video}/{action}", data={"title": "Mine"})
    assert refused.status_code == 403
    assert "belongs to somebody else" in refused.text
    assert stranger.post(f"{video}/{action}").headers["location"] == "/login"
    assert "<h1>The sea</h1>" in ada.get(video).text


def test_a_new_title_is_everywhere_and_at_mux(ada: Person, site: Site, video: str) -> None:
    assert ada.post(f"{video}/edit", data={"title": "  The \t ocean "}).status_code == 303
    page = ada.get(video).text
    assert "<h1>The ocean</h1>" in page
    assert "Saved." in page
    asset = site.mux_api("GET", f"/video/v1/assets/{video.rpartition('/')[2]}").json()["data"]
    assert asset["meta"]["title"] == "The ocean"


def test_a_video_keeps_its_owner_when_it_is_renamed(ada: Person, video: str) -> None:
    ada.post(f"{video}/edit", data={"title": "The ocean"})
    assert "Delete for ever" in ada.get(video).text


def test_an_impossible_title_is_refused_and_the_form_stays_open(ada: Person, video: str) -> None:
    answer = ada.post(f"{video}/edit", data={"title": ""})
    assert answer.status_code == 422
    assert "Give it a title." in answer.text
    assert "<details open" in answer.text


def test_a_deleted_video_is_gone_at_once_for_everybody(
    ada: Person, stranger: Person, site: Site, video: str
) -> None:
    source = stranger.get(f"{video}/playback").json()["src"]
    assert ada.post(f"{video}/delete").status_code == 303
    assert "“The sea” is deleted." in ada.get("/account").text
    gone = stranger.get(video)
    assert gone.status_code == 404
    assert "This video is gone" in gone.text
    assert httpx.get(source).status_code == 404
    asset = site.mux_api("GET", f"/video/v1/assets/{video.rpartition('/')[2]}")
    assert asset.status_code == 404


def test_deleting_twice_says_that_it_is_gone(ada: Person, video: str) -> None:
    ada.post(f"{video}/delete")
    assert ada.post(f"{video}/delete").status_code == 404


def test_a_video_deleted_at_mux_disappears_here_too(ada: Person, site: Site, video: str) -> None:
    site.mux_api("DELETE", f"/video/v1/assets/{video.rpartition('/')[2]}")
    eventually(lambda: ada.get(video).status_code == 404)


def test_a_video_in_preparation_says_so_and_goes_on_by_itself(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    site.control("PUT", "/time", json={"ready_after": 2})
    ada = visit(site).join()
    upload = ada.create_upload(clip)
    httpx.put(upload["url"], content=clip.read_bytes())
    asset_id = eventually(lambda: site.mux_api("GET", "/video/v1/assets").json()["data"])[0]["id"]
    page = eventually(lambda: "being prepared" in ada.get(f"/video/{asset_id}").text)
    assert page
    assert ada.get(f"/video/{asset_id}/playback").status_code == 409
    with ada.stream("GET", f"/video/{asset_id}/events") as stream:
        assert any("hls-player" in line for line in stream.iter_lines())


def test_mux_failing_while_renaming_is_said_in_words(
    start_site: Callable[..., Site], visit: Callable[[Site], Person], clip: Path
) -> None:
    site = start_site()
    ada = visit(site).join()
    video = ada.upload(clip)
    for action, words in (
        ({"action": "status", "status": 500}, "has a problem of its own"),
        ({"action": "status", "status": 429}, "too much to do right now"),
        ({"action": "drop"}, "cannot be reached"),
        ({"action": "html"}, "has a problem of its own"),
        ({"action": "half"}, "The video service"),
    ):
        site.control("POST", "/faults", json=action | {"method": "PATCH", "times": 1})
        page = ada.post(f"{video}/edit", data={"title": "New"})
        assert page.status_code >= 500
        assert words in page.text
        told = ada.post(f"{video}/edit", data={"title": "New"}, headers=ACCEPT_JSON)
        assert told.status_code == 303
