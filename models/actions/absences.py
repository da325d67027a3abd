"""Absences: from which day to which somebody is away, and who stands in for them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import authority, guards
from models.actions.side_exits import demand_reason
from models.errors import InvalidInput, NotFound
from models.queries import people
from models.queries.rulebook import Rulebook
from models.tables.people import Absence


@dataclass(frozen=True)
class Leave:
    """Somebody, by staff number, is away up to, not including, a day; the deputy (None: nobody) stands in for them."""

    code: str
    from_on: date
    until_on: date
    reason: str
    deputy: str | None = None


def enter(session: Session, book: Rulebook, leave: Leave, *, by: str, now: datetime) -> Absence:
    """Write an absence down: meanwhile the deputy answers at all posts of the person, or, without one, the tier above.

    :raises NotFound: there is no such person.
    :raises NotAbove: whoever says so is neither the person nor answers above one of their posts.
    :raises InvalidInput: the days run backwards or are over, another absence overlaps, or the deputy can't be one.
    """
    demand_reason(leave.reason)
    guards.check_clock(session, book.county.id, now)
    whom, _ = authority.over_person(session, book, leave.code, by=by, now=now)
    if not max(leave.from_on, book.local_date(now)) < leave.until_on:
        raise InvalidInput(why="absence_ends", from_on=leave.from_on, until_on=leave.until_on)
    _demand_apart(session, whom.id, leave)
    absence = Absence(
        person_id=whom.id,
        deputy_id=_deputy(session, book, leave) if leave.deputy is not None else None,
        from_on=leave.from_on,
        until_on=leave.until_on,
        reason=leave.reason,
        cancelled=False,
        changed_at=now,
    )
    session.add(absence)
    session.flush()
    return absence


def _demand_apart(session: Session, person_id: int, leave: Leave) -> None:
    overlapping = (Absence.from_on < leave.until_on) & (Absence.until_on > leave.from_on)
    other = session.scalar(select(Absence).where(Absence.person_id == person_id, ~Absence.cancelled, overlapping))
    if other is not None:
        raise InvalidInput(why="absence_overlaps", from_on=other.from_on, until_on=other.until_on)


def _deputy(session: Session, book: Rulebook, leave: Leave) -> int:
    """Who stands in: somebody else who holds a post of the county then."""
    if leave.deputy is None or leave.deputy == leave.code:
        raise InvalidInput(why="deputy_itself", code=leave.code)
    person = people.person(session, book.county.id, leave.deputy)
    if not people.held_posts(session, person.id, leave.from_on):
        raise InvalidInput(why="deputy_without_post", code=leave.deputy)
    return person.id


def cancel(
    session: Session, book: Rulebook, code: str, *, from_on: date | None = None, by: str, now: datetime
) -> Absence:
    """Take an absence back that is to come, or end one that has begun: from today on the person is there again.

    :param from_on: the day on which it begins, where several are entered.
    :raises NotFound: none is entered that is not over, or several and the day is not told.
    :raises NotAbove: as for entering one.
    """
    guards.check_clock(session, book.county.id, now)
    whom, _ = authority.over_person(session, book, code, by=by, now=now)
    today = book.local_date(now)
    entered = select(Absence).where(Absence.person_id == whom.id, ~Absence.cancelled, Absence.until_on > today)
    found = session.scalars(entered.where(Absence.from_on == from_on) if from_on else entered).all()
    if not found:
        raise NotFound(why="absence", code=code)
    if len(found) > 1:
        raise NotFound(why="absences", code=code, days=tuple(each.from_on for each in found))
    (absence,) = found
    absence.changed_at = now
    if absence.from_on < today:
        absence.until_on = today
    else:
        absence.cancelled = True
    session.flush()
    return absence
