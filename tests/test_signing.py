"""Tokens as Mux checks them: what is inside, how long they last, and where their key comes from."""

import base64
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from playback import Playback
from records import PlaybackID
from settings import Settings, SettingsError, load_settings
from signing import Signer, SigningKey

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
).decode()
SETTINGS = load_settings(
    {
        "SESSION_SECRET": "s",
        "MUX_SIGNING_KEY_ID": "key1",
        "MUX_SIGNING_PRIVATE_KEY": base64.b64encode(PEM.encode()).decode(),
    }
)
SIGNED = PlaybackID("p1", "signed")


def playback(settings: Settings = SETTINGS) -> Playback:
    return Playback.from_settings(settings, Signer.from_settings(settings))


def claims(url: str, kind: str) -> dict[str, object]:
    """What the token of a URL says, once its signature is verified as Mux does it."""
    (token,) = parse_qs(urlsplit(url).query)["token"]
    assert jwt.get_unverified_header(token)["kid"] == "key1"
    return jwt.decode(token, KEY.public_key(), algorithms=["RS256"], audience=kind)


def test_a_signed_video_is_played_with_a_token_for_it_alone() -> None:
    source = playback().hls(SIGNED)
    assert source.url.partition("?")[0] == "https://stream.mux.com/p1.m3u8"
    assert claims(source.url, "v") == {
        "sub": "p1", "aud": "v", "exp": source.expires, "kid": "key1",
    }  # fmt: skip


def test_what_changes_a_picture_stands_inside_its_token() -> None:
    urls = playback()
    pictures = (
        (urls.thumbnail(SIGNED, width=480), "t", {"width": 480}),
        (urls.live_thumbnail(SIGNED, width=480), "t", {"width": 480, "latest": "true"}),
        (urls.preview(SIGNED), "g", {"width": 480, "end": 4}),
    )
    for url, kind, modifiers in pictures:
        assert re.fullmatch(r"token=[\w.-]+", urlsplit(url).query)
        said = claims(url, kind)
        assert {name: said[name] for name in modifiers} == modifiers


def test_a_public_video_needs_no_token_and_gets_none() -> None:
    public, keyless = PlaybackID("p2", "public"), replace(SETTINGS, mux_signing_key_id="")
    urls = playback(keyless)
    assert urls.opens(public)
    assert urls.hls(public) == ("https://stream.mux.com/p2.m3u8", None)
    assert "token" not in urls.thumbnail(public, width=480)
    assert not urls.opens(SIGNED)


def test_a_token_is_given_again_until_half_of_its_lifetime_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls, now = playback(replace(SETTINGS, playback_token_seconds=100)), 1_000_000
    monkeypatch.setattr("time.time", lambda: now)
    first = urls.hls(SIGNED)
    now += 50
    assert urls.hls(SIGNED) == first
    assert urls.hls(PlaybackID("p2", "signed")) != first
    now += 1
    renewed = urls.hls(SIGNED)
    assert first.expires == 1_000_100
    assert renewed.expires == 1_000_151


def test_a_key_may_be_a_plain_pem_too() -> None:
    assert SigningKey.read("key1", PEM).private_key.private_numbers() == KEY.private_numbers()


def test_a_key_that_cannot_be_used_is_said_in_a_sentence_without_it() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for wrong in ("hush", "aHVzaA==", PEM[:200], curve.decode()):
        with pytest.raises(SettingsError, match="cannot be read") as problem:
            playback(replace(SETTINGS, mux_signing_private_key=wrong))
        assert wrong not in str(problem.value)
    assert PEM not in repr(SigningKey.read("key1", PEM))
