"""`localmux exec -- COMMAND`: a localmux of the command's own, for as long as the command runs.

localmux is a second process that ends when its standard input closes. So it ends, and its ffmpeg
and its folder with it, also when this process is killed.
"""

import base64
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from types import FrameType
from urllib.parse import urlsplit

from localmux.config import Configuration

# As `env`, `timeout` and shells have it: https://www.gnu.org/software/coreutils/manual/coreutils.html
NOT_STARTED, NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 125, 126, 127, 128
PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2)  # fmt: skip
OF_THE_TERMINAL = {signal.SIGINT, signal.SIGQUIT}  # keys that the whole foreground group hears
END_WITHIN = 10.0  # seconds
FOR_MUX_ONLY = "MUX_AUTHORIZATION_TOKEN"  # which mux-node prefers to an access token


def run_beside(arguments: Sequence[str]) -> int:
    """Run the command after `--`, with localmux in its environment; returns its exit status."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = arguments[:split], list(arguments[split + 1 :])
    configuration = Configuration.read_for_command(options)
    if not command:
        sys.stderr.write("Say which command to run: localmux exec [OPTION]... -- COMMAND\n")
        return 2
    passing = _Passing()
    with _localmux(options, configuration) as urls:
        if urls is None:
            return passing.ended_by or NOT_STARTED
        told = variables(configuration, urls) | _signing_key(configuration, urls["api"])
        kept = {name: value for name, value in os.environ.items() if name != FOR_MUX_ONLY}
        return passing.run(command, kept | told)


def variables(configuration: Configuration, urls: dict[str, str]) -> dict[str, str]:
    """What clients read: mux-node MUX_BASE_URL and the credentials, others whatever they like."""
    told = {
        "MUX_TOKEN_ID": configuration.token_id,
        "MUX_TOKEN_SECRET": configuration.token_secret,
        "MUX_BASE_URL": urls["api"],
        "MUX_API_URL": urls["api"],
        "MUX_STREAM_URL": urls["stream"],
        "MUX_IMAGE_URL": urls["image"],
        "MUX_RTMP_URL": urls["rtmp"],
        "MUX_CONTROL_URL": urls["control"],
    }
    if configuration.webhook_secret:
        told["MUX_WEBHOOK_SECRET"] = configuration.webhook_secret
    return told


def _signing_key(configuration: Configuration, api: str) -> dict[str, str]:
    """A new key for playback tokens, under the names that mux-node reads.

    None where a public address is given, which may lead here only for others.
    """
    if configuration.public_url:
        return {}
    credentials = f"{configuration.token_id}:{configuration.token_secret}".encode()
    headers = {"authorization": f"Basic {base64.b64encode(credentials).decode()}"}
    connection = http.client.HTTPConnection(urlsplit(api).netloc, timeout=END_WITHIN)
    with contextlib.closing(connection):
        connection.request("POST", "/system/v1/signing-keys", headers=headers)
        key = json.load(connection.getresponse())["data"]
    return {"MUX_SIGNING_KEY": key["id"], "MUX_PRIVATE_KEY": key["private_key"]}


@contextlib.contextmanager
def _localmux(
    options: Sequence[str], configuration: Configuration
) -> Generator[dict[str, str] | None]:
    """The URLs of a running localmux; None when it did not start, and has said why."""
    ports = ["--port", str(configuration.port), "--rtmp-port", str(configuration.rtmp_port)]
    own = {"LOCALMUX_WEBHOOK_SECRET": configuration.webhook_secret or ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "localmux", *options, *ports, "--quiet", "--stop-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | own,
        start_new_session=True,
    )
    with process:
        ready = process.stdout.readline() if process.stdout else b""
        try:
            yield json.loads(ready) if ready else None
        finally:
            process.terminate()
            try:
                process.wait(END_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()


class _Passing:
    """Runs a command and passes signals on to it, also those that come before it has begun."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.waiting: list[int] = []
        for number in PASSED_ON:
            signal.signal(number, self._pass_on)

    def run(self, command: Sequence[str], environment: dict[str, str]) -> int:
        """The exit status, as a shell would tell it."""
        if self.waiting:
            return self.ended_by
        try:
            self.process = subprocess.Popen(command, env=environment)
        except FileNotFoundError:
            sys.stderr.write(f"There is no command {command[0]}.\n")
            return NOT_FOUND
        except OSError as problem:
            sys.stderr.write(f"{command[0]} cannot be run: {problem.strerror}.\n")
            return NOT_EXECUTABLE
        for number in self.waiting:
            self.process.send_signal(number)
        status = self.process.wait()
        return BY_SIGNAL - status if status < 0 else status

    @property
    def ended_by(self) -> int:
        """The exit status that a signal before the command's begin makes; 0 without one."""
        return BY_SIGNAL + self.waiting[0] if self.waiting else 0

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        if self.process is None:
            self.waiting.append(number)
        elif number not in OF_THE_TERMINAL or not _in_foreground():
            self.process.send_signal(number)


def _in_foreground() -> bool:
    """Whether the terminal itself tells our command about its keys."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
