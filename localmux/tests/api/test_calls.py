"""What holds for every API request: credentials, error shape, headers, bodies."""

import json
from collections.abc import Callable

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localmux.answers import Document
from localmux.testing import Running

PATHS = [
    ("POST", "/video/v1/assets"),
    ("GET", "/video/v1/assets"),
    ("GET", "/video/v1/assets/abc"),
    ("PATCH", "/video/v1/assets/abc"),
    ("DELETE", "/video/v1/assets/abc"),
    ("GET", "/video/v1/assets/abc/input-info"),
    ("POST", "/video/v1/assets/abc/playback-ids"),
    ("GET", "/video/v1/assets/abc/playback-ids/def"),
    ("DELETE", "/video/v1/assets/abc/playback-ids/def"),
    ("GET", "/video/v1/playback-ids/def"),
    ("POST", "/video/v1/uploads"),
    ("GET", "/video/v1/uploads"),
    ("GET", "/video/v1/uploads/abc"),
    ("PUT", "/video/v1/uploads/abc/cancel"),
    ("POST", "/system/v1/signing-keys"),
    ("GET", "/video/v1/signing-keys"),
    ("DELETE", "/system/v1/signing-keys/abc"),
    ("POST", "/video/v1/playback-restrictions"),
    ("PUT", "/video/v1/playback-restrictions/abc/referrer"),
    ("PUT", "/video/v1/playback-restrictions/abc/user_agent"),
]
names = st.sampled_from(
    [
        *("inputs", "input", "url", "playback_policies", "playback_policy", "passthrough", "meta"),
        *("title", "new_asset_settings", "cors_origin", "timeout", "test", "video_quality"),
        *("advanced_playback_policies", "policy", "action", "seconds", "times", "path"),
    ]
)
NOT_FOUND = {
    "error": {
        "type": "not_found",
        "messages": ["The requested resource either doesn't exist or you don't have access to it."],
    }
}
UNAUTHORIZED = {"error": {"type": "unauthorized", "messages": ["Unauthorized request"]}}


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("auth", [None, ("localmux", "wrong"), ("wrong", "localmux")])
def test_every_path_asks_for_credentials(
    localmux: Running, method: str, path: str, auth: tuple[str, str] | None
) -> None:
    answer = httpx.request(method, localmux.urls["api"] + path, auth=auth)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize(
    "header", ["", "Bearer abc", "Basic", "Basic %%%", "Basic YWJj", "Basic é"]
)
def test_malformed_credentials_are_refused(localmux: Running, header: str) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))]
    answer = httpx.get(localmux.urls["api"] + "/video/v1/assets", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/video/v1/nothing"),
        ("PUT", "/video/v1/assets"),
        ("GET", "/video/v1/assets/"),
        ("GET", "/video/v1/live-streams/"),
        ("GET", "/_localmux/nothing"),
    ],
)
def test_an_unknown_path_is_404_even_without_credentials(
    localmux: Running, method: str, path: str
) -> None:
    answer = httpx.request(method, localmux.urls["api"] + path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(("method", "path"), [one for one in PATHS if "abc" in one[1]])
def test_an_unknown_resource_is_404(api: httpx.Client, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_what_cannot_be_an_id_is_400(api: httpx.Client) -> None:
    answer = api.get("/video/v1/assets/not-an-id!")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "type": "invalid_parameters",
        "messages": ["Failed to parse ID"],
    }


def test_the_headers_are_those_of_the_api_server(api: httpx.Client) -> None:
    answer = api.get("/video/v1/assets", headers={"Origin": "http://app.example"})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert answer.headers["x-request-id"]
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"text"', b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}',
             b"[" * 100_000, b'{"a":"' + b"x" * (1 << 20) + b'"}']
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_400(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/video/v1/uploads", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_parameters"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.dictionaries(names, values, max_size=6),
    path=st.sampled_from(["/video/v1/uploads", "/video/v1/assets", "/_localmux/faults"]),
)
def test_no_body_upsets_the_api(api: httpx.Client, body: Document, path: str) -> None:
    if path == "/_localmux/faults":
        body = body | {"stage": "lunch"}  # a fault that works would disturb other tests
    answer = api.post(path, content=json.dumps(body))
    assert answer.status_code in (201, 400)
    if answer.status_code == 400:
        assert answer.json()["error"]["messages"]


def test_rate_limits_are_off_by_default(api: httpx.Client) -> None:
    answers = [api.get("/video/v1/uploads/abc") for _ in range(100)]
    assert {answer.status_code for answer in answers} == {404}


def test_rate_limits_can_be_switched_on(
    start: Callable[..., Running], connect: Callable[[Running], httpx.Client]
) -> None:
    api = connect(start("--rate-limits"))
    answers = [api.post("/video/v1/uploads", json={}) for _ in range(15)]
    assert [answer.status_code for answer in answers][:10] == [201] * 10
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["type"] == "too_many_requests"
    assert answers[0].headers["x-ratelimit-limit"] == "10"
    assert answers[0].headers["x-ratelimit-remaining"] == "9"
    assert api.get("/video/v1/uploads").headers["x-ratelimit-limit"] == "50"
