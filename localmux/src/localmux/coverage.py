"""The table of the README that says how near each operation is to Mux, made from the code.

`python -m localmux.coverage` prints it; with the path of a README it is put in there.
"""

import argparse
import re
import sys
from pathlib import Path

from localmux.api import MODULES
from localmux.api.labels import Label
from localmux.api.not_there import ABSENT

BEGIN, END = "<!-- coverage -->", "<!-- /coverage -->"
NOTE = "made by `python -m localmux.coverage README.md` from what the modules of the API say"


def labelled() -> dict[str, Label]:
    """Every operation that has a route, as `METHOD /path`, with its label."""
    return {route: module.LABELS[route] for module in MODULES for route in module.ROUTES}


def table() -> str:
    """In Markdown."""
    rows = [f"<!-- {NOTE} -->", "", "| operation | label | what differs |", "| --- | --- | --- |"]
    rows += [_row(route, label) for route, label in labelled().items()]
    rows += [_row(f"{path}…", label) for path, label in ABSENT.items()]
    return "\n".join(rows)


def _row(operation: str, label: Label) -> str:
    return f"| `{operation}` | {label.degree} | {label.differs} |"


def put_into(readme: str) -> str:
    """The README with the table as it is now. Raises ValueError when it has no place for it."""
    place = re.compile(f"(?<={BEGIN}\n).*?(?=\n{END})", re.DOTALL)
    if not place.search(readme):
        raise ValueError(f"The README has no place for the table: {BEGIN} and {END}.")
    return place.sub(lambda _: table(), readme)


def main() -> None:
    parser = argparse.ArgumentParser(description="Say how near localmux is to Mux.")
    parser.add_argument("readme", type=Path, nargs="?", help="a README to bring up to date")
    readme = parser.parse_args().readme
    if readme is None:
        sys.stdout.write(table() + "\n")
        return
    readme.write_text(put_into(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
