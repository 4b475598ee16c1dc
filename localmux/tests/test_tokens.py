"""Signed playback: what a token opens, and every way in which it does not."""

import base64
import hmac
import json
import re
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from jwt.utils import base64url_encode

from localmux.answers import Document
from localmux.testing import Running, eventually

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", "referer": ""}


@dataclass(slots=True)
class Signed:
    """An asset with a signed playback ID and a public one, and a key that signs for it."""

    client: httpx.Client
    playback_id: str
    public_id: str
    key_id: str
    private_key: bytes

    def claims(self, **changes: object) -> Document:
        usual = {"sub": self.playback_id, "aud": "v", "exp": int(time.time()) + 60}
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def token(self, **changes: object) -> str:
        return self.sign(self.claims(**changes), {"kid": self.key_id})

    def sign(self, claims: Document, headers: Document) -> str:
        return jwt.encode(claims, self.private_key, algorithm="RS256", headers=headers)

    def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        url = path.replace("ID", self.playback_id)
        return self.client.get(url, params={"token": token}, headers=headers)

    def refusal(self, token: str, path: str = "/stream/ID.m3u8", **headers: str) -> str:
        answer = self.get(path, token, **headers)
        assert answer.status_code == 403, answer.text[:200]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json()["error"]["type"] == "forbidden"
        return answer.json()["error"]["messages"][0]


def new_key(client: httpx.Client) -> tuple[str, bytes]:
    key = client.post("/system/v1/signing-keys").json()["data"]
    return key["id"], base64.b64decode(key["private_key"])


@pytest.fixture(scope="module")
def signed(shared: Running, video: Path) -> Generator[Signed]:
    with httpx.Client(base_url=shared.urls["api"], auth=shared.token, timeout=20) as api:
        settings = {"playback_policies": ["signed", "public"]}
        body = {"cors_origin": "*", "new_asset_settings": settings}
        upload = api.post("/video/v1/uploads", json=body).json()["data"]
        api.put(upload["url"], content=video.read_bytes())

        def look() -> Document | None:
            listed = api.get("/video/v1/assets", params={"upload_id": upload["id"]}).json()["data"]
            return next((asset for asset in listed if asset["status"] == "ready"), None)

        asset = eventually(look) or pytest.fail("never ready")
        first, second = (playback_id["id"] for playback_id in asset["playback_ids"])
        with httpx.Client(base_url=shared.urls["api"], timeout=20) as viewer:
            yield Signed(viewer, first, second, *new_key(api))


PATHS = {
    "v": ("/stream/ID.m3u8", "/stream/ID/360p.m3u8", "/stream/ID/360p/0.ts"),
    "t": ("/image/ID/thumbnail.jpg",),
    "g": ("/image/ID/animated.gif",),
    "s": ("/image/ID/storyboard.jpg", "/image/ID/storyboard.vtt", "/image/ID/storyboard.json"),
}


def test_each_token_opens_what_it_is_for_and_nothing_else(signed: Signed) -> None:
    for audience, paths in PATHS.items():
        for path in paths:
            for given in (*PATHS, "d"):
                answer = signed.get(path, signed.token(aud=given))
                assert answer.status_code == (200 if given == audience else 403), (path, given)
                assert "public" not in answer.headers["cache-control"], path


def test_without_a_token_everything_signed_is_refused(signed: Signed) -> None:
    for path in (path for paths in PATHS.values() for path in paths):
        answer = signed.client.get(path.replace("ID", signed.playback_id))
        assert answer.status_code == 403
        assert "needs a token" in answer.json()["error"]["messages"][0]


def test_the_signing_key_may_be_named_in_the_payload_instead_of_the_header(signed: Signed) -> None:
    token = signed.sign(signed.claims(kid=signed.key_id), {})
    assert signed.get("/stream/ID.m3u8", token).status_code == 200


def forged(signed: Signed, **header: object) -> str:
    """Other header, the signature as it was."""
    _, payload, signature = signed.token().split(".")
    changed = {"alg": "RS256", "kid": signed.key_id} | header
    return f"{base64url_encode(json.dumps(changed).encode()).decode()}.{payload}.{signature}"


