"""What the app tells whoever runs it: one line for each event that matters, with its IDs.

All lines about one upload or one broadcast carry the same IDs, so `grep` for one of them tells its
whole story. Stream keys, tokens, secrets and upload URLs are never among them.
"""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, override

from pythonjsonlogger.json import JsonFormatter

type LogFormat = Literal["text", "json"]

_log = logging.getLogger("mux-live")
_source = ContextVar("source", default="")


def event(what: str, **facts: str | float | None) -> None:
    """Log that something happened; `facts` are IDs and numbers, and None is left out."""
    if source := _source.get():
        facts["found_by"] = source
    known = {name: value for name, value in facts.items() if value is not None}
    _log.info(what, extra={"facts": known})


@contextmanager
def found_by(source: str) -> Generator[None]:
    """Note with the events inside the block what brought them to the app's knowledge."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


class _Text(logging.Formatter):
    """Lines for people; the facts stand at the end as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", {})
        return super().formatMessage(record) + "".join(f" {k}={v}" for k, v in facts.items())


class _Json(JsonFormatter):
    """Lines for machines: https://nhairs.github.io/python-json-logger/."""

    def __init__(self) -> None:
        fields = ("asctime", "levelname", "name", "message")
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        super().__init__(fields, rename_fields=names)

    @override
    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        facts = log_data.pop("facts", {})
        return log_data | (facts if isinstance(facts, dict) else {})


def _is_no_mistake(record: logging.LogRecord) -> bool:
    """Whether uvicorn tells more than that it ended a request which outlasted the server."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError)


def set_up(log_format: LogFormat) -> None:
    """Send everything that is logged in this process to the console, in one format."""
    console = logging.StreamHandler()
    console.setFormatter(_Json() if log_format == "json" else _Text())
    logging.basicConfig(level=logging.INFO, handlers=[console], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_no_mistake)
