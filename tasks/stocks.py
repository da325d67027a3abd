"""Rows of issues as another system has them: read, held against the county, and taken over with their history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.actions.reporters import remember_reporters
from models.actions.stock import StockTaken, take_over_stock
from models.queries.intake import known
from models.queries.rulebook import Rulebook
from models.rules.fields import Subject, shortcomings
from models.rules.intake import Known, misfits, reporter
from models.rules.privacy import kept, plain_name
from models.rules.stock import StockRow, reached
from models.vocabulary import Rating, Severity, Stage
from tasks.rejects import Rejected, by_line
from tasks.sources import Line

FILE = "file"
"""The source of rows that name none."""


@dataclass(frozen=True)
class Moment:
    """By whom rows are brought in, when, and from when on the county lives by them."""

    by: str
    now: datetime
    live_at: datetime


def take_stock(
    session: Session, book: Rulebook, lines: Iterable[Line], moment: Moment
) -> tuple[StockTaken, list[Rejected]]:
    """Take over the rows that can be taken, and keep in the private room who raised them.

    :return: what became of them, and the lines that can't be taken.
    """
    good, unread = read_stock(lines, known(session, book, moment.now))
    rows = [row for _, row in good]
    taken = take_over_stock(session, book, rows, live_at=moment.live_at, by=moment.by, now=moment.now)
    raised = {issue_id: reporter(good[place][0].fields) for place, issue_id in taken.issues.items()}
    remember_reporters(session, book.county, raised, now=moment.now)
    unfit = [Rejected(good[place][0], faults) for place, faults in taken.rejected.items()]
    return taken, by_line([*unread, *unfit])


def read_stock(lines: Iterable[Line], against: Known) -> tuple[list[tuple[Line, StockRow]], list[Rejected]]:
    """Lines that can be read, with what they say, and lines that can't."""
    good, rejected = [], []
    for line in lines:
        wrong = shortcomings(Subject.ISSUES, line.fields, line.faults) | misfits(line.fields, against)
        if wrong or line.faults:
            rejected.append(Rejected(line, {**wrong, **line.faults}))
        else:
            good.append((line, _row(line.fields, against.categories)))
    return good, rejected


AS_IT_IS = (
    *("external_id", "grid", "summary", "happened_at", "reported_by"),
    *("signed_at", "done_at", "handler", "rated_at", "closed_at", "closed_by"),
)


def _row(said: Mapping[str, Any], categories: Mapping[str, str]) -> StockRow:
    """What a row says; where it names no stage, the one its dates lead to; a rating of no date is of the work's."""
    same: dict[str, Any] = {name: said.get(name) for name in AS_IT_IS}
    if said.get("rating") and not same["rated_at"]:
        same["rated_at"] = same["done_at"]
    row = StockRow(
        source=said.get("source") or FILE,
        category=categories[said["category"]],
        severity=Severity(said.get("severity") or Severity.ORDINARY),
        stage=Stage(said.get("stage") or Stage.RAISED),
        rating=Rating(said["rating"]) if said.get("rating") else None,
        evidence=_evidence(said),
        **same,
    )
    return row if said.get("stage") else replace(row, stage=reached(row))


def _evidence(said: Mapping[str, Any]) -> str | None:
    """What shows that it was done: it goes into the history for good, so like all that staff write it names nobody."""
    name = plain_name(said.get("reporter_name") or "")
    return kept(said["evidence"], [name]) if said.get("evidence") else None
