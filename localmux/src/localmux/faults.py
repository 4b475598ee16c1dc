"""Faults that tests order: which request or which stage goes wrong, how, and how often."""

import fnmatch
import random
import secrets
from dataclasses import asdict, dataclass, field

HTTP_ACTIONS = ("status", "drop", "delay", "half", "html", "throttle", "rewrite")
STAGE_ACTIONS = {
    "download": ("error", "delay"),
    "transcode": ("error", "delay"),
    "webhook": ("drop", "double", "delay", "shuffle"),
}


class StageFault(Exception):
    """A stage was ordered to fail; the message goes to the person who sent the file."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule. `path` is a pattern such as `/video/v1/assets*`; `times` None means always."""

    action: str
    stage: str | None = None
    method: str | None = None
    path: str = "*"
    status: int = 503
    retry_after: int | None = None
    old: str = ""
    new: str = ""
    seconds: float = 1.0
    after_bytes: int = 0
    bytes_per_second: int = 1_000_000
    message: str = "A fault was ordered."
    probability: float = 1.0
    times: int | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        """Raise ValueError, with a sentence, for a rule that could never act."""
        if self.stage is not None and self.stage not in STAGE_ACTIONS:
            raise ValueError(f"stage must be one of {', '.join(STAGE_ACTIONS)}.")
        actions = STAGE_ACTIONS[self.stage] if self.stage else HTTP_ACTIONS
        if self.action not in actions:
            raise ValueError(f"action must be one of {', '.join(actions)}.")
        if self.action == "rewrite" and not self.old:
            raise ValueError("rewrite needs the old text that is to be replaced by the new one.")

    def fits_request(self, method: str, path: str) -> bool:
        """A browser's preflight counts only where OPTIONS is named: it would use up `times`."""
        methods = {self.method} if self.method else {method} - {"OPTIONS"}
        return self.stage is None and method in methods and fnmatch.fnmatchcase(path, self.path)


class Faults:
    """The rules in force; the first that fits acts."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.rules.append(fault)

    def remove(self, fault_id: str) -> bool:
        kept = [rule for rule in self.rules if rule.id != fault_id]
        removed = len(kept) < len(self.rules)
        self.rules = kept
        return removed

    def clear(self) -> None:
        self.rules.clear()

    def listed(self) -> list[dict[str, object]]:
        return [asdict(rule) for rule in self.rules]

    def for_request(self, method: str, path: str) -> Fault | None:
        return self._take([rule for rule in self.rules if rule.fits_request(method, path)])

    def for_stage(self, stage: str) -> Fault | None:
        return self._take([rule for rule in self.rules if rule.stage == stage])

    def _take(self, fitting: list[Fault]) -> Fault | None:
        for rule in fitting:
            if random.random() >= rule.probability:  # noqa: S311 no secret hangs on this chance
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self.remove(rule.id)
            return rule
        return None
