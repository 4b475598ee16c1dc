"""Tokens for what Mux plays and pictures only to whom we let in: everything of the policy `signed`.

A token is for one playback ID and one kind of use, until it expires; whatever changes the result,
such as a thumbnail's width, stands inside it, so that nobody can ask for more than they were given.
https://www.mux.com/docs/guides/secure-video-playback
"""

import base64
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from settings import Settings, SettingsError

# What Mux calls the audience: video, thumbnail, animated preview, storyboard.
type Kind = Literal["v", "t", "g", "s"]

REMEMBERED = 10_000


class Token(NamedTuple):
    """A token, and the Unix second at which it expires."""

    text: str
    expires: int


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs tokens; Mux keeps the public half and knows it by the ID."""

    id: str
    private_key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, key_id: str, text: str) -> Self:
        """Read the private half: a PEM, or base64 of one as Mux gives it. Raises ValueError."""
        plain = text.lstrip().startswith("-----BEGIN")
        pem = text.encode() if plain else base64.b64decode(text, validate=True)
        private_key = load_pem_private_key(pem, password=None)
        if not isinstance(private_key, RSAPrivateKey):
            raise ValueError("This is a key, but not one for RSA.")  # noqa: TRY004 - of any type
        return cls(key_id, private_key)


class Signer:
    """Makes tokens, and gives the same one again while at least half of its lifetime is left.

    Signing takes a millisecond, which a page of thirty pictures would feel; and a page that is the
    same at each look lets browsers keep its pictures.
    """

    def __init__(self, lifetime: int, key: SigningKey | None = None) -> None:
        self.lifetime = lifetime  # seconds
        self.problem = ""  # why there is no key, in words for visitors
        self._key = key
        self._tokens: OrderedDict[tuple[object, ...], Token] = OrderedDict()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Take the key from the settings, if one is there. Raises SettingsError."""
        if not settings.mux_signing_key_id:
            return cls(settings.playback_token_seconds)
        try:
            key = SigningKey.read(settings.mux_signing_key_id, settings.mux_signing_private_key)
        except (ValueError, TypeError) as error:
            raise SettingsError(
                "MUX_SIGNING_PRIVATE_KEY cannot be read. It must be the private key of the signing "
                "key, in base64 as Mux showed it, on one line."
            ) from error
        return cls(settings.playback_token_seconds, key)

    @property
    def ready(self) -> bool:
        """Whether there is a key to sign with."""
        return self._key is not None

    def use(self, key: SigningKey) -> None:
        """Sign with this key from now on."""
        self._key, self.problem = key, ""
        self._tokens.clear()

    def token(self, kind: Kind, playback_id: str, modifiers: dict[str, int | str]) -> Token:
        """A token that is good for half of the lifetime at least.

        Raises LookupError when there is no key.
        """
        if self._key is None:
            raise LookupError("There is no signing key yet.")
        now = int(time.time())
        wanted = (kind, playback_id, *sorted(modifiers.items()))
        known = self._tokens.get(wanted)
        if known and 2 * (known.expires - now) >= self.lifetime:
            return known
        expires = now + self.lifetime
        claims = {"sub": playback_id, "aud": kind, "exp": expires, "kid": self._key.id} | modifiers
        text = jwt.encode(
            claims, self._key.private_key, algorithm="RS256", headers={"kid": self._key.id}
        )
        return self._remember(wanted, Token(text, expires))

    def _remember(self, wanted: tuple[object, ...], token: Token) -> Token:
        self._tokens[wanted] = token
        self._tokens.move_to_end(wanted)
        if len(self._tokens) > REMEMBERED:
            self._tokens.popitem(last=False)
        return token
