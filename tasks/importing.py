"""Importing a file of any kind: who may, what becomes of each row, and what it would be, without doing it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions import authority
from models.errors import InvalidInput
from models.queries import people
from models.queries.intake import overdue
from models.queries.rulebook import Rulebook
from models.rules.fields import Subject
from models.vocabulary import Stage
from tasks.rejects import Rejected
from tasks.reports import take_reports
from tasks.sources import Line
from tasks.staff import take_absences, take_people, take_postings

STARTING = {Subject.PEOPLE, Subject.POSTINGS}
"""With these a county begins: while it knows nobody, nobody can be asked who imports them."""


@dataclass(frozen=True)
class Imported:
    """What became of a file's rows.

    :param stages: how many of the new issues stand at each stage.
    :param overdue: how many of them owe something that is overdue.
    """

    taken: int
    known: int
    rejected: list[Rejected] = field(default_factory=list)
    stages: Mapping[Stage, int] = field(default_factory=dict)
    overdue: int = 0


Import = Callable[[Session, Rulebook, Iterable[Line], str | None, datetime], Imported]


def import_rows(
    session: Session, book: Rulebook, subject: Subject, lines: Iterable[Line], *, by: str | None, now: datetime
) -> Imported:
    """Import rows.

    :param by: the staff number of who does it; None only while the county knows nobody.
    :raises InvalidInput: nobody is named.
    :raises NotAbove: they hold no post of the topmost unit.
    """
    if by is not None:
        authority.over_county(session, book, by=by, now=now)
    elif subject not in STARTING or people.names(session, book.county.id):
        raise InvalidInput(why="importer")
    return IMPORTS[subject](session, book, lines, by, now)


def _issues(session: Session, book: Rulebook, lines: Iterable[Line], by: str | None, now: datetime) -> Imported:
    del by
    took = take_reports(session, book, lines, now)
    stages = Counter(issue.stage for issue in took.issues)
    late = overdue(session, [issue.id for issue in took.issues], now)
    return Imported(len(took.issues), took.known, took.rejected, stages, late)


def _people(session: Session, book: Rulebook, lines: Iterable[Line], by: str | None, now: datetime) -> Imported:
    del by
    return Imported(*take_people(session, book, lines, now))


def _postings(session: Session, book: Rulebook, lines: Iterable[Line], by: str | None, now: datetime) -> Imported:
    del by
    return Imported(*take_postings(session, book, lines, now))


def _absences(session: Session, book: Rulebook, lines: Iterable[Line], by: str | None, now: datetime) -> Imported:
    return Imported(*take_absences(session, book, lines, by or "", now))


IMPORTS: dict[Subject, Import] = {
    Subject.ISSUES: _issues,
    Subject.PEOPLE: _people,
    Subject.POSTINGS: _postings,
    Subject.ABSENCES: _absences,
}
