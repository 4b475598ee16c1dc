"""Who may watch: nobody else is given an address, and Mux plays it to nobody else."""

import re
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from localmux.testing import eventually
from tests.harness import PASSWORD, Person, Site
from tests.showing import LOCKED, api, at_mux, change, create_stream, policies, source

SIGNED_UP = "You are signed up"


@pytest.fixture(scope="module")
def host(shared_site: Site) -> Generator[Person]:
    """Whoever owns what is not for everybody."""
    with Person(shared_site) as person:
        yield person.join()


@pytest.fixture
def video(host: Person, clip: Path) -> str:
    """The path of a video for people who sign up."""
    path = host.upload(clip, title="Rehearsal")
    change(host, path, "signup")
    return path


@pytest.fixture
def stream(host: Person) -> str:
    """The path of a live stream for people who sign up."""
    return create_stream(host)


def first_event(person: Person, path: str) -> str:
    with person.stream("GET", f"{path}/events") as events:
        return next(line for line in events.iter_lines() if line.startswith("data:"))


def test_a_stranger_finds_no_way_to_play_it_on_any_page(
    site: Site, host: Person, bob: Person, stranger: Person, video: str, stream: str
) -> None:
    ids = [each["id"] for path in (video, stream) for each in at_mux(site, path)["playback_ids"]]
    pages = ("/", "/videos", "/videos?q=Rehearsal", "/streams", video, stream)
    for person in (stranger, bob):
        shown = [person.get(path).text for path in pages]
        shown += [first_event(person, path) for path in (video, stream)]
        shown += [person.get(f"{path}/playback").text for path in (video, stream)]
        if person is bob:
            shown.append(bob.get("/account").text)
        for text in shown:
            assert "token=" not in text
            assert "<hls-player" not in text
            assert not any(each in text for each in ids)
        assert host.name in shown[4]
        assert LOCKED in shown[4]
        assert "Rehearsal" in shown[2]
        assert "Sign up to watch" in shown[2]


def test_the_player_is_told_why_it_gets_no_address(
    bob: Person, stranger: Person, video: str, stream: str
) -> None:
    for path in (video, stream):
        refused = [person.get(f"{path}/playback", headers={"accept": "application/json"})
                   for person in (stranger, bob)]  # fmt: skip
        assert [each.status_code for each in refused] == [401, 403]
        assert "Sign in" in refused[0].json()["error"]["message"]
        assert "Sign up to watch." in refused[1].json()["error"]["message"]


def test_signing_up_opens_the_video_and_cancelling_closes_it(
    host: Person, bob: Person, video: str
) -> None:
    assert bob.post(f"{video}/signup").headers["location"] == video
    page = bob.get(video).text
    assert SIGNED_UP in page
    assert " expires=" in page
    url = source(bob, video)
    assert url in page
    assert httpx.get(url).text.startswith("#EXTM3U")
    assert httpx.get(url.partition("?")[0]).status_code == 403
    listed = bob.get("/videos?q=Rehearsal").text
    pictures = re.findall(r'src="(http[^"]+token=[^"]+)"', listed)
    assert [httpx.get(each).status_code for each in pictures] == [200, 200]  # a still, and moving
    assert "Signed up" in listed
    assert f'href="{video}"' in bob.get("/account").text
    assert f"<li>{bob.name} ·" in host.get(video).text
    bob.post(f"{video}/signup/cancel")
    assert LOCKED in bob.get(video).text
    assert bob.get(f"{video}/playback").status_code == 403
    assert f"<li>{bob.name} ·" not in host.get(video).text


def test_a_page_is_the_same_at_each_look_while_its_token_is_fresh(host: Person, video: str) -> None:
    host.get(video)  # takes the message of the last action along
    assert host.get(video).text == host.get(video).text
    assert source(host, video) == source(host, video)


def test_an_open_page_follows_what_its_viewer_may(bob: Person, video: str, stream: str) -> None:
    for path, opened in ((video, "<hls-player"), (stream, "Waiting for the host")):
        with bob.stream("GET", f"{path}/events") as events:
            lines = events.iter_lines()
            next(line for line in lines if LOCKED in line)
            bob.post(f"{path}/signup")
            next(line for line in lines if opened in line)
            bob.post(f"{path}/signup/cancel")
            closed = next(line for line in lines if LOCKED in line)
            assert "token=" not in closed


def test_an_open_page_ends_with_the_session(ada: Person, bob: Person, video: str) -> None:
    bob.post(f"{video}/signup")
    with bob.stream("GET", f"{video}/events") as events:
        lines = events.iter_lines()
        next(line for line in lines if "<hls-player" in line)
        form = {"current": PASSWORD, "password": "another password"}
        assert bob.post("/account", data=form).status_code == 303
        ada.post(f"{video}/signup")
        assert not any("token=" in line for line in lines)


