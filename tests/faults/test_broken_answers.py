"""Mux answers with something that makes no sense, or with something new."""

from tests.faults.actions import Afflict, assert_explained


def test_half_an_answer_ends_in_words_and_then_in_the_truth(afflict: Afflict) -> None:
    tried = afflict({"action": "half"})
    # Calls whose answer is empty cannot be cut in half.
    broken = {name: each for name, each in tried.items() if each.answer.status_code != 303}
    assert len(broken) > 3
    assert_explained(broken)


def test_a_page_of_html(afflict: Afflict) -> None:
    assert_explained(afflict({"action": "html", "status": 502}))


def test_values_that_are_not_known_yet_disturb_nothing(afflict: Afflict) -> None:
    tried = afflict({"action": "rewrite", "old": '"idle"', "new": '"levitating"'})
    failed = {
        name: each.answer.text
        for name, each in tried.items()
        if not each.answer.has_redirect_location
    }
    assert not failed
