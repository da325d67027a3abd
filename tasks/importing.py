"""Importing a file of any kind: who may, what becomes of each row, and what it would be, without doing it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions import authority
from models.actions.households import Registered
from models.errors import InvalidInput
from models.queries import people
from models.queries.intake import at_stages, overdue
from models.queries.rulebook import Rulebook
from models.rules.fields import Subject
from models.vocabulary import Stage
from tasks.registers import take_households
from tasks.rejects import Rejected
from tasks.sources import Line
from tasks.staff import take_absences, take_people, take_postings
from tasks.stocks import Moment, take_stock

STARTING = {Subject.PEOPLE, Subject.POSTINGS}
"""With these a county begins: while nobody was appointed to any post, nobody can say who imports them."""


@dataclass(frozen=True)
class Imported:
    """What became of a file's rows.

    :param stages: how many of the new issues stand at each stage.
    :param overdue: how many of them owe something that is overdue.
    :param as_recorded: how many of them were closed by the word of their source alone.
    :param registered: what became of the households of a register.
    :param unknown: how many of the issues name somebody who is not known here, by the staff number they write.
    :param unentitled: how many name somebody who held no post there that allows what they did.
    :param importer: who stands in for them: their name and staff number.
    """

    taken: int
    known: int
    rejected: list[Rejected] = field(default_factory=list)
    stages: Mapping[Stage, int] = field(default_factory=dict)
    overdue: int = 0
    as_recorded: int = 0
    registered: Registered | None = None
    unknown: Mapping[str, int] = field(default_factory=dict)
    unentitled: Mapping[str, int] = field(default_factory=dict)
    importer: str = ""


@dataclass(frozen=True)
class Order:
    """Who imports, as a staff number (None only while nobody was appointed in the county), when, and the go-live."""

    by: str | None
    now: datetime
    live_at: datetime


Import = Callable[[Session, Rulebook, Iterable[Line], Order], Imported]


def import_rows(session: Session, book: Rulebook, subject: Subject, lines: Iterable[Line], order: Order) -> Imported:
    """Import rows.

    :raises InvalidInput: nobody is named who does it.
    :raises NotAbove: they hold no post of the topmost unit.
    """
    if order.by is not None:
        authority.over_county(session, book, by=order.by, now=order.now)
    elif subject not in STARTING or people.anybody_in_post(session, book.county.id):
        raise InvalidInput(why="importer")
    return IMPORTS[subject](session, book, lines, order)


def _issues(session: Session, book: Rulebook, lines: Iterable[Line], order: Order) -> Imported:
    taken, rejected = take_stock(session, book, lines, Moment(order.by or "", order.now, order.live_at))
    ids = list(taken.issues.values())
    stages, late = at_stages(session, ids), overdue(session, ids, order.now)
    importer = people.person(session, book.county.id, order.by or "")
    return Imported(
        *(len(ids), taken.known, rejected, stages, late, taken.as_recorded),
        unknown=taken.unknown,
        unentitled=taken.unentitled,
        importer=f"{importer.name} ({importer.code})",
    )


def _people(session: Session, book: Rulebook, lines: Iterable[Line], order: Order) -> Imported:
    return Imported(*take_people(session, book, lines, order.now))


def _postings(session: Session, book: Rulebook, lines: Iterable[Line], order: Order) -> Imported:
    return Imported(*take_postings(session, book, lines, order.now))


def _absences(session: Session, book: Rulebook, lines: Iterable[Line], order: Order) -> Imported:
    return Imported(*take_absences(session, book, lines, order.by or "", order.now))


def _households(session: Session, book: Rulebook, lines: Iterable[Line], order: Order) -> Imported:
    registered, taken, before, rejected = take_households(session, book, lines, order.now)
    return Imported(taken, before, rejected, registered=registered)


IMPORTS: dict[Subject, Import] = {
    Subject.ISSUES: _issues,
    Subject.PEOPLE: _people,
    Subject.POSTINGS: _postings,
    Subject.ABSENCES: _absences,
    Subject.HOUSEHOLDS: _households,
}
