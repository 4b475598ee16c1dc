"""What the README points to is there, under the names that it says."""

import re

import pytest

from tests.harness import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"\]\(((?!https?:)[^)]+)\)", README)))
# `name` in [file](file), also `one` and `another` in it.
PLACES = re.findall(r"((?:`\w+`(?:, | and )?)+) in \[[^]]+\]\(([^)]+)\)", README)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_what_is_said_to_be_in_a_module_is_defined_there() -> None:
    wanted = [(name, file) for names, file in PLACES for name in re.findall(r"\w+", names)]
    missing = [
        (name, file)
        for name, file in wanted
        if name != "and"
        and not re.search(rf"(?:def |class |^){name}\b", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert len(wanted) > 10
    assert missing == []