def with_public_key_as_secret(signed: Signed) -> str:
    """The known confusion of algorithms, made by hand as PyJWT refuses to."""
    public = load_pem_private_key(signed.private_key, None).public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    said = [{"alg": "HS256", "kid": signed.key_id}, signed.claims()]
    text = b".".join(base64url_encode(json.dumps(part).encode()) for part in said)
    digest = hmac.digest(secret, text, "sha256")
    return (text + b"." + base64url_encode(digest)).decode()


def changed_payload(signed: Signed) -> str:
    header, _, signature = signed.token().split(".")
    payload = json.dumps(signed.claims(exp=int(time.time()) + 9_999)).encode()
    return f"{header}.{base64url_encode(payload).decode()}.{signature}"


def wrong_tokens(signed: Signed) -> dict[str, list[str]]:
    """What the answer says, and the tokens to which it says that."""
    now, key = int(time.time()), {"kid": signed.key_id}
    return {
        "has expired": [signed.token(exp=now - 1), signed.token(exp=0), signed.token(exp=-5.5)],
        "no expiry": [
            signed.token(exp=None),
            signed.sign(signed.claims(exp=10**400), key),
            signed.sign(signed.claims(exp=float("inf")), key),
        ],
        "another playback ID": [
            signed.token(sub=signed.public_id),
            signed.token(sub=None),
            signed.sign(signed.claims() | {"sub": [signed.playback_id]}, key),
        ],
        "aud must be v": [signed.token(aud="V"), signed.token(aud=None), signed.token(aud=["t"])],
        "no signing key": [
            signed.sign(signed.claims(), {}),
            signed.sign(signed.claims(), {"kid": "unknown"}),
            signed.sign(signed.claims(), {"kid": "\ud800"}),
            signed.sign(signed.claims(kid=[signed.key_id]), {}),
            signed.sign(signed.claims(), {"kid": signed.playback_id}),
        ],
        "signature is not one": [
            signed.token()[:-8] + "AAAAAAAA",
            changed_payload(signed),
            forged(signed, typ="other"),
        ],
        "must be signed with RS256": [
            jwt.encode(signed.claims(), "", algorithm="none", headers=key) + "AA",
            with_public_key_as_secret(signed),
            *(forged(signed, alg=alg) for alg in ("RS512", None)),
        ],
        "not a JSON Web Token": [
            *("", "garbage", "a.b.c", "e30.e30."),
            jwt.encode(signed.claims(), "", algorithm="none", headers=key),
            signed.token() + "\n",
            signed.token() + "\n#EXT-X-ENDLIST",
            signed.token().replace(".", '."', 1),
            "A" * 9_000,
            base64url_encode(b"[" * 5_000).decode() + ".e30.AA",
            signed.sign(signed.claims(padding="x" * 9_000), key),
        ],
    }


def test_a_token_with_anything_wrong_is_refused_and_the_answer_says_why(signed: Signed) -> None:
    for message, tokens in wrong_tokens(signed).items():
        for token in tokens:
            assert message in signed.refusal(token), token[:100]


def test_the_url_takes_nothing_beside_the_token(signed: Signed) -> None:
    token = signed.token()
    for query in (
        {"token": token, "max_resolution": "270p"},
        {"token": [token, token]},
        {"a": "b"},
    ):
        answer = signed.client.get(f"/stream/{signed.playback_id}.m3u8", params=query)
        assert answer.status_code == 403
        assert "one parameter" in answer.json()["error"]["messages"][0]


def test_a_public_playback_id_takes_no_token(signed: Signed) -> None:
    token = signed.token(sub=signed.public_id)
    answer = signed.client.get(f"/stream/{signed.public_id}.m3u8", params={"token": token})
    assert answer.status_code == 403


def test_a_key_signs_only_under_its_own_name_and_until_it_is_deleted(
    signed: Signed, api: httpx.Client
) -> None:
    key_id, private_key = new_key(api)
    token = jwt.encode(signed.claims(), private_key, algorithm="RS256", headers={"kid": key_id})
    assert signed.get("/stream/ID.m3u8", token).status_code == 200
    assert "signature" in signed.refusal(signed.sign(signed.claims(), {"kid": key_id}))
    api.delete(f"/system/v1/signing-keys/{key_id}")
    assert "no signing key" in signed.refusal(token)


