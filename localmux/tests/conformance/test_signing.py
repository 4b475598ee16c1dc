"""Rules of signed playback: keys, tokens and playback restrictions."""

import base64
import time
from collections.abc import Callable

import httpx
import jwt
import pytest

from localmux.answers import Document

KEYS = "/system/v1/signing-keys"
RESTRICTIONS = "/video/v1/playback-restrictions"


@pytest.fixture(scope="module")
def key(make: Callable[..., Document]) -> Document:
    """A signing key, with its private half."""
    return make(KEYS)


@pytest.fixture(scope="module")
def sign(key: Document, asset: Document) -> Callable[..., str]:
    """Makes tokens for the signed playback id of the shared asset; None leaves a claim out."""

    def make(**claims: object) -> str:
        usual = {"sub": asset["playback_ids"][1]["id"], "aud": "v", "exp": int(time.time()) + 600}
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        private = base64.b64decode(key["private_key"])
        return jwt.encode(said, private, "RS256", {"kid": key["id"]})

    return make


@pytest.fixture(scope="module")
def ask(stream: httpx.Client, asset: Document) -> Callable[..., httpx.Response]:
    """Asks for the master playlist with a token."""
    path = f"{asset['playback_ids'][1]['id']}.m3u8"
    return lambda token, **headers: stream.get(path, params={"token": token}, headers=headers)


def test_the_private_key_is_told_only_once(api: httpx.Client, key: Document) -> None:
    assert b"PRIVATE KEY" in base64.b64decode(key["private_key"])
    shown = api.get(f"{KEYS}/{key['id']}").json()["data"]
    assert shown == {"id": key["id"], "created_at": key["created_at"]}
    listed = api.get(KEYS, params={"limit": 100}).json()["data"]
    assert "private_key" not in listed[-1]


def test_a_token_opens_playlists_segments_and_images(
    stream: httpx.Client,
    image: httpx.Client,
    asset: Document,
    sign: Callable[..., str],
    ask: Callable[..., httpx.Response],
) -> None:
    master = ask(sign())
    assert master.status_code == 200
    rendition = next(line for line in master.text.splitlines() if line and line[0] != "#")
    media = stream.get(str(master.url.join(rendition)))
    assert "#EXTINF" in media.text
    segment = next(line for line in media.text.splitlines() if line and line[0] != "#")
    assert stream.get(str(media.url.join(segment))).status_code == 200
    path = f"{asset['playback_ids'][1]['id']}/thumbnail.jpg"
    assert image.get(path, params={"token": sign(aud="t")}).status_code == 200


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"exp": None}, {"aud": "t"}, {"aud": None}, {"sub": "another"}]
)
def test_a_token_for_something_else_is_403(
    sign: Callable[..., str], ask: Callable[..., httpx.Response], claims: Document
) -> None:
    assert ask(sign(**claims)).status_code == 403


def test_a_token_with_another_signature_is_403(
    sign: Callable[..., str], ask: Callable[..., httpx.Response]
) -> None:
    head, claims, _ = sign().split(".")
    _, _, signature = sign(exp=int(time.time()) + 900).split(".")
    assert ask(f"{head}.{claims}.{signature}").status_code == 403


def test_what_is_asked_beside_a_token_goes_into_it(
    sign: Callable[..., str], ask: Callable[..., httpx.Response]
) -> None:
    bounded = ask(sign(max_resolution="270p"))
    assert "RESOLUTION=640x360" not in bounded.text
    assert "RESOLUTION=480x270" in bounded.text


def test_a_restriction_is_shown_as_it_was_made(
    api: httpx.Client, create: Callable[..., Document]
) -> None:
    referrer = {"allowed_domains": ["*.example.com"], "allow_no_referrer": True}
    made = create(RESTRICTIONS, referrer=referrer)
    assert made["referrer"] == referrer
    assert api.get(f"{RESTRICTIONS}/{made['id']}").json()["data"] == made
    changed = {"allowed_domains": ["example.org"], "allow_no_referrer": False}
    answer = api.put(f"{RESTRICTIONS}/{made['id']}/referrer", json=changed)
    assert answer.status_code == 200
    assert answer.json()["data"]["referrer"] == changed
    assert api.delete(f"{RESTRICTIONS}/{made['id']}").status_code == 204
    assert api.get(f"{RESTRICTIONS}/{made['id']}").status_code == 404


def test_a_token_may_name_a_restriction_that_then_holds(
    create: Callable[..., Document],
    sign: Callable[..., str],
    ask: Callable[..., httpx.Response],
) -> None:
    referrer = {"allowed_domains": ["*.example.com"], "allow_no_referrer": False}
    made = create(RESTRICTIONS, referrer=referrer)
    token = sign(playback_restriction_id=made["id"])
    browser = {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    }
    assert ask(token, referer="https://www.example.com/", **browser).status_code == 200
    for other in ("https://example.com/", "https://a.b.example.com/", "https://example.org/"):
        assert ask(token, referer=other, **browser).status_code == 403
    assert ask(token, **browser).status_code == 403
