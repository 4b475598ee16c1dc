"""The README's table of coverage: made from the code, and without a gap to mux-python."""

import inspect
import re
from pathlib import Path

import mux_python

from localmux.api.labels import DEGREES
from localmux.api.not_there import ABSENT
from localmux.coverage import labelled, put_into, table

README = Path(__file__).parent.parent / "README.md"
CALL = re.compile(r"call_api\(\s*'(/[^']+)', '([A-Z]+)'")
PARAMETER = re.compile(r"\{\w+\}")


def sdk_operations() -> set[str]:
    """Every operation of every class of mux-python, as `METHOD /path/{}`."""
    classes = [one for name, one in inspect.getmembers(mux_python) if name.endswith("Api")]
    return {
        f"{method} {PARAMETER.sub('{}', path)}"
        for one in classes
        for path, method in CALL.findall(inspect.getsource(one))
    }


def test_every_operation_of_the_sdk_has_a_label() -> None:
    operations = sdk_operations()
    assert len(operations) > 100
    known = {PARAMETER.sub("{}", operation) for operation in labelled()}
    missing = [
        operation
        for operation in sorted(operations - known)
        if not operation.split()[1].startswith(tuple(ABSENT))
    ]
    assert missing == []


def test_every_label_is_one_of_four_and_says_what_differs() -> None:
    labels = [*labelled().items(), *ABSENT.items()]
    assert {label.degree for _, label in labels} <= set(DEGREES)
    silent = [name for name, one in labels if one.degree != "faithful" and not one.differs]
    assert silent == []


def test_the_readme_holds_the_table_as_the_code_has_it() -> None:
    text = README.read_text(encoding="utf-8")
    assert put_into(text) == text, "run `python -m localmux.coverage localmux/README.md`"
    assert table() in text
