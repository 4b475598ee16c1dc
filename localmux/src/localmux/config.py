"""The settings of one localmux: from the command line, else from LOCALMUX_* variables."""

import argparse
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TRUE_WORDS = {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything a localmux is told at its start."""

    host: str
    port: int
    rtmp_port: int
    data_dir: Path | None
    token_id: str
    token_secret: str
    webhook_url: str | None
    webhook_secret: str | None
    public_url: str | None
    rate_limits: bool
    stop_with_stdin: bool
    quiet: bool

    @classmethod
    def read(
        cls, arguments: Sequence[str], environment: Mapping[str, str] = os.environ
    ) -> "Configuration":
        """Read the command line; an option left out falls back to its LOCALMUX_* variable.

        Ends the process with status 2 and one sentence when they do not fit together.
        """
        return cls._checked(_parser(environment), arguments)

    @classmethod
    def read_for_command(
        cls, arguments: Sequence[str], environment: Mapping[str, str] = os.environ
    ) -> "Configuration":
        """The same for `localmux exec`: free ports, and a webhook secret made where none is given.

        Ends the process as `read` does.
        """
        parser = _parser(environment, "localmux exec", port="0")
        parser.usage = "localmux exec [OPTION]... -- COMMAND [ARGUMENT]..."
        if parser.parse_args(arguments).webhook_url:
            parser.set_defaults(
                webhook_secret=environment.get("LOCALMUX_WEBHOOK_SECRET") or secrets.token_hex(16)
            )
        return cls._checked(parser, arguments)

    @classmethod
    def _checked(cls, parser: argparse.ArgumentParser, arguments: Sequence[str]) -> "Configuration":
        options = parser.parse_args(arguments)
        if bool(options.webhook_url) != bool(options.webhook_secret):
            parser.error("--webhook-url and --webhook-secret are needed together.")
        if not options.token_id or not options.token_secret or ":" in options.token_id:
            parser.error(
                "--token-id and --token-secret must not be empty, nor the id hold a colon."
            )
        return cls(**vars(options))


def _parser(
    environment: Mapping[str, str], program: str = "localmux", port: str | None = None
) -> argparse.ArgumentParser:
    """`port` is the default of both ports, where it is not the usual one."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="A local stand-in for the Mux Video API. `localmux exec -- COMMAND` runs a "
        "command with one of its own, and ends with it.",
        epilog="Every option can be given as an environment variable instead: LOCALMUX_PORT for "
        "--port, and so on. Use those for the secrets: a command line can be read by others.",
    )

    def option(
        name: str, text: str, *, kind: Callable[[str], object] = str, fallback: str | None = None
    ) -> None:
        variable = "LOCALMUX_" + name.replace("-", "_").upper()
        default = environment.get(variable) or fallback
        shown = f" (default {fallback})" if fallback else ""
        parser.add_argument(f"--{name}", type=kind, default=default, help=text + shown)

    def switch(name: str, text: str) -> None:
        variable = "LOCALMUX_" + name.replace("-", "_").upper()
        default = environment.get(variable, "").lower() in TRUE_WORDS
        parser.add_argument(f"--{name}", action="store_true", default=default, help=text)

    option("host", "name or address to listen on", fallback="localhost")
    option("port", "HTTP port; 0 picks a free one", kind=_port, fallback=port or "8010")
    text = "RTMP port for encoders; 0 picks a free one"
    option("rtmp-port", text, kind=_port, fallback=port or "1935")
    option("data-dir", "where everything is kept; a temporary folder if left out", kind=Path)
    option("token-id", "access token id clients must send", fallback="localmux")
    option("token-secret", "access token secret clients must send", fallback="localmux")
    option("webhook-url", "where events are posted")
    option("webhook-secret", "secret that signs them")
    option("public-url", "address clients use, if it is not http://localhost:PORT", kind=_address)
    switch("rate-limits", "answer 429 beyond Mux's request rates")
    switch("stop-with-stdin", "end when standard input closes, so that no orphan stays")
    switch("quiet", "log only what went wrong, not every request")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("the address must start with http:// or https://")
    return text.rstrip("/")
