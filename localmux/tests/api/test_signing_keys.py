"""Signing keys: made, listed and deleted; the private half is shown once."""

import base64
import time

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from localmux.testing import Running

PATH = "/system/v1/signing-keys"
OLDER_PATH = "/video/v1/signing-keys"


def test_a_new_key_comes_with_its_private_half(api: httpx.Client) -> None:
    answer = api.post(PATH)
    assert answer.status_code == 201
    key = answer.json()["data"]
    assert key.keys() == {"id", "private_key", "created_at"}
    assert abs(int(key["created_at"]) - time.time()) < 60
    private = load_pem_private_key(base64.b64decode(key["private_key"]), None)
    assert isinstance(private, RSAPrivateKey)
    assert private.key_size == 2048


def test_the_private_half_is_never_shown_again_nor_kept(
    api: httpx.Client, localmux: Running
) -> None:
    key = api.post(PATH).json()["data"]
    assert api.get(f"{PATH}/{key['id']}").json()["data"].keys() == {"id", "created_at"}
    assert "private_key" not in api.get(PATH, params={"limit": 100}).text
    assert key["private_key"][100:200] not in localmux.log()


def test_keys_are_listed_oldest_first_under_both_paths(api: httpx.Client) -> None:
    first, second = (api.post(path).json()["data"]["id"] for path in (PATH, OLDER_PATH))
    for path in (PATH, OLDER_PATH):
        ids = [key["id"] for key in api.get(path, params={"limit": 100}).json()["data"]]
        assert ids.index(first) == ids.index(second) - 1
        assert api.get(path, params={"limit": 1, "page": len(ids)}).json()["data"] == [
            api.get(f"{path}/{second}").json()["data"]
        ]


def test_a_deleted_key_is_gone(api: httpx.Client) -> None:
    key_id = api.post(OLDER_PATH).json()["data"]["id"]
    assert api.delete(f"{PATH}/{key_id}").status_code == 204
    for method, path in (("GET", PATH), ("DELETE", OLDER_PATH)):
        assert api.request(method, f"{path}/{key_id}").status_code == 404
    assert api.get(f"{PATH}/not-an-id").status_code == 400
