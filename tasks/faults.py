"""What is wrong with a file people write, told to them: all faults at once, each with file, line and field."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from models.errors import InvalidInput
from notifications.locale import text
from tasks.written import Finding, Place

KINDS = {
    "bool_type": "yes_or_no",
    "dict_type": "mapping",
    "enum": "choice",
    "extra_forbidden": "unknown_field",
    "greater_than_equal": "too_small",
    "int_from_float": "whole_number",
    "int_parsing": "whole_number",
    "int_type": "whole_number",
    "less_than_equal": "too_big",
    "literal_error": "choice",
    "missing": "missing",
    "model_attributes_type": "mapping",
    "model_type": "mapping",
    "string_pattern_mismatch": "key",
    "string_too_long": "long_text",
    "string_too_short": "no_text",
    "string_type": "text",
    "too_short": "too_few",
    "tuple_type": "list",
}
"""The locale's sentence for a kind of error pydantic finds; our own values' kinds are sentences already."""
OWN_KINDS = {"allowance", "clock", "day", "day_of_year", "encoding", "form", "natural_days", "timing", "window", "zone"}
LIMITS = (("ge", "min_length"), ("le", "max_length"))


@dataclass(frozen=True)
class Fault:
    """One fault, in words. `line` counts from 1; it is 0 when the file can't be opened. `field` is the dotted path."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class Faulty(InvalidInput):
    """What people wrote can't be used; `faults` says all that is wrong with it, in the order of the files.

    :param folder: what they wrote, a folder or a file.
    """

    def __init__(self, folder: Path, findings: Iterable[Finding], locale: str) -> None:
        ordered = sorted(findings, key=lambda each: (each.file, each.line))
        self.faults = tuple(dict.fromkeys(_told(each, locale) for each in ordered))
        super().__init__(folder=folder, count=len(self.faults))

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def shape_finding(error: ErrorDetails, top: Place, path: tuple[int | str, ...]) -> Finding:
    """What pydantic found, at its place below the top of a file."""
    kind = KINDS.get(error["type"], error["type"] if error["type"] in OWN_KINDS else "otherwise")
    place, facts = top.find(path), _facts(error)
    if kind == "missing":
        lacking = str(path[-1])
        return place.get(lacking).found("no_post" if lacking == "answers" else "missing", name=place.text("name"))
    return place.found(kind, **facts)


def _facts(error: ErrorDetails) -> dict[str, Any]:
    context = error.get("ctx", {})
    choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    least, most = (next((context[name] for name in names if name in context), "") for names in LIMITS)
    return {"choices": choices, "least": least, "most": most, "problem": error["msg"]}


def _told(finding: Finding, locale: str) -> Fault:
    """The sentence of a finding stands in the locale with the packs', unless its kind names another table."""
    key = finding.kind if "." in finding.kind else f"pack.{finding.kind}"
    return Fault(finding.file, finding.line, finding.field, text(key, locale, **finding.facts))
