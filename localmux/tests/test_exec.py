"""`localmux exec -- COMMAND`: what the command gets, how it ends, and that nothing outlives it."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localmux.config import Configuration
from localmux.testing import eventually

COMMAND = [sys.executable, "-m", "localmux", "exec"]
WITHIN = 20  # seconds
CREATE_STREAM = """
import base64, json, os, urllib.request
given = os.environ
token = base64.b64encode(f"{given['MUX_TOKEN_ID']}:{given['MUX_TOKEN_SECRET']}".encode()).decode()
request = urllib.request.Request(
    given["MUX_BASE_URL"] + "/video/v1/live-streams", b"{}", {"Authorization": "Basic " + token}
)
stream = json.load(urllib.request.urlopen(request))["data"]["id"]
given["MUX_RTMP_URL"].index("rtmp://localhost:")
assert b"PRIVATE KEY" in base64.b64decode(given["MUX_PRIVATE_KEY"])
key = given["MUX_BASE_URL"] + "/system/v1/signing-keys/" + given["MUX_SIGNING_KEY"]
urllib.request.urlopen(urllib.request.Request(key, headers=request.headers))
"""
BROADCAST = (
    CREATE_STREAM
    + """
url = f"{given['MUX_CONTROL_URL']}/live-streams/{stream}/broadcast"
urllib.request.urlopen(urllib.request.Request(url, method="POST"))
print("on the air", flush=True)
import sys
sys.stdin.read()
"""
)
HEARS_SIGNALS = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
signal.signal(signal.SIGINT, lambda *_: sys.exit(4))
print("ready", flush=True)
signal.pause()
"""


def execute(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )


@contextmanager
def executing(script: str) -> Generator[tuple[subprocess.Popen[str], Callable[[], list[str]]]]:
    """A running `localmux exec`, and a look at which processes it and all below it are."""
    mark = f"LOCALMUX_TEST={uuid.uuid4()}"
    environment = os.environ | dict([mark.split("=")])
    command = [*COMMAND, "--", sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout
        assert process.stdout.readline()
        yield process, lambda: _marked(mark)
        process.kill()
    eventually(lambda: not _marked(mark))  # a command of ours ends with its standard input


def _marked(mark: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_the_command_can_use_the_api_with_what_is_in_its_environment() -> None:
    done = execute("--", sys.executable, "-c", CREATE_STREAM)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_token_of_the_real_mux_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUX_AUTHORIZATION_TOKEN", "real")
    monkeypatch.setenv("MUX_TOKEN_SECRET", "real")
    assert "=real\n" not in execute("--", "env").stdout


def test_standard_input_and_output_are_the_commands_own() -> None:
    done = execute("--webhook-url", "http://localhost:9/hook", "--", "cat", text="through")
    assert (done.returncode, done.stdout, done.stderr) == (0, "through", "")


def test_it_ends_with_the_commands_exit_status() -> None:
    for script, status in (("exit 7", 7), ("kill -KILL $$", 128 + 9)):
        assert execute("--", "sh", "-c", script).returncode == status


def test_a_command_that_cannot_run_is_said_in_one_sentence(tmp_path: Path) -> None:
    for command, status in (("no-such-command", 127), (str(tmp_path), 126)):
        done = execute("--", command)
        assert done.returncode == status
        assert done.stderr.count("\n") == 1
        assert command in done.stderr


def test_without_a_command_or_with_wrong_options_nothing_is_started() -> None:
    for arguments in ([], ["--"], ["--colour", "blue", "--", "true"]):
        done = execute(*arguments)
        assert done.returncode == 2
        assert "exec" in done.stderr


def test_a_localmux_that_cannot_start_says_why_and_runs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = execute("--data-dir", str(file), "--", "echo", "ran")
    assert (done.returncode, done.stdout) == (125, "")
    assert "cannot use the folder" in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 3), (signal.SIGINT, 4)])
def test_signals_reach_the_command(number: signal.Signals, status: int) -> None:
    with executing(HEARS_SIGNALS) as (process, running):
        process.send_signal(number)
        assert process.wait(WITHIN) == status
        assert running() == []


def test_no_encoder_outlives_a_kill() -> None:
    """Only the command itself is left, as with any program that starts another."""
    with executing(BROADCAST) as (process, running):
        assert any("ffmpeg" in command for command in eventually(running))
        process.kill()
        eventually(lambda: not any("localmux" in one or "ffmpeg" in one for one in running()))
        [left] = running()
        assert "on the air" in left


def test_the_webhook_secret_is_made_unless_given() -> None:
    url = ["--webhook-url", "http://localhost:9"]
    made = Configuration.read_for_command(url, {}).webhook_secret
    assert made
    assert made != Configuration.read_for_command(url, {}).webhook_secret
    assert Configuration.read_for_command([*url, "--webhook-secret", "s"], {}).webhook_secret == "s"
    given = Configuration.read_for_command(url, {"LOCALMUX_WEBHOOK_SECRET": "e"})
    assert given.webhook_secret == "e"
    assert (given.port, given.rtmp_port, given.data_dir) == (0, 0, None)
