"""Rules of every request: credentials, envelope, errors, absent values, lists and pages."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from localmux.answers import Document

LISTS = ("assets", "uploads", "live-streams", "playback-restrictions")


def values(document: object) -> Iterator[object]:
    """Everything in a document, however deep."""
    if isinstance(document, dict):
        for value in document.values():
            yield value
            yield from values(value)
    elif isinstance(document, list):
        for value in document:
            yield from values(value)


def test_requests_without_valid_credentials_are_401(api: httpx.Client) -> None:
    for wrong in (None, ("nobody", "nothing")):
        answer = httpx.get(f"{api.base_url}/video/v1/assets", auth=wrong)
        assert answer.status_code == 401
        assert answer.json()["error"] == {
            "type": "unauthorized",
            "messages": ["Unauthorized request"],
        }


def test_an_unknown_path_is_404_with_mux_words(api: httpx.Client) -> None:
    answer = api.get("/video/v1/nothing-of-that-name")
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error["type"] == "not_found"
    assert error["messages"] == [
        "The requested resource either doesn't exist or you don't have access to it."
    ]


@pytest.mark.parametrize("kind", LISTS)
def test_an_unknown_id_is_404(api: httpx.Client, kind: str) -> None:
    answer = api.get(f"/video/v1/{kind}/{'Zz0' * 14}")
    assert answer.status_code in (400, 404)  # Mux says of some that they are no ids at all
    assert answer.json()["error"]["type"] in ("not_found", "invalid_parameters")


def test_answers_are_json_with_a_request_id(api: httpx.Client) -> None:
    answer = api.get("/video/v1/assets", params={"limit": 1})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert answer.headers["x-request-id"]


def test_a_body_that_is_no_json_is_400(api: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    answer = api.post("/video/v1/assets", content=b"{not json", headers=headers)
    assert answer.status_code == 400


def test_what_has_no_value_is_absent(api: httpx.Client, asset: Document) -> None:
    shown = api.get(f"/video/v1/assets/{asset['id']}").json()["data"]
    assert not [value for value in values(shown) if value is None or value in ([], {})]


def test_times_are_strings_of_unix_seconds(asset: Document, live_stream: Document) -> None:
    for resource in (asset, live_stream):
        assert isinstance(resource["created_at"], str)
        assert 1_500_000_000 < int(resource["created_at"]) < 5_000_000_000


@pytest.mark.parametrize("kind", LISTS[:3])
def test_lists_are_newest_first_and_paged(
    api: httpx.Client, create: Callable[..., Document], kind: str, asset: Document
) -> None:
    if kind == "assets":
        ids = [asset["id"]]
    else:
        ids = [create(f"/video/v1/{kind}", cors_origin="*")["id"] for _ in range(2)][::-1]
    listed = [one["id"] for one in api.get(f"/video/v1/{kind}?limit=100").json()["data"]]
    assert [one for one in listed if one in ids] == ids
    pages = [
        api.get(f"/video/v1/{kind}", params={"limit": 1, "page": page}).json()["data"]
        for page in (1, 2)
    ]
    assert [one["id"] for page in pages for one in page] == listed[:2]


def test_assets_are_listed_by_cursor_to_the_end(
    api: httpx.Client, upload: Callable[..., Document]
) -> None:
    upload(b"", playback_policies=["public"])
    upload(b"", playback_policies=["public"])
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = api.get("/video/v1/assets", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["id"] for one in answer["data"]]
        cursor = answer["next_cursor"]
    assert len(seen) == len(set(seen)) >= 2


def test_the_token_says_whose_it_is(api: httpx.Client) -> None:
    answer = api.get("/system/v1/whoami")
    if answer.status_code == 401:
        pytest.skip("The token has no permission for System.")  # only with a real one
    assert answer.status_code == 200
    assert answer.json()["data"]["environment_id"]
