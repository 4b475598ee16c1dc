"""Webhooks: who is believed, how fast the answer is, and that no event is needed twice."""

import hashlib
import hmac
import json
import time

import httpx
import pytest

from tests.harness import WEBHOOK_SECRET, Site
from views.webhooks import NotFromMux, verify

BODY = b'{"type":"video.asset.updated","id":"1","data":{"id":"unknown"}}'


def signed(body: bytes, secret: str = WEBHOOK_SECRET, at: float | None = None) -> str:
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def send(site: Site, body: bytes, header: str) -> httpx.Response:
    return httpx.post(f"{site.url}/webhooks/mux", content=body, headers={"Mux-Signature": header})


def test_muxs_published_example_verifies() -> None:
    signature = "854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7"
    header = f"t=1565125718,v1={signature}"
    verify("SuperSecret123", header, b'{"test":"body"}', now=1565125720)


def test_one_fitting_signature_among_several_is_enough() -> None:
    header = signed(BODY, at=1000).replace(",v1=", f",v1={'0' * 64},v1=")
    verify(WEBHOOK_SECRET, header, BODY, now=1001)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "t=now,v1=abc",
        "v1=abc",
        "t=1000",
        "t=1000,v0=abc",
        "t=1000,v1=é",
        "t=1000,t=1000,v1=" + "0" * 64,
        "t=1000,v1=" + "0" * 64,
        signed(BODY, secret="another", at=1000),
        signed(BODY + b" ", at=1000),
        signed(BODY, at=1000).replace("t=1000", "t=1001"),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(header: str) -> None:
    with pytest.raises(NotFromMux):
        verify(WEBHOOK_SECRET, header, BODY, now=1000)


def test_an_old_signature_is_refused() -> None:
    with pytest.raises(NotFromMux, match="five minutes"):
        verify(WEBHOOK_SECRET, signed(BODY, at=1000), BODY, now=1301)
    verify(WEBHOOK_SECRET, signed(BODY, at=1000), BODY, now=1299)


def test_a_signed_event_is_accepted(site: Site) -> None:
    assert send(site, BODY, signed(BODY)).status_code == 200


def test_an_event_may_carry_more_than_any_form(site: Site) -> None:
    tracks = [{"id": f"track{number}", "type": "text"} for number in range(4_000)]
    event = json.loads(BODY) | {"id": "large", "data": {"id": "unknown", "tracks": tracks}}
    body = json.dumps(event).encode()
    assert 100_000 < len(body) < 1_000_000
    assert send(site, body, signed(body)).status_code == 200


def test_an_unknown_kind_of_event_is_accepted_too(site: Site) -> None:
    body = b'{"type":"video.delivery.high_traffic","id":"2","data":{}}'
    assert send(site, body, signed(body)).status_code == 200


def test_a_forged_event_is_refused_and_says_why(site: Site) -> None:
    answer = send(site, BODY, signed(BODY, secret="guess"))
    assert answer.status_code == 403
    assert "another secret, or not the raw body" in answer.text


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"{}", b'{"type":3,"data":null}', b"\xff"])
def test_what_is_signed_but_no_event_is_refused(site: Site, body: bytes) -> None:
    assert send(site, body, signed(body)).status_code == 400


def test_an_oversized_body_is_refused(site: Site) -> None:
    body = b" " * 1_000_001
    assert send(site, body, signed(body)).status_code == 413


def test_an_event_that_comes_twice_is_acted_on_once(site: Site) -> None:
    body = json.dumps(
        {"type": "video.asset.updated", "id": "twice", "data": {"id": "twiceasset"}}
    ).encode()
    for _ in range(3):
        assert send(site, body, signed(body)).status_code == 200
    assert site.app.log().count("video.asset.updated asset=twiceasset") == 1


def test_the_answer_does_not_wait_for_mux(site: Site) -> None:
    slow = {"path": "/video/v1/assets/slowasset", "action": "delay", "seconds": 3, "times": 1}
    assert site.control("POST", "/faults", json=slow).status_code == 201
    body = b'{"type":"video.asset.updated","id":"slow","data":{"id":"slowasset"}}'
    begun = time.monotonic()
    assert send(site, body, signed(body)).status_code == 200
    assert time.monotonic() - begun < 1