def test_every_address_in_a_playlist_carries_the_token_on(signed: Signed) -> None:
    token = signed.token()
    master = signed.get("/stream/ID.m3u8", token)
    renditions = re.findall(r'^[^#\n].*|(?<=URI=")[^"]+', master.text, re.MULTILINE)
    assert len(renditions) >= 3
    for rendition in renditions:
        playlist = signed.client.get(master.url.join(rendition))
        segments = [line for line in playlist.text.splitlines() if line[:1] not in ("", "#")]
        assert segments
        for segment in segments:
            url = playlist.url.join(segment)
            assert url.params["token"] == token
            assert signed.client.get(url).status_code == 200


def test_a_storyboards_text_leads_to_its_image(signed: Signed) -> None:
    token = signed.token(aud="s", format="webp")
    url = signed.get("/image/ID/storyboard.json", token).json()["url"]
    assert url in signed.get("/image/ID/storyboard.vtt", token).text
    assert signed.client.get(url).headers["content-type"] == "image/webp"


def test_the_token_says_what_the_query_would_say_for_a_public_id(signed: Signed) -> None:
    master = signed.get("/stream/ID.m3u8", signed.token(max_resolution="270p")).text
    assert "x270" in master
    assert "x360" not in master
    size = signed.token(aud="t", width=64, time=0.5, flip_h=True)
    image = signed.get("/image/ID/thumbnail.png", size)
    assert int.from_bytes(image.content[16:20]) == 64  # the width in a PNG's first chunk
    plain = signed.client.get(
        f"/image/{signed.public_id}/thumbnail.png?width=64&time=0.5&flip_h=true"
    )
    assert image.content == plain.content
    assert signed.get("/image/ID/thumbnail.png", signed.token(aud="t", width=-1)).status_code == 400


def test_a_running_playback_ends_with_its_token(signed: Signed) -> None:
    """At the next playlist and the next segment; no cache keeps them longer."""
    until = int(time.time()) + 3
    token = signed.token(exp=until)
    paths = ("/stream/ID.m3u8", "/stream/ID/360p.m3u8", "/stream/ID/360p/0.ts")
    for path in paths:
        caching = signed.get(path, token).headers["cache-control"]
        age = re.fullmatch(r"private, max-age=([0-2])", caching)
        assert age, caching
        assert time.time() + int(age[1]) <= until + 0.5
    eventually(lambda: signed.get(paths[0], token).status_code == 403)
    assert until <= time.time() < until + 1.5
    for path in paths:
        assert "expired" in signed.refusal(token, path)


def test_a_playback_restriction_holds_for_tokens_that_name_it(
    signed: Signed, api: httpx.Client
) -> None:
    path = "/video/v1/playback-restrictions"
    rules = {"referrer": {"allowed_domains": ["*.example.com", "example.org"]}}
    restriction_id = api.post(path, json=rules).json()["data"]["id"]
    token = signed.token(playback_restriction_id=restriction_id)

    def code(referer: str, user_agent: str = BROWSER["user-agent"]) -> int:
        headers = {"referer": referer, "user-agent": user_agent}
        return signed.get("/stream/ID.m3u8", token, **headers).status_code

    allowed = ("https://www.example.com/a", "http://EXAMPLE.org:8000/", "https://a.example.com")
    assert [code(page) for page in allowed] == [200] * 3
    refused = ("https://example.com", "https://a.b.example.com", "https://example.org.evil", "")
    refused += ("https://evil/example.org", "https://www.example.org", "about:blank", "http://[")
    assert [code(page) for page in refused] == [403] * len(refused)
    assert "Referer" in signed.refusal(token, **BROWSER)

    api.put(f"{path}/{restriction_id}/referrer", json={"allowed_domains": ["*"]})
    assert [code("https://any.where"), code("")] == [200, 403]
    api.put(f"{path}/{restriction_id}/referrer", json={"allow_no_referrer": True})
    assert [code("https://any.where"), code("")] == [403, 200]

    assert [code("", "curl/8.0"), code("", "")] == [200, 200]
    strict = {"allow_no_user_agent": False, "allow_high_risk_user_agent": False}
    api.put(f"{path}/{restriction_id}/user_agent", json=strict)
    assert [code("", "curl/8.0"), code("", ""), code("")] == [403, 403, 200]

    api.delete(f"{path}/{restriction_id}")
    assert "does not exist" in signed.refusal(token, **BROWSER)
    assert "does not exist" in signed.refusal(signed.token(playback_restriction_id=7))
