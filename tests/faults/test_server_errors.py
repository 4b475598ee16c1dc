"""Mux answers, but with an error of its own."""

from tests.faults.actions import Afflict, assert_explained


def test_an_error_500(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "status", "status": 500}))


def test_an_error_503(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "status", "status": 503}))


def test_too_many_requests(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "status", "status": 429}))


def test_too_many_requests_and_when_to_come_back(afflict: Afflict) -> None:
    tried = afflict({"action": "status", "status": 429, "retry_after": 60})
    assert_explained(tried)
    # HTTP clients like to sit such a time out by themselves, and people with them.
    assert max(each.seconds for each in tried.values()) < 5
