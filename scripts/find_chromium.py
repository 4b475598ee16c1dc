"""Print the path of a Chromium that runs. With --install, bring one first if there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

# The first one shows no windows, and takes half the time of the processor for the same pages.
LIGHT = "chromium-headless-shell"
NAMES = [LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
PRINT_PLAYWRIGHTS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
# Text without a font is drawn as boxes; Playwright's own programs need libatomic1.
DEBIAN_PACKAGES = ["fonts-dejavu-core", "fonts-liberation", "libatomic1"]


def main() -> int:
    path = find()
    may_install = "--install" in sys.argv[1:] and "CHROMIUM" not in os.environ
    if may_install and (path is None or not path.endswith(LIGHT)):
        install(path)
        path = find()
    if path is None:
        say(
            "No Chromium runs here, and the browser tests need one. Install the package chromium "
            "(or Chrome), or set CHROMIUM to the path of one that runs."
        )
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


def find() -> str | None:
    """Give the first candidate that runs; Ubuntu's chromium-browser may be an empty shell."""
    return next((path for path in candidates() if runs(path)), None)


def candidates() -> Iterator[str]:
    """Give the one that the user names, or else those on the PATH, then Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        yield named
        return
    yield from filter(None, map(shutil.which, NAMES))
    own = subprocess.run(
        [sys.executable, "-c", PRINT_PLAYWRIGHTS_OWN], capture_output=True, text=True, check=False
    )
    if own.returncode == 0:
        yield own.stdout.strip()


def runs(path: str) -> bool:
    """Tell whether the program starts at all."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install(present: str | None) -> None:
    """Take the system's package where we may, or else what Playwright downloads.

    Somebody who has a Chromium already only gets the lighter one, and only if that is easy.
    """
    may_use_apt = os.geteuid() == 0 and shutil.which("apt-get") is not None
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    bring = [*apt, "install", "-y", "--no-install-recommends"]
    if present is not None:
        if may_use_apt:
            attempt([*bring, LIGHT], quietly=True)
        return
    if may_use_apt:
        say("==> Installing Chromium with apt-get")
        attempt([*apt, "update"])
        for name in (LIGHT, "chromium"):
            if attempt([*bring, name, *DEBIAN_PACKAGES]) and find() is not None:
                return
    say("==> Installing Chromium with Playwright")
    with_libraries = ["--with-deps"] if may_use_apt else []
    attempt([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


def attempt(command: list[str], *, quietly: bool = False) -> bool:
    """Run a command without questions; its output is shown only when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0 and not quietly:
        say(f"{done.stdout}\n{' '.join(command)} failed with exit code {done.returncode}.")
    return done.returncode == 0


def say(sentence: str) -> None:
    """Tell the user; standard output is for the path alone."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
