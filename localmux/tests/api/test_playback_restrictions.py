"""Playback restrictions: what can be said, and within which bounds."""

from collections.abc import Callable

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running

PATH = "/video/v1/playback-restrictions"
DENY_ALL = {"allowed_domains": [], "allow_no_referrer": False}
ALLOW_ALL = {"allow_no_user_agent": True, "allow_high_risk_user_agent": True}


@pytest.fixture
def restriction(api: httpx.Client) -> Document:
    answer = api.post(PATH, json={})
    assert answer.status_code == 201
    return answer.json()["data"]


def test_a_restriction_denies_every_page_unless_told_otherwise(restriction: Document) -> None:
    assert restriction["referrer"] == DENY_ALL
    assert restriction["user_agent"] == ALLOW_ALL
    assert restriction["created_at"] == restriction["updated_at"]


def test_each_rule_is_replaced_alone(api: httpx.Client, restriction: Document) -> None:
    path = f"{PATH}/{restriction['id']}"
    referrer = {"allowed_domains": ["*.Example.com", "localhost"], "allow_no_referrer": True}
    changed = api.put(f"{path}/referrer", json=referrer).json()["data"]
    assert changed["referrer"] == referrer | {"allowed_domains": ["*.example.com", "localhost"]}
    assert changed["user_agent"] == ALLOW_ALL
    answer = api.put(f"{path}/user_agent", json={"allow_high_risk_user_agent": False})
    assert answer.json()["data"] == changed | {
        "user_agent": {"allow_no_user_agent": True, "allow_high_risk_user_agent": False},
        "updated_at": answer.json()["data"]["updated_at"],
    }
    assert api.get(path).json()["data"] == answer.json()["data"]


def test_a_deleted_restriction_is_gone(api: httpx.Client, restriction: Document) -> None:
    path = f"{PATH}/{restriction['id']}"
    assert restriction["id"] in api.get(PATH).text
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.put(f"{path}/referrer", json={}).status_code == 404


def test_what_a_restriction_cannot_say_is_refused(api: httpx.Client, restriction: Document) -> None:
    path = f"{PATH}/{restriction['id']}/referrer"
    domains = ["", "*.", "a..b", "https://a.com", "a.com/", "*.*.com", "a.*", "-a.com", 7, None]
    for domain in (*domains, "a." * 130, "x" * 64):
        assert api.put(path, json={"allowed_domains": [domain]}).status_code == 400, domain
    assert api.put(path, json={"allowed_domains": ["a.com"] * 101}).status_code == 400
    assert api.put(path, json={"allowed_domains": ["a.com"] * 100}).status_code == 200
    assert api.put(path, json={"allow_no_referrer": "yes"}).status_code == 400
    answer = api.post(PATH, json={"user_agent": {"allow_no_user_agent": 0}})
    assert "user_agent.allow_no_user_agent" in answer.json()["error"]["messages"][0]


def test_an_environment_has_at_most_a_hundred(
    start: Callable[..., Running], connect: Callable[[Running], httpx.Client]
) -> None:
    api = connect(start())
    assert {api.post(PATH, json={}).status_code for _ in range(100)} == {201}
    assert api.post(PATH, json={}).status_code == 400
    assert api.delete(f"{PATH}/{api.get(PATH).json()['data'][0]['id']}").status_code == 204
    assert api.post(PATH, json={}).status_code == 201
