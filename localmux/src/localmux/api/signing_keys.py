"""Signing keys: RSA key pairs for playback tokens, of which localmux keeps the public half.

https://www.mux.com/docs/api-reference/system/signing-keys
"""

import asyncio
import base64

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from starlette.responses import Response

from localmux.answers import data, listed, no_content
from localmux.api.calls import Call, Handler
from localmux.api.labels import Label, faithful
from localmux.api.pages import page
from localmux.resources import new_id

KEY_SIZE = 2048  # bits


def _new_pair() -> tuple[bytes, bytes]:
    """Private and public half as PEM; takes up to some tenths of a second."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


async def create_signing_key(call: Call) -> Response:
    """The only answer that ever holds the private half."""
    private, public = await asyncio.to_thread(_new_pair)
    key = {"id": new_id(), "created_at": call.environment.clock.timestamp()}
    call.environment.store.add("signing_key", key, {"public_key": public.decode()})
    return data({**key, "private_key": base64.b64encode(private).decode()}, 201)


async def list_signing_keys(call: Call) -> Response:
    return listed(key.document for key in page(call, "signing_key", oldest_first=True))


async def get_signing_key(call: Call) -> Response:
    return data(call.find("signing_key").document)


async def delete_signing_key(call: Call) -> Response:
    """Its tokens are refused from now on; Mux may take a minute."""
    call.environment.store.delete(call.find("signing_key"))
    return no_content()


def _routes(path: str) -> dict[str, Handler]:
    return {
        f"POST {path}": create_signing_key,
        f"GET {path}": list_signing_keys,
        f"GET {path}/{{id}}": get_signing_key,
        f"DELETE {path}/{{id}}": delete_signing_key,
    }


ROUTES: dict[str, Handler] = {
    **_routes("/system/v1/signing-keys"),
    **_routes("/video/v1/signing-keys"),
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful())
