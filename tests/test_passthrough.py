"""What Mux keeps for us: it must fit, come back whole, and not be mistaken for another app's."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passthrough import LIMIT, Passthrough
from text import NAME_MAX, clean_line

LABEL = Passthrough(
    attempt="0123456789ab",
    account_id="0123456789abcdef",
    account_name="Ada",
    started_at=1_770_000_000,
    filename="sea.mp4",
    size=4_000_000_000,
    visibility="signup",
)


def test_it_comes_back_as_it_went_in() -> None:
    assert Passthrough.decode(LABEL.encode()) == LABEL


@pytest.mark.parametrize("letter", ["a", "é", "Я", "漢", "😀", '"', "\\"])
def test_the_longest_name_fits_in_any_script(letter: str) -> None:
    label = replace(LABEL, account_name=letter * NAME_MAX)
    text = label.encode()
    assert len(text.encode()) <= LIMIT
    assert Passthrough.decode(text) in {label, replace(label, filename="")}


@given(name=st.text(max_size=NAME_MAX).map(clean_line), filename=st.text(max_size=300))
def test_it_always_fits_and_keeps_the_name(name: str, filename: str) -> None:
    label = replace(LABEL, account_name=name, filename=clean_line(filename))
    text = label.encode()
    assert len(text.encode()) <= LIMIT
    assert Passthrough.decode(text) in {label, replace(label, filename="")}


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[]", "3", "{}", '{"app":"other"}', '{"app":"mux-live"}', "{", "null"],
)
def test_what_another_app_wrote_is_left_alone(text: str) -> None:
    assert Passthrough.decode(text) is None


@pytest.mark.parametrize(
    "wrong",
    [{"at": 1e30}, {"at": -1}, {"at": 10**18}, {"at": "soon"}, {"at": float("nan")}, {"id": None},
     {"size": -1}, {"size": 10**60}, {"start": 10**12}, {"marks": "all"}, {"name": ["Ada"]}],
)  # fmt: skip
def test_a_label_that_no_page_could_show_is_not_ours(wrong: dict[str, object]) -> None:
    assert Passthrough.decode(json.dumps(json.loads(LABEL.encode()) | wrong)) is None


def test_it_names_our_app() -> None:
    assert json.loads(LABEL.encode())["app"] == "mux-live"
