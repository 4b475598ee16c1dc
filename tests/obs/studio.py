"""OBS Studio as its user sets it up: a server, a key, one coloured picture, and two buttons."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localmux.testing import eventually

NAME = "Test"  # of the profile, of the scene collection and of the scene
PICTURES_A_SECOND = 30
WIDTH, HEIGHT = 640, 360
COLOUR = (192, 96, 32)  # red, green, blue
RETRY_DELAY = 1  # seconds that OBS waits before it connects again
WITHIN = 40.0  # seconds, on machines that are busy with something else

STARTED = "==== Streaming Start ="
STOPPED = "==== Streaming Stop ="
CONNECTS = "Connecting to RTMP URL"

# FirstRun: the wizard of the first start is over. Since version 31 OBS reads half of this from
# user.ini, and moves it there from global.ini unless that says it was done.
GLOBAL_INI = """[General]
FirstRun=true
Pre31Migrated=true
"""
PROFILE_INI = f"""[General]
Name={NAME}

[Video]
BaseCX={WIDTH}
BaseCY={HEIGHT}
OutputCX={WIDTH}
OutputCY={HEIGHT}
FPSCommon={PICTURES_A_SECOND}

[Output]
Mode=Advanced
Reconnect=true
RetryDelay={RETRY_DELAY}
MaxRetries=25

[AdvOut]
Encoder=obs_x264
"""
ENCODER = {"rate_control": "CBR", "bitrate": 600, "keyint_sec": 2, "preset": "ultrafast"}


@contextmanager
def a_screen() -> Generator[str]:
    """Start Xvfb on the first number that is free; yields the value for DISPLAY."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as screen:
        try:
            os.close(writing)
            with os.fdopen(reading) as answer:
                number = answer.readline().strip()
            assert number, "Xvfb did not start."
            yield f":{number}"
        finally:
            _end(screen)


class Obs:
    """A running OBS with a folder of its own, which streams from its start."""

    def __init__(self, program: str, screen: str, folder: Path, server: str, key: str) -> None:
        self._order = folder / "order"
        self._log = folder / "log"
        _write_settings(folder, server, key)
        switches = ["--startstreaming", "--multi", "--profile", NAME, "--collection", NAME]
        quiet = ["--minimize-to-tray", "--disable-updater", "--disable-missing-files-check"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [program, *switches, *quiet],
                env=_environment(screen, folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        """Everything it has said so far."""
        return self._log.read_text(errors="replace")

    def await_said(self, words: str, times: int = 1) -> None:
        """Wait until it has said this so many times."""

        def said() -> bool:
            status = self._process.poll()
            assert status is None, f"OBS ended with {status}:\n{self.log()}"
            return self.log().count(words) >= times

        eventually(said, WITHIN)

    def press(self, button: str) -> None:
        """Press "start" or "stop"."""
        order = self._order.with_suffix(".new")
        order.write_text(f"{button}\n")
        order.rename(self._order)

    def seconds_sent(self) -> list[float]:
        """How long each broadcast was, by the pictures that it sent."""
        counts = re.findall(r"Total frames output: (\d+)", self.log())
        return [int(count) / PICTURES_A_SECOND for count in counts]

    def quit(self) -> int:
        """Close its window; returns the exit status. Asks nothing unless it streams."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(WITHIN)

    def end(self) -> None:
        """Have it gone, whatever it does at the moment."""
        _end(self._process)


def _environment(screen: str, folder: Path) -> dict[str, str]:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    nowhere = "http://127.0.0.1:9"  # it looks for news at its makers' when it starts
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_RUNTIME_DIR": str(runtime),  # with neither a sound server nor a Wayland screen
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }


def _write_settings(folder: Path, server: str, key: str) -> None:
    """Fill in what its user does in Settings → Stream and Settings → Output."""
    hands = folder / "hands.lua"
    shutil.copy(Path(__file__).with_name("hands.lua"), hands)
    service = {"type": "rtmp_custom", "settings": {"server": server, "key": key}}
    root = folder / "config" / "obs-studio"
    profile = root / "basic" / "profiles" / NAME
    scenes = root / "basic" / "scenes"
    profile.mkdir(parents=True)
    scenes.mkdir()
    for name in ("global.ini", "user.ini"):
        (root / name).write_text(GLOBAL_INI)
    (profile / "basic.ini").write_text(PROFILE_INI)
    (profile / "service.json").write_text(json.dumps(service))
    (profile / "streamEncoder.json").write_text(json.dumps(ENCODER))
    (scenes / f"{NAME}.json").write_text(json.dumps(_scenes(hands)))


def _scenes(script: Path) -> dict[str, Any]:
    red, green, blue = COLOUR
    number = 0xFF << 24 | blue << 16 | green << 8 | red
    colour = {"color": number, "width": WIDTH, "height": HEIGHT}
    scene = {"items": [{"name": "Colour", "id": 1, "visible": True}]}
    return {
        "name": NAME,
        "current_scene": NAME,
        "current_program_scene": NAME,
        "scene_order": [{"name": NAME}],
        "sources": [
            {"id": "color_source_v3", "name": "Colour", "settings": colour},
            {"id": "scene", "name": NAME, "settings": scene},
        ],
        "modules": {"scripts-tool": [{"path": str(script), "settings": {}}]},
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
