"""Who may import whom, and how long a file may be: the house rules that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Each module of the app, and the modules of the app that it may import. `views` is all of views/.
# State flows one way: views ask, mux_client speaks to Mux, and only sync and reconcile write what
# Mux says into the store.
MAY_IMPORT: dict[str, set[str]] = {
    "settings": set(),
    "server": {"mux_transport", "store"},
    "logs": set(),
    "records": set(),
    "mux_errors": set(),
    "patience": set(),
    "mux_resources": {"records"},
    "passthrough": set(),
    "recent": set(),
    "attempts": {"passthrough", "recent"},
    "text": set(),
    "body_limit": set(),
    "rate_limits": set(),
    "mux_budget": {"mux_errors"},
    "headers": {"settings"},
    "store": {"records", "text"},
    "sessions": {"records", "store", "text"},
    "audience": {"recent", "store"},
    "signing": {"settings"},
    "playback": {"records", "settings", "signing"},
    "origin": {"settings"},
    "trial_broadcast": {"mux_errors"},
    "mux_transport": {"mux_budget", "mux_errors", "settings", "patience"},
    "mux_client": {"mux_errors", "mux_resources", "mux_transport", "records"},
    "mux_live": {"mux_client", "mux_errors", "mux_resources", "mux_transport", "records"},
    "access": {"records", "sessions", "store"},
    "mux_states": {"mux_resources", "passthrough", "records"},
    "sync": {
        "attempts", "logs", "mux_client", "mux_errors", "mux_live", "mux_resources", "mux_states",
        "passthrough", "recent", "records", "store",
    },
    "signing_keys": {"mux_client", "mux_errors", "records", "signing", "store"},
    "visibilities": {
        "mux_client", "mux_errors", "mux_live", "passthrough", "records", "signing_keys", "store",
        "sync",
    },
    "inbox": {"logs", "mux_errors", "recent", "store", "sync"},
    "recordings": {
        "logs", "mux_client", "mux_errors", "mux_resources", "passthrough", "records", "store",
        "sync",
    },
    "doubles": {"attempts", "logs", "mux_client", "mux_errors", "mux_live", "sync"},
    "video_length": {"logs", "mux_client", "mux_states", "store", "sync"},
    "reconcile": {
        "doubles", "logs", "mux_client", "mux_errors", "mux_live", "passthrough", "recordings",
        "records", "store", "sync", "video_length", "visibilities",
    },
}  # fmt: skip

MAY_IMPORT["views"] = {*MAY_IMPORT, "views"} - {
    "body_limit", "mux_budget", "origin", "reconcile", "server",
}  # fmt: skip
MAY_IMPORT["main"] = {*MAY_IMPORT}

# Words that only these modules may have in their code: the one that speaks to Mux, and the ones
# that start localmux and name its settings. Comments and docstrings are free.
MAY_MENTION = {
    "mux_python": {"mux_client", "mux_live", "mux_transport"},
    "localmux": {"main", "settings"},
}

# Folders whose code nothing in the app may import, and which may import anything.
TOOLS = {"benchmarks", "scripts", "tests"}
FOLDERS = {"docs", "localmux", "static", "views", *TOOLS}

MAX_LINES = 300

APP_FILES = sorted([*ROOT.glob("*.py"), *ROOT.glob("views/**/*.py")])
LOCALMUX_FILES = sorted(ROOT.glob("localmux/src/**/*.py"))
MEASURED_FILES = sorted(
    path
    for pattern in ("*", *(f"{folder}/**/*" for folder in FOLDERS))
    for path in ROOT.glob(pattern)
    if path.suffix in {".py", ".js", ".css"}
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", APP_FILES, ids=named)
def test_app_module_keeps_the_rules(path: Path) -> None:
    module = path.stem if path.parent == ROOT else "views"
    assert module in MAY_IMPORT, f"say in MAY_IMPORT what {named(path)} may import"
    assert app_faults(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", LOCALMUX_FILES, ids=named)
def test_localmux_knows_neither_the_app_nor_the_sdk(path: Path) -> None:
    assert localmux_faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MEASURED_FILES, ids=named)
def test_file_is_short_enough(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{named(path)} has {lines} lines: give part of it a file of its own"


def test_no_code_lies_outside_the_known_folders() -> None:
    strangers = [
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name not in FOLDERS and any(path.glob("*.py"))
        if not path.name.startswith(".")
    ]
    assert strangers == []


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("store", "import settings"),
        ("store", "import settings as s, os"),
        ("playback", "from store import Store"),
        ("sync", "def late():\n    import access"),
        ("access", "if TYPE_CHECKING:\n    from mux_client import MuxClient"),
        ("views", "import main"),
        ("views", "from main import app"),
        ("sync", "from views.layout import page"),
        ("settings", "from tests.helpers import anything"),
        ("views", "from mux_python.models import Asset"),
        ("sync", "importlib.import_module('mux_python')"),
        ("views", "import localmux"),
        ("views", "url = 'http://localhost:8010/_localmux/health'"),
        ("views", "link = f'{base}/_localmux'"),
        ("mux_client", "settings.localmux_port"),
        ("sync", "def poll(localmux_url): ..."),
    ],
)
def test_fault_in_the_app_is_found(module: str, code: str) -> None:
    assert len(app_faults(module, code)) == 1


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("store", "import asyncio\nfrom dataclasses import dataclass"),
        ("views", "from . import tags\nfrom .layout import page\nfrom views.tags import Player"),
        ("main", "import views.home\nimport settings\nsubprocess.run(['-m', 'localmux'])"),
        ("settings", "localmux_port: int = 8010"),
        ("mux_client", "import mux_python"),
        ("sync", "'''Works with localmux too.'''\n# as mux_python has it"),
    ],
)
def test_what_the_rules_allow_is_no_fault(module: str, code: str) -> None:
    assert app_faults(module, code) == []


@pytest.mark.parametrize("code", ["import store", "from mux_python import AssetsApi", "import air"])
def test_fault_in_localmux_is_found(code: str) -> None:
    assert len(localmux_faults(code)) == 1


def app_faults(module: str, code: str) -> list[str]:
    """Say which rules of the app this code of that module breaks."""
    tree = ast.parse(code)
    forbidden = ({*MAY_IMPORT} | TOOLS) - MAY_IMPORT[module]
    faults = [
        f"line {line}: {module} may not import {name}"
        for line, name in imports(tree)
        if name in forbidden
    ]
    for word, modules in MAY_MENTION.items():
        if module not in modules:
            faults += [f"line {line}: {module} may not name {word}" for line in words(tree, word)]
    return faults


def localmux_faults(code: str) -> list[str]:
    """Say where this code of localmux leans on the app or on Mux's SDK, its examiner."""
    forbidden = {*MAY_IMPORT, *TOOLS, "air", "mux_python"}
    return [
        f"line {line}: localmux may not import {name}"
        for line, name in imports(ast.parse(code))
        if name in forbidden
    ]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and top-level name of all imports, also of those inside functions and for types.

    Relative ones stay within their own package, so they break no rule.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def words(tree: ast.AST, word: str) -> Iterator[int]:
    """Give the lines whose imports, names or strings contain the word; docstrings do not count."""
    docstrings = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                texts = [alias.name for alias in node.names]
            case ast.ImportFrom():
                texts = [node.module or "", *(alias.name for alias in node.names)]
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text):
                texts = [text]
            case ast.keyword(arg=str(text)):
                texts = [text]
            case ast.FunctionDef(name=text) | ast.AsyncFunctionDef(name=text):
                texts = [text]
            case ast.Constant(value=str(text)) if node not in docstrings:
                texts = [text]
            case _:
                continue
        if any(word in text.lower() for text in texts):
            yield node.lineno
