"""Print the path of an OBS Studio that starts. With --install, bring it and Xvfb if need be."""

import os
import shutil
import subprocess
import sys

# The screen that OBS is given where there is none.
SCREEN = "Xvfb"
DEBIAN_PACKAGES = ["obs-studio", "xvfb"]


def main() -> int:
    """Find both programs, or bring them, or say what to install."""
    path = find()
    if path is None and "--install" in sys.argv[1:] and "OBS" not in os.environ:
        install()
        path = find()
    if path is None:
        say(
            "These tests need OBS Studio and Xvfb: install the packages obs-studio and xvfb, or "
            "put obs (or its path into the variable OBS) and Xvfb on the PATH."
        )
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


def find() -> str | None:
    """Give the OBS that the user names, or else the one on the PATH, if it starts."""
    path = os.environ.get("OBS") or shutil.which("obs")
    return path if path and shutil.which(SCREEN) and starts(path) else None


def starts(path: str) -> bool:
    """Tell whether the program starts at all; another program named obs fails here too."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "OBS Studio" in done.stdout


def install() -> None:
    """Take the system's packages where we may."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    say("==> Installing OBS Studio and Xvfb with apt-get")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    if attempt([*apt, "update"]):
        attempt([*apt, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES])


def attempt(command: list[str]) -> bool:
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
    if done.returncode != 0:
        say(f"{done.stdout}\n{' '.join(command)} failed with exit code {done.returncode}.")
    return done.returncode == 0


def say(sentence: str) -> None:
    """Tell the user; standard output is for the path alone."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
