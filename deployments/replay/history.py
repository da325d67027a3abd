"""A history's file as reports and closings, and the lines that can't be lived, each with what was wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from models.actions.reporting import Report, calendar_reaches
from models.queries.rulebook import Rulebook
from models.rules.intake import Content, IntakeRow, Key, Known, read_row
from tasks.reports import as_report
from tasks.sources import Line

EVER = datetime.max.replace(tzinfo=UTC)


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


def read_history(lines: Iterable[Line], book: Rulebook, known: Known, by: str) -> History:
    """Sort the lines of a file; nothing is left out.

    :param by: the staff number of who reports everything: whom the source names is nobody here.
    """
    told: dict[Key, Content] = {}
    lived, turned, repeated = [], [], []
    for each in lines:
        row = read_row({**each.fields, "reported_by": by}, each.faults, replace(known, now=EVER))
        closed_at = each.fields.get("closed_at")
        wrong = row if isinstance(row, dict) else _unlived(row, closed_at, book, told)
        if isinstance(row, dict) or wrong:
            turned.append(Turned(each.number, {field: str(why) for field, why in (wrong or {}).items()}))
        elif row.key in told:
            repeated.append(each.number)
        else:
            told[row.key] = row.content
            lived.append(Lived(each.number, as_report(row), closed_at))
    lived.sort(key=lambda each: (each.report.happened_at, each.line))
    return History(tuple(lived), tuple(turned), tuple(repeated))


def _unlived(row: IntakeRow, closed_at: datetime | None, book: Rulebook, told: Mapping[Key, Content]) -> dict[str, str]:
    """What keeps a sound row from being lived."""
    if told.get(row.key, row.content) != row.content:
        return {"external_id": "clash"}
    if closed_at is not None and closed_at < row.happened_at:
        return {"closed_at": "before_raised"}
    reached = row.key in told or calendar_reaches(book, as_report(row), now=row.happened_at)
    return {} if reached else {"happened_at": "calendar"}
