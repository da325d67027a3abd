"""Rows of reports, read and held against the county and its ledger, and put into it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions.reporters import remember_reporters
from models.actions.reporting import Report, calendar_reaches, report_all, told_before
from models.queries.intake import known
from models.queries.rulebook import Rulebook
from models.rules.intake import IntakeRow, Known, clashing, read_row
from models.tables.issues import Issue
from tasks.rejects import Rejected, by_line
from tasks.sources import Line


@dataclass(frozen=True)
class Reports:
    """What became of rows: the new issues, how many were known before, and those that can't be taken."""

    issues: Sequence[Issue]
    known: int
    rejected: list[Rejected]


def take_reports(session: Session, book: Rulebook, lines: Iterable[Line], now: datetime) -> Reports:
    """Put the rows that can be taken into the ledger; what came before comes to nothing."""
    good, rejected = read_reports(lines, known(session, book, now))
    reports, unfit = fitting(session, book, good, now)
    issues = report_all(session, book, reports, now=now)
    _remember(session, book, good, issues, now)
    return Reports(issues, len(reports) - len(issues), by_line([*rejected, *unfit]))


def _remember(
    session: Session, book: Rulebook, good: Sequence[tuple[Line, IntakeRow]], issues: Sequence[Issue], now: datetime
) -> None:
    """Keep who raised the new issues in the private room."""
    told = {row.key: row.reporter for _, row in reversed(good) if row.reporter.known}
    raised = {issue.id: told[key] for issue in issues if (key := (issue.source, issue.external_id or "")) in told}
    remember_reporters(session, book.county, raised, now=now)


def read_reports(lines: Iterable[Line], against: Known) -> tuple[list[tuple[Line, IntakeRow]], list[Rejected]]:
    """Lines that can be read, with what they say, and lines that can't."""
    good, rejected = [], []
    for line in lines:
        read = read_row(line.fields, line.faults, against)
        if isinstance(read, IntakeRow):
            good.append((line, read))
        else:
            rejected.append(Rejected(line, read))
    return good, rejected


def fitting(
    session: Session, book: Rulebook, good: Sequence[tuple[Line, IntakeRow]], now: datetime
) -> tuple[list[Report], list[Rejected]]:
    """The reports that fit the ledger and the calendar, and the lines that don't.

    A source that gives one id to two things must not lose the second: it is rejected, not known. The first stands.
    """
    told = told_before(session, book, {row.key for _, row in good})
    reports, rejected = [], []
    for (line, row), odd in zip(good, clashing([row for _, row in good], told), strict=True):
        report = as_report(row)
        if odd:
            rejected.append(Rejected(line, {"external_id": "clash"}))
        elif row.key not in told and not calendar_reaches(book, report, now=now):
            rejected.append(Rejected(line, {"happened_at": "calendar"}))
        else:
            reports.append(report)
    return reports, rejected


def as_report(row: IntakeRow) -> Report:
    """What a row raises."""
    return Report(
        grid=row.grid,
        category=row.category,
        severity=row.severity,
        summary=row.summary,
        happened_at=row.happened_at,
        by=row.reported_by,
        source=row.source,
        external_id=row.external_id,
    )