def test_two_viewers_of_one_live_stream_are_sent_what_each_may_see(
    bob: Person, stranger: Person, stream: str
) -> None:
    bob.post(f"{stream}/signup")
    with bob.stream("GET", f"{stream}/events") as inside:
        lines = inside.iter_lines()
        assert "Waiting for the host" in next(line for line in lines if "stream-stage" in line)
        locked = first_event(stranger, stream)
        assert LOCKED in locked
        assert "1 viewer<" in locked


def test_another_visibility_is_another_address_and_the_old_one_plays_no_more(
    site: Site, host: Person, stranger: Person, clip: Path
) -> None:
    video = host.upload(clip, title="Rehearsal")
    before = source(stranger, video)
    change(host, video, "signup")
    assert policies(site, video) == ["signed"]
    assert httpx.get(before).status_code == 404
    assert stranger.get(f"{video}/playback").status_code == 401
    signed = source(host, video)
    assert httpx.get(signed).status_code == 200
    change(host, video, "public")
    assert policies(site, video) == ["public"]
    assert httpx.get(signed).status_code == 404
    assert httpx.get(source(stranger, video)).status_code == 200


def test_a_title_alone_leaves_the_visibility_and_the_address(host: Person, video: str) -> None:
    before = source(host, video)
    assert host.post(f"{video}/edit", data={"title": "Other"}).status_code == 303
    assert source(host, video) == before


def test_an_upload_is_for_whom_the_form_says(
    site: Site, host: Person, stranger: Person, clip: Path
) -> None:
    form = {"title": "Mine", "filename": clip.name, "visibility": "signup"}
    accept = {"accept": "application/json"}
    upload = host.post("/create-upload", data=form, headers=accept).json()
    httpx.put(upload["url"], content=clip.read_bytes()).raise_for_status()
    made = r'href="(/video/\w+)"'
    (video, *_) = eventually(lambda: re.findall(made, host.get(upload["page"]).text))
    assert policies(site, video) == ["signed"]
    assert LOCKED in stranger.get(video).text


def test_what_is_no_choice_of_viewers_is_refused(host: Person, video: str, stream: str) -> None:
    form = {"title": "T", "visibility": "friends", "filename": "a.mp4"}
    for path in ("/create-upload", "/create-stream", f"{video}/edit", f"{stream}/edit"):
        answer = host.post(path, data=form)
        assert answer.status_code == 422
        assert "Choose who may watch." in answer.text


def test_a_live_stream_changes_its_address_too(site: Site, host: Person, stranger: Person) -> None:
    stream = create_stream(host, "public")
    assert policies(site, stream) == ["public"]
    assert at_mux(site, stream)["new_asset_settings"]["playback_policies"] == ["public"]
    change(host, stream, "signup")
    assert policies(site, stream) == ["signed"]
    assert LOCKED in stranger.get(stream).text


def test_a_change_that_was_cut_off_is_finished(
    site: Site, host: Person, video: str, stream: str, clip: Path
) -> None:
    public = host.upload(clip, title="Rehearsal")
    for path, other in ((video, "public"), (stream, "public"), (public, "signed")):
        expect_finished(site, path, other)
    eventually(lambda: at_mux(site, video)["playback_ids"][0]["id"] in source(host, video))
    assert httpx.get(source(host, video)).status_code == 200


def expect_finished(site: Site, path: str, other: str) -> None:
    right = at_mux(site, path)["playback_ids"][0]
    # Between making another address and writing down for whom it is: the change never was.
    site.mux_api("POST", f"{api(path)}/playback-ids", json={"policy": other}).raise_for_status()
    site.mux_api("PATCH", api(path), json={"meta": {"title": "Nudged"}})
    eventually(lambda: at_mux(site, path)["playback_ids"] == [right], within=30)
    # With no address at all, the right one is made.
    site.mux_api("DELETE", f"{api(path)}/playback-ids/{right['id']}")
    site.mux_api("PATCH", api(path), json={"meta": {"title": "Nudged again"}})
    eventually(lambda: policies(site, path) == [right["policy"]], within=30)


def test_a_deleted_thing_forgets_its_signups(bob: Person, host: Person, video: str) -> None:
    bob.post(f"{video}/signup")
    host.post(f"{video}/delete")
    assert video not in bob.get("/account").text
    assert bob.post(f"{video}/signup").status_code == 404


def test_signing_up_for_a_video_needs_an_account(stranger: Person, video: str) -> None:
    assert stranger.post(f"{video}/signup").headers["location"] == "/login"
    assert f"/login?next=%2F{video[1:].replace('/', '%2F')}" in stranger.get(video).text
