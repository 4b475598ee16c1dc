"""Every setting of the app, read once from the environment and `.env`.

The table below is the only list: README and `.env.example` repeat it, and a test keeps the three
equal.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

SESSION_SECRET_FILE = Path(".session-secret")
SHORTEST_TOKEN_SECONDS = 10
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to write instead."""


def setting[Value: (str, int)](default: Value, about: str, least: int = 0) -> Value:
    """One row of the table: its default, the sentence that README and `.env.example` show, and the
    least that a number may be."""
    return field(default=default, metadata={"about": about, "least": least})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """The app's settings; each field is read from the variable of the same name in capitals.

    It has no `repr`, so that no log ever shows a secret.
    """

    mux_token_id: str = setting("", "Mux access token ID; empty starts localmux instead")
    mux_token_secret: str = setting("", "the token's secret")
    session_secret: str = setting("", "signs the session cookie; on localhost one is made and kept")
    app_url: str = setting("", "where browsers reach the app; empty is http://localhost:{PORT}")
    mux_webhook_secret: str = setting("", "signing secret of the webhook that Mux sends to the app")
    mux_signing_key_id: str = setting("", "key that opens sign-up videos; empty makes one at start")
    mux_signing_private_key: str = setting("", "its private half, in base64 as Mux gives it")
    playback_token_seconds: int = setting(
        21600, "how long a sign-up video's address plays; six hours outlast most broadcasts"
    )
    max_upload_mb: int = setting(4000, "largest file that may be uploaded, in megabytes")
    max_video_minutes: int = setting(720, "longest video that may be uploaded, in minutes", 1)
    mux_api_url: str = setting("https://api.mux.com", "Mux's API")
    mux_stream_url: str = setting("https://stream.mux.com", "Mux's host for HLS")
    mux_image_url: str = setting("https://image.mux.com", "Mux's host for thumbnails")
    mux_media_hosts: str = setting(
        "https://*.mux.com", "hosts of Mux's media and uploads, for the Content Security Policy"
    )
    mux_rtmp_url: str = setting("rtmps://global-live.mux.com:443/app", "where encoders send video")
    mux_control_url: str = setting("", "control address of localmux, for test broadcasts")
    mux_posts_per_second: int = setting(1, "POST requests that Mux's API allows in a second", 1)
    mux_others_per_second: int = setting(5, "other requests that Mux's API allows in a second", 1)
    rate_limit_factor: int = setting(1, "multiplies every limit of `rate_limits.py`", 1)
    host: str = setting("127.0.0.1", "address the app listens on")
    port: int = setting(8000, "port the app listens on")
    log_format: str = setting("text", "format of the log: text for people, json for machines")
    localmux_port: int = setting(8010, "port of localmux, when the app starts it")
    localmux_rtmp_port: int = setting(1935, "RTMP port of localmux, when the app starts it")
    localmux_data_dir: str = setting(".localmux", "folder in which localmux keeps its media")

    @property
    def has_mux_credentials(self) -> bool:
        """Whether there is a Mux to talk to; if not, `main` starts localmux."""
        return bool(self.mux_token_id and self.mux_token_secret)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the app over https, so that cookies may be limited to it."""
        return urlsplit(self.app_url).scheme == "https"

    @property
    def max_upload_bytes(self) -> int:
        """The upload limit in bytes, counting megabytes as file managers do (10⁶ bytes)."""
        return self.max_upload_mb * 1_000_000


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; a variable of the environment wins over the same line in `.env`.

    Raises SettingsError when a value cannot be used, and when there is no SESSION_SECRET although
    the app is to be reached from elsewhere than this machine.
    """
    if environment is None:
        written = {name: value or "" for name, value in dotenv_values().items()}
        environment = written | dict(os.environ)
    values: dict[str, Any] = {row.name: _read(row, environment) for row in fields(Settings)}
    values["app_url"] = _checked_app_url(values["app_url"] or f"http://localhost:{values['port']}")
    values["session_secret"] = values["session_secret"] or _kept_secret(values["app_url"])
    if values["log_format"] not in {"text", "json"}:
        raise SettingsError(f"LOG_FORMAT must be text or json, not “{values['log_format']}”.")
    if bool(values["mux_token_id"]) != bool(values["mux_token_secret"]):
        raise SettingsError("MUX_TOKEN_ID and MUX_TOKEN_SECRET go together: set both or neither.")
    if bool(values["mux_signing_key_id"]) != bool(values["mux_signing_private_key"]):
        raise SettingsError(
            "MUX_SIGNING_KEY_ID and MUX_SIGNING_PRIVATE_KEY go together: set both or neither."
        )
    if values["playback_token_seconds"] < SHORTEST_TOKEN_SECONDS:
        raise SettingsError(
            f"PLAYBACK_TOKEN_SECONDS must be at least {SHORTEST_TOKEN_SECONDS}, or players stall."
        )
    return Settings(**values)


def _read(row: Field[Any], environment: Mapping[str, str]) -> Any:
    text = environment.get(row.name.upper(), "").strip()
    if not text:
        return row.default
    if row.type is int and not text.isdecimal():
        raise SettingsError(f"{row.name.upper()} must be a whole number, not “{text}”.")
    if row.type is int and int(text) < row.metadata["least"]:
        raise SettingsError(f"{row.name.upper()} must be at least {row.metadata['least']}.")
    return int(text) if row.type is int else text


def _checked_app_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise SettingsError(f"APP_URL must look like https://video.example.com, not “{url}”.")
    return url.rstrip("/")


def _kept_secret(app_url: str) -> str:
    """Make the session secret of a localhost app once, so that restarts keep people signed in."""
    if urlsplit(app_url).hostname not in LOOPBACK_NAMES:
        raise SettingsError(
            "SESSION_SECRET is not set. Anywhere but on localhost it must be: put the output of "
            "`openssl rand -hex 32` into .env."
        )
    if not SESSION_SECRET_FILE.exists():
        SESSION_SECRET_FILE.touch(mode=0o600)
        SESSION_SECRET_FILE.write_text(secrets.token_hex(32))
    return SESSION_SECRET_FILE.read_text().strip()
