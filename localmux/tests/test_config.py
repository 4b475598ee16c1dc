"""Settings from the command line and the environment."""

import re
from pathlib import Path

import pytest

from localmux.config import Configuration


def test_every_option_has_a_default() -> None:
    configuration = Configuration.read([], {})
    assert (configuration.host, configuration.port) == ("localhost", 8010)
    assert configuration.data_dir is None
    assert configuration.webhook_url is None
    assert not configuration.rate_limits


def test_an_option_left_out_comes_from_the_environment() -> None:
    environment = {
        "LOCALMUX_PORT": "1234",
        "LOCALMUX_DATA_DIR": "somewhere",
        "LOCALMUX_TOKEN_SECRET": "hush",
        "LOCALMUX_RATE_LIMITS": "true",
    }
    configuration = Configuration.read([], environment)
    assert configuration.port == 1234
    assert configuration.data_dir == Path("somewhere")
    assert configuration.token_secret == "hush"
    assert configuration.rate_limits


def test_the_command_line_goes_before_the_environment() -> None:
    assert Configuration.read(["--port", "1"], {"LOCALMUX_PORT": "2"}).port == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "many"],
        ["--webhook-url", "http://x"],
        ["--webhook-secret", "hush"],
        ["--public-url", "localhost:8010"],
        ["--token-id", ""],
        ["--token-id", "a:b"],
    ],
)
def test_settings_that_do_not_fit_end_with_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Configuration.read(arguments, {})
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_readme_lists_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Configuration.read(["--help"], {})
    options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    table = (Path(__file__).parents[1] / "README.md").read_text().partition("| option |")[2]
    listed = set(re.findall(r"--[a-z][a-z-]+", table.partition("\n\n")[0]))
    assert options == listed
