"""The settings: where they come from, what is refused, and that no list of them is out of date."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from settings import SESSION_SECRET_FILE, Settings, SettingsError, load_settings

ROOT = Path(__file__).parent.parent


def rows(text: str, pattern: str) -> list[tuple[str, ...]]:
    return re.findall(pattern, text, re.MULTILINE)


def test_every_setting_is_in_the_readme_with_its_default_and_its_meaning() -> None:
    table = rows((ROOT / "README.md").read_text(), r"^\| `([A-Z_]+)` \| `?(.*?)`? \| (.+) \|$")
    assert table == [
        (row.name.upper(), str(row.default) or "–", row.metadata["about"])
        for row in fields(Settings)
    ]


def test_every_setting_is_in_the_example_file_with_its_default_and_its_meaning() -> None:
    lines = rows((ROOT / ".env.example").read_text(), r"^# (.+)\n#?([A-Z_]+)=(.*)$")
    assert lines == [
        (row.metadata["about"], row.name.upper(), str(row.default)) for row in fields(Settings)
    ]


def test_what_is_not_set_has_its_default() -> None:
    settings = load_settings({"SESSION_SECRET": "s"})
    assert settings.app_url == "http://localhost:8000"
    assert settings.mux_api_url == "https://api.mux.com"
    assert not settings.has_mux_credentials


def test_the_address_of_the_app_follows_its_port() -> None:
    assert load_settings({"SESSION_SECRET": "s", "PORT": "9000"}).app_url == "http://localhost:9000"


def test_cookies_are_limited_to_https_where_there_is_https() -> None:
    environment = {"SESSION_SECRET": "s", "APP_URL": "https://video.example.com/"}
    assert load_settings(environment).secure
    assert load_settings(environment).app_url == "https://video.example.com"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT must be a whole number, not “eighty”"),
        ({"RATE_LIMIT_FACTOR": "0"}, "RATE_LIMIT_FACTOR must be at least 1."),
        ({"APP_URL": "video.example.com"}, "APP_URL must look like"),
        ({"APP_URL": "https://example.com/video"}, "APP_URL must look like"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be text or json, not “xml”"),
        ({"MUX_TOKEN_ID": "id"}, "MUX_TOKEN_ID and MUX_TOKEN_SECRET go together"),
        ({"MUX_TOKEN_SECRET": "secret"}, "MUX_TOKEN_ID and MUX_TOKEN_SECRET go together"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        load_settings({"SESSION_SECRET": "s"} | environment)


def test_an_app_on_the_internet_does_not_start_without_a_session_secret() -> None:
    with pytest.raises(SettingsError, match="SESSION_SECRET is not set"):
        load_settings({"APP_URL": "https://video.example.com"})


def test_a_local_app_makes_its_session_secret_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = load_settings({}).session_secret
    assert len(first) >= 32
    assert load_settings({}).session_secret == first
    assert SESSION_SECRET_FILE.stat().st_mode & 0o077 == 0


def test_printed_settings_show_no_secret() -> None:
    settings = load_settings(
        {"SESSION_SECRET": "hush", "MUX_TOKEN_ID": "a", "MUX_TOKEN_SECRET": "b"}
    )
    assert "hush" not in f"{settings} {settings!r}"
