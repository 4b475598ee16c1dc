"""Playback tokens: who may play what is signed, for how long, and in which form.

https://www.mux.com/docs/guides/secure-video-playback
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from starlette.requests import Request

from .clock import Clock
from .resources import Resource, Store
from .restrictions import broken_rule

ALGORITHM = "RS256"
LONGEST_TOKEN = 8192  # characters
# PyJWT forgives characters that are not base64url; a token goes on into playlists, so here none.
FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
LINK = re.compile(r'^(?!#).+$|(?<=URI=")[^"]+', re.MULTILINE)  # of a playlist
LATEST = 1e12  # Unix seconds; beyond it, infinity included, nobody means a moment
KEPT = 1024  # tokens whose signature need not be computed anew
AUDIENCES = {"v": "video", "t": "thumbnails", "g": "animated images", "s": "storyboards"}
OWN_CLAIMS = {"aud", "custom", "exp", "iat", "iss", "jti", "kid", "nbf", "sub"} | {
    "playback_restriction_id"
}

type Claims = dict[str, Any]


class TokenRefused(Exception):
    """Why a token does not open what was asked for, in one sentence for developers."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that holds for the request it came with."""

    text: str
    left: int  # whole seconds until it expires
    modifiers: Mapping[str, str]  # what the query says for a public playback ID

    def link(self, address: str) -> str:
        return f"{address}?token={self.text}"

    def into_playlist(self, text: str) -> str:
        """Every address in the playlist asks with this token, so that it ends with it."""
        return LINK.sub(lambda found: self.link(found[0]), text)

    def caching(self, usual: str) -> str:
        """A browser may keep the answer while the token holds; nobody else may at all."""
        bounded = re.sub(r"\d+", lambda age: str(min(int(age[0]), self.left)), usual)
        return f"private, {bounded.removeprefix('public, ')}"


class Tokens:
    """Those of one environment, checked at every request against its signing keys."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def check(self, request: Request, playback_id: str, audience: str) -> Token:
        """The request's token. Raises TokenRefused."""
        text = _given(request)
        claims = _read(text, self._store)
        left = self._left(claims)
        if claims.get("sub") != playback_id:
            raise TokenRefused("The token is for another playback ID (sub).")
        if claims.get("aud") != audience:
            wanted = f"for {AUDIENCES[audience]} aud must be {audience}"
            raise TokenRefused(f"The token is for something else: {wanted}.")
        self._check_restriction(claims.get("playback_restriction_id"), request)
        return Token(text, left, _modifiers(claims))

    def _left(self, claims: Claims) -> int:
        expiry = claims.get("exp")
        if not isinstance(expiry, (int, float)) or not abs(expiry) < LATEST:
            raise TokenRefused("The token has no expiry (exp) in Unix seconds.")
        left = expiry - self._clock.now()
        if left <= 0:
            raise TokenRefused("The token has expired.")
        return int(left)

    def _check_restriction(self, restriction_id: object, request: Request) -> None:
        if restriction_id is None:
            return
        restriction = _named(self._store, "playback_restriction", restriction_id)
        if restriction is None:
            raise TokenRefused("The token names a playback restriction that does not exist.")
        if broken := broken_rule(restriction.document, request.headers):
            raise TokenRefused(f"The playback restriction does not allow this: {broken}")


def _given(request: Request) -> str:
    parameters = request.query_params.multi_items()
    if not parameters:
        raise TokenRefused("This playback ID is signed and needs a token.")
    if [name for name, _ in parameters] != ["token"]:
        raise TokenRefused(
            "The URL of a signed playback ID takes one parameter, its token; anything else"
            " is said inside the token."
        )
    return parameters[0][1]


def _read(text: str, store: Store) -> Claims:
    """The claims, once the signature is proved. Raises TokenRefused."""
    try:
        if len(text) > LONGEST_TOKEN or not FORM.fullmatch(text):
            raise jwt.DecodeError
        unproved = jwt.decode_complete(text, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        raise TokenRefused("The token is not a JSON Web Token.") from None
    if unproved["header"].get("alg") != ALGORITHM:
        raise TokenRefused(f"The token must be signed with {ALGORITHM}.")
    key_id = unproved["header"].get("kid") or unproved["payload"].get("kid")
    key = _named(store, "signing_key", key_id)
    if key is None:
        raise TokenRefused("The token names no signing key (kid) of this environment.")
    if not _signed_by(key.private["public_key"], text):
        raise TokenRefused("The token's signature is not one of its signing key.")
    return unproved["payload"]


def _named(store: Store, kind: str, claim: object) -> Resource | None:
    return store.get(kind, claim) if isinstance(claim, str) and claim.isascii() else None


@functools.lru_cache(maxsize=KEPT)
def _signed_by(public_key: str, text: str) -> bool:
    try:
        jwt.PyJWS().decode(text, public_key, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        return False
    return True


def _modifiers(claims: Claims) -> dict[str, str]:
    """As the query of a public playback ID would say it: 640, 12.5, true."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in claims.items()
        if name not in OWN_CLAIMS and isinstance(value, (bool, int, float, str))
    }
