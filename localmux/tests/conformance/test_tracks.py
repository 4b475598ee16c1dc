"""Rules of text tracks: fetched, shown in the playlist, served as WebVTT and as text."""

import re
from collections.abc import Callable
from urllib.parse import urljoin

import httpx
import pytest

from localmux.answers import Document

PATH = "/video/v1/assets"


@pytest.fixture(scope="module")
def captioned(
    film: bytes, send: Callable[..., Document], settled: Callable[[str], Document]
) -> Document:
    """A ready asset for subtitles to be added to."""
    return settled(send(film, playback_policies=["public"])["asset_id"])


@pytest.fixture(scope="module")
def track(
    api: httpx.Client, captioned: Document, subtitles_url: str, until: Callable[..., Document]
) -> Document:
    """English subtitles, once they are ready."""
    body = {
        "url": subtitles_url,
        "type": "text",
        "text_type": "subtitles",
        "language_code": "en",
        "name": "English",
        "closed_captions": True,
        "passthrough": "mine",
    }
    answer = api.post(f"{PATH}/{captioned['id']}/tracks", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    assert made["status"] == "preparing"

    def look() -> Document | None:
        tracks = api.get(f"{PATH}/{captioned['id']}").json()["data"]["tracks"]
        found = next(one for one in tracks if one["id"] == made["id"])
        return found if found["status"] != "preparing" else None

    return until(look)


def test_a_text_track_becomes_ready(track: Document) -> None:
    assert track["status"] == "ready"
    assert (track["type"], track["text_type"]) == ("text", "subtitles")
    assert track["text_source"] == "uploaded"
    assert (track["language_code"], track["name"]) == ("en", "English")
    assert track["closed_captions"] is True
    assert track["passthrough"] == "mine"


def test_players_are_offered_the_track(
    stream: httpx.Client, captioned: Document, track: Document
) -> None:
    master = stream.get(f"{captioned['playback_ids'][0]['id']}.m3u8")
    lines = [line for line in master.text.splitlines() if "TYPE=SUBTITLES" in line]
    assert len(lines) == 1
    assert f'NAME="{track["name"]}"' in lines[0]
    assert 'LANGUAGE="en"' in lines[0]
    group = re.findall(r'GROUP-ID="([^"]+)"', lines[0])[0]
    streams = [line for line in master.text.splitlines() if line.startswith("#EXT-X-STREAM-INF")]
    assert all(f'SUBTITLES="{group}"' in line for line in streams)
    address = re.findall(r'URI="([^"]+)"', lines[0])[0]
    media = stream.get(urljoin(str(master.url), address))
    assert "#EXT-X-ENDLIST" in media.text
    first = next(line for line in media.text.splitlines() if line and not line.startswith("#"))
    assert stream.get(urljoin(str(media.url), first)).text.startswith("WEBVTT")


def test_the_track_is_served_as_webvtt_and_as_text(
    stream: httpx.Client, captioned: Document, track: Document
) -> None:
    path = f"{captioned['playback_ids'][0]['id']}/text/{track['id']}"
    webvtt = stream.get(f"{path}.vtt")
    assert webvtt.headers["content-type"].startswith("text/vtt")
    assert webvtt.text.startswith("WEBVTT")
    assert "-->" in webvtt.text
    text = stream.get(f"{path}.txt").text
    assert text.strip()
    assert "-->" not in text


def test_a_file_that_is_not_there_makes_an_errored_track(
    api: httpx.Client, captioned: Document, missing_url: str, until: Callable[..., Document]
) -> None:
    body = {"url": missing_url, "type": "text", "text_type": "subtitles", "language_code": "fr"}
    made = api.post(f"{PATH}/{captioned['id']}/tracks", json=body).json()["data"]

    def look() -> Document | None:
        tracks = api.get(f"{PATH}/{captioned['id']}").json()["data"]["tracks"]
        found = next(one for one in tracks if one["id"] == made["id"])
        return found if found["status"] != "preparing" else None

    assert until(look)["status"] == "errored"
    assert api.delete(f"{PATH}/{captioned['id']}/tracks/{made['id']}").status_code == 204
    left = api.get(f"{PATH}/{captioned['id']}").json()["data"]["tracks"]
    assert made["id"] not in [one["id"] for one in left]


@pytest.mark.parametrize("left_out", ["url", "type", "language_code"])
def test_a_track_needs_address_type_and_language(
    api: httpx.Client, captioned: Document, subtitles_url: str, left_out: str
) -> None:
    body = {
        "url": subtitles_url,
        "type": "text",
        "text_type": "subtitles",
        "language_code": "de",
    }
    del body[left_out]
    answer = api.post(f"{PATH}/{captioned['id']}/tracks", json=body)
    assert answer.status_code == 400


def test_picture_and_primary_sound_cannot_be_deleted(api: httpx.Client, asset: Document) -> None:
    for track in asset["tracks"]:
        answer = api.delete(f"{PATH}/{asset['id']}/tracks/{track['id']}")
        assert answer.status_code == 400
    unknown = api.delete(f"{PATH}/{asset['id']}/tracks/{'Zz0' * 14}")
    assert unknown.status_code == 404
