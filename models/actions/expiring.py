"""Forgetting by policy: who raised what was closed long ago, and who moved out long ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from models.actions import guards, sealing
from models.actions.copying import copy_in, new_ids
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import FINAL
from models.tables.issues import Issue
from models.tables.residents import Household, RaisedBy, Resident, RoomEvent
from models.vocabulary import RoomAction, Stage

NOBODY = dict.fromkeys(sealing.REPORTED)
EVENT = ("id", "county_id", "action", "household_id", "resident_id", "issue_id", "columns", "recorded_at")


@dataclass(frozen=True)
class Expired:
    """Of how many issues it is no longer known who raised them, and how many residents' rows were emptied."""

    issues: int = 0
    residents: int = 0


def expire(session: Session, book: Rulebook, now: datetime) -> Expired:
    """Empty what the policy in force keeps no longer; what it does not speak of is kept."""
    guards.hold_room(session, book.county.id)
    issues = _reporters(session, book, now)
    residents = _residents(session, book, now)
    about: list[tuple[int | None, int | None, int | None, list[str]]] = [
        (None, None, issue_id, ["name", "phone"]) for issue_id in issues
    ]
    about += [(household_id, one, None, ["name", "phone", "id_number"]) for household_id, one in residents]
    rows = (
        [event_id, book.county.id, RoomAction.EXPIRE.value, *each, now]
        for event_id, each in zip(new_ids(session, RoomEvent, len(about)), about, strict=True)
    )
    copy_in(session, RoomEvent, EVENT, rows)
    return Expired(len(issues), len(residents))


def _reporters(session: Session, book: Rulebook, now: datetime) -> Sequence[int]:
    """Who raised what ended so long ago."""
    kept = book.bounds.reporters_kept
    if kept is None:
        return []
    ended = func.coalesce(Issue.closed_at, Issue.changed_at) < _midnight(book, now, kept)
    over = select(Issue.id).where(Issue.county_id == book.county.id, Issue.stage.in_((Stage.CLOSED, *FINAL)), ended)
    emptied = update(RaisedBy).where(RaisedBy.erased_at.is_(None), RaisedBy.issue_id.in_(over))
    values = {**NOBODY, "resident_id": None, "erased_at": now}
    return session.scalars(emptied.values(values).returning(RaisedBy.issue_id), execution_options=APART).all()


def _residents(session: Session, book: Rulebook, now: datetime) -> Sequence[tuple[int, int]]:
    """Who has not lived where they are known for so long."""
    kept = book.bounds.moved_out_kept
    if kept is None:
        return []
    gone = _left_before(_day(book, now, kept), _midnight(book, now, kept))
    own = (Resident.household_id == Household.id) & (Household.county_id == book.county.id)
    emptied = update(Resident).where(own, gone, Resident.erased_at.is_(None))
    values = {**sealing.EMPTY, "erased_at": now, "changed_at": now}
    rows = session.execute(
        emptied.values(values).returning(Resident.household_id, Resident.id), execution_options=APART
    )
    return [(row.household_id, row.id) for row in rows]


def _left_before(day: date, midnight: datetime) -> ColumnElement[bool]:
    return (Household.moved_out_on < day) | (Resident.left_at < midnight)


def _day(book: Rulebook, now: datetime, days: int) -> date:
    """The day so many days before today."""
    return date.fromordinal(book.local_date(now).toordinal() - days)


def _midnight(book: Rulebook, now: datetime, days: int) -> datetime:
    """The instant with which that day begins."""
    return datetime.combine(_day(book, now, days), time(), tzinfo=book.calendar.office.zone)


APART = {"synchronize_session": False}
