"""Uploading through the app, as a browser without scripts and as our own script do it."""

import html
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from localmux.testing import eventually
from tests.harness import ACCEPT_JSON, Person, Site

FORM = {"title": "Sea", "filename": "sea.mp4", "size": "1000", "content_type": "video/mp4"}


def test_an_uploaded_file_becomes_a_video(ada: Person, clip: Path) -> None:
    path = ada.upload(clip, title="Waves by day")
    page = ada.get(path).text
    assert "<h1>Waves by day</h1>" in page
    assert "<hls-player" in page
    assert "0:02" in page


def test_the_bytes_go_to_mux_and_not_through_the_app(ada: Person, site: Site, clip: Path) -> None:
    upload = ada.create_upload(clip)
    assert upload["url"].startswith(site.mux.urls["api"])
    assert not upload["url"].startswith(site.url)


def test_mux_takes_bytes_from_the_apps_pages_only(ada: Person, site: Site, clip: Path) -> None:
    upload = ada.create_upload(clip)
    created = site.mux_api("GET", f"/video/v1/uploads/{upload['id']}").json()["data"]
    assert created["cors_origin"] == site.url


def test_a_form_without_scripts_leads_to_the_page_of_the_upload(ada: Person) -> None:
    answer = ada.post("/create-upload", data={"title": "Sea", "filename": "sea.mp4"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/upload/")


def test_the_page_of_an_upload_shows_a_command_that_really_sends_the_file(
    ada: Person, clip: Path, run_shell: Callable[[str], None]
) -> None:
    upload = ada.create_upload(clip)
    page = ada.get(upload["page"]).text
    command = page.partition("<code>")[2].partition("</code>")[0]
    assert command.startswith("curl -T ./clip.mp4 ")
    run_shell(command)
    eventually(lambda: "/video/" in ada.get(upload["page"]).text)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Give it a title."),
        ({"title": " \u202e\u0000 "}, "Give it a title."),
        ({"title": "x" * 10_000}, "Shorten the title to 120 characters; it has 10,000."),
        ({"filename": ""}, "Choose a file."),
        ({"filename": "virus.exe"}, "virus.exe is not a video or audio file"),
        ({"filename": "mp4"}, "mp4 is not a video or audio file"),
        ({"content_type": "text/html"}, "sea.mp4 is not a video or audio file"),
        ({"size": "0"}, "sea.mp4 is empty"),
        ({"size": "4000000001"}, "sea.mp4 is too large. A file may have up to 4,000 MB."),
        ({"size": "many"}, "The size of the file must be a number"),
    ],
)
def test_what_cannot_work_is_refused_before_any_byte_is_sent(
    ada: Person, site: Site, change: dict[str, str], sentence: str
) -> None:
    before = site.control("GET", "/requests").text
    for_people = ada.post("/create-upload", data=FORM | change)
    for_scripts = ada.post("/create-upload", data=FORM | change, headers=ACCEPT_JSON)
    assert (for_people.status_code, for_scripts.status_code) == (422, 422)
    assert sentence in for_people.text
    assert "There is a problem" in for_people.text
    assert sentence in for_scripts.json()["error"]["message"]
    assert set(for_scripts.json()["error"]["fields"]) <= {"title", "filename"}
    assert site.control("GET", "/requests").text.count("POST") == before.count("POST")


def test_what_was_typed_is_kept_when_the_form_is_refused(ada: Person) -> None:
    page = ada.post("/create-upload", data={"title": "My long title", "filename": ""}).text
    assert 'value="My long title"' in page


def test_a_file_that_is_no_video_ends_with_a_reason_and_a_way_on(
    ada: Person, not_a_video: Path
) -> None:
    page = ada.get(ada.upload(not_a_video, ends_with="could not be made playable")).text
    assert 'href="/upload"' in page
    assert "Upload another file" in page
    assert "Traceback" not in page


def test_a_cancelled_upload_takes_no_more_bytes(ada: Person, clip: Path) -> None:
    upload = ada.create_upload(clip, title="Never mind")
    answer = ada.post(f"{upload['page']}/cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, "/upload")
    assert "The upload of “Never mind” is cancelled." in ada.get("/upload").text
    assert httpx.put(upload["url"], content=b"late").is_client_error
    assert "This upload was cancelled." in ada.get(upload["page"]).text


def test_an_upload_that_has_finished_is_not_cancelled(ada: Person, clip: Path) -> None:
    upload = ada.create_upload(clip)
    httpx.put(upload["url"], content=clip.read_bytes())
    answer = ada.post(f"{upload['page']}/cancel")
    assert answer.headers["location"] == upload["page"]
    assert "cancelled" not in ada.get(upload["page"]).text


@pytest.mark.parametrize("action", ["", "/events", "/cancel"])
def test_an_upload_belongs_to_whoever_started_it(
    ada: Person, bob: Person, stranger: Person, clip: Path, action: str
) -> None:
    path = ada.create_upload(clip)["page"] + action
    method = "POST" if action == "/cancel" else "GET"
    assert bob.request(method, path).status_code == 403
    assert bob.request(method, "/upload/unknown" + action).status_code == 404
    away = stranger.request(method, path)
    assert (away.status_code, away.headers["location"].partition("?")[0]) == (303, "/login")


def test_a_script_that_is_signed_out_is_told_so_instead_of_led_to_a_page(stranger: Person) -> None:
    answer = stranger.post("/create-upload", data=FORM, headers=ACCEPT_JSON)
    assert answer.status_code == 401
    assert "Sign in" in answer.json()["error"]["message"]


def test_the_page_of_an_upload_follows_it_by_itself(ada: Person, clip: Path) -> None:
    upload = ada.create_upload(clip)
    events: list[str] = []
    with ada.stream("GET", f"{upload['page']}/events") as stream:
        for line in stream.iter_lines():
            events.append(line)
            if line == "event: fragment" and events.count(line) == 1:
                httpx.put(upload["url"], content=clip.read_bytes())
            if line.startswith("data: /video/"):
                break
    assert events[-2] == "event: location"


@pytest.fixture
def run_shell(clip: Path) -> Callable[[str], None]:
    """Runs a command as somebody would who copies it into a terminal beside the file."""

    def run(command: str) -> None:
        subprocess.run(html.unescape(command), shell=True, cwd=clip.parent, check=True)  # noqa: S602 - that is the point

    return run
