"""A history's file as reports and closings, and the lines that can't be lived, each with what was wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.actions.reporting import Report, calendar_reaches
from models.queries.rulebook import Rulebook
from models.rules.intake import LONGEST, NUL, Known
from models.vocabulary import Severity

NEEDED = ("external_id", "happened_at", "category", "summary")


@dataclass(frozen=True)
class Lived:
    """A row that can be lived: what was raised, and when its source says it was closed (UTC)."""

    line: int
    report: Report
    closed_at: datetime | None


@dataclass(frozen=True)
class Turned:
    """A line that can't be lived: by field, the key of what is wrong."""

    line: int
    faults: Mapping[str, str]


@dataclass(frozen=True)
class History:
    """A whole file: what can be lived in the order it happened, what can't, and the lines of what was told twice."""

    lived: tuple[Lived, ...]
    turned: tuple[Turned, ...]
    repeated: tuple[int, ...]

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.lived) + len(self.turned) + len(self.repeated)


def read_history(lines: Iterable[Any], book: Rulebook, known: Known, by: str) -> History:
    """Sort the lines of a file; nothing is left out.

    :param by: the staff number of who takes in what names nobody.
    """
    told: dict[tuple[str, str], Report] = {}
    lived, turned, repeated = [], [], []
    for each in lines:
        faults = {**_wrong(each.fields, known), **each.faults}
        report = None if faults else _report(each.fields, by)
        first = told.setdefault((report.source, report.external_id or ""), report) if report else None
        if report and first is not report and first == report:
            repeated.append(each.line)
        elif report and first is not report:
            turned.append(Turned(each.line, {"external_id": "clash"}))
        elif report and not calendar_reaches(book, report, now=report.happened_at):
            turned.append(Turned(each.line, {"happened_at": "calendar"}))
        elif report:
            lived.append(Lived(each.line, report, each.fields.get("closed_at")))
        else:
            turned.append(Turned(each.line, faults))
    lived.sort(key=lambda row: (row.report.happened_at, row.line))
    return History(tuple(lived), tuple(turned), tuple(repeated))


def _wrong(said: Mapping[str, Any], known: Known) -> dict[str, str]:
    """What is wrong with a row's fields."""
    happened_at, closed_at = said.get("happened_at"), said.get("closed_at")
    texts = (said.get("external_id") or "", said.get("summary") or "")
    return {
        **{name: "missing" for name in NEEDED if not said.get(name)},
        **_unknown("grid", said.get("grid"), known.grids),
        **({"grid": "ambiguous"} if said.get("grid") in known.ambiguous else {}),
        **_unknown("category", said.get("category"), known.categories),
        **_unknown("severity", said.get("severity"), list(Severity)),
        **({"summary": "too_long"} if len(texts[1]) > LONGEST else {}),
        **({"summary": "unstorable"} if any(NUL in each for each in texts) else {}),
        **({"happened_at": "earlier"} if happened_at and happened_at < known.since else {}),
        **({"closed_at": "before_raised"} if happened_at and closed_at and closed_at < happened_at else {}),
    }


def _unknown(name: str, value: str | None, among: Iterable[str]) -> dict[str, str]:
    return {name: "unknown"} if value and value not in among else {}


def _report(said: Mapping[str, Any], by: str) -> Report:
    return Report(
        grid=said.get("grid"),
        category=said["category"],
        severity=Severity(said.get("severity") or Severity.ORDINARY),
        summary=said["summary"],
        happened_at=said["happened_at"],
        by=by,
        source=said.get("source") or "file",
        external_id=said["external_id"],
    )
