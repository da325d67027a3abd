"""What the doctor finds: a check, how it came out, and what is told of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from deployments.commands.words import say


class Verdict(StrEnum):
    """Whether something needs a person, and how soon."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """How a check came out. The locale has its sentence, with what to do, under ``doctor.<check>.<outcome>``."""

    check: str
    verdict: Verdict
    outcome: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is told."""
        return say(f"doctor.{self.check}.{self.outcome}", **self.facts)


def fine(check: str, **facts: object) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, "fine", facts)


def warning(check: str, outcome: str, **facts: object) -> Finding:
    """Something is to be done before long."""
    return Finding(check, Verdict.WARNING, outcome, facts)


def failed(check: str, outcome: str, **facts: object) -> Finding:
    """Something is to be done now."""
    return Finding(check, Verdict.FAILED, outcome, facts)
