"""Units in which nothing can be done for a while: which, until when, why."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, func, select
from sqlalchemy.orm import Session

from models.rules.pause import Pause
from models.rules.records import Suspended
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.people import Person, Suspension
from models.tables.places import Unit
from models.vocabulary import DutyState


def ends_at() -> ColumnElement[datetime]:
    """When a suspension ended, or will."""
    return func.coalesce(Suspension.ended_at, Suspension.until_at)


def in_force(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition that a suspension is in force at an instant."""
    return (Suspension.from_at <= at) & (ends_at() > at)


def over(path: Any, at: datetime) -> Select[tuple[int]]:
    """The suspensions in force at an instant over a unit, by its path."""
    return select(Suspension.id).where(Suspension.unit_id == func.any(path), in_force(at))


def suspended(session: Session, unit_path: Sequence[int], at: datetime) -> bool:
    """Whether a unit or one above it is suspended at an instant."""
    wanted = select(Suspension.id).where(Suspension.unit_id.in_(unit_path), in_force(at))
    return session.scalar(wanted.limit(1)) is not None


ANY_IN_FORCE = select(Suspension.id).where(in_force(bindparam("at", type_=DateTime(timezone=True)))).limit(1)


def ending(now: datetime) -> tuple[Select[tuple[int]], ...]:
    """The communities in which a suspension has come to its end, or something held for one goes on."""
    ended = select(Unit.community_id).join(Suspension, Suspension.unit_id == Unit.id)
    held = select(Duty.community_id).join(Unit, Unit.id == Duty.unit_id).join(Issue, Issue.id == Duty.issue_id)
    held = held.where(Duty.state == DutyState.HELD, Issue.held_until.is_(None), ~over(Unit.path, now).exists())
    return ended.where(Suspension.ended_at.is_(None), Suspension.until_at <= now), held


def current(session: Session, county_id: int, at: datetime, path: Collection[int] | None = None) -> list[Suspended]:
    """The suspensions of a county in force at an instant, the highest units first.

    :param path: only those over a unit, by its path.
    """
    wanted = (
        select(Unit.name, Suspension.cause, Suspension.from_at, Suspension.until_at, Person.name)
        .join(Unit, Unit.id == Suspension.unit_id)
        .join(Person, Person.id == Suspension.person_id)
        .where(Unit.county_id == county_id, in_force(at))
        .order_by(Unit.depth, Unit.id, Suspension.id)
    )
    if path is not None:
        wanted = wanted.where(Unit.id.in_(path))
    return [Suspended(*row) for row in session.execute(wanted)]


def held(session: Session, unit_id: int) -> int:
    """How many duties stand still in a unit and below it."""
    below = select(func.count(Duty.id)).join(Unit, Unit.id == Duty.unit_id).where(Unit.path.contains([unit_id]))
    return session.scalars(below.where(Duty.state == DutyState.HELD)).one()


def pauses(session: Session, county_id: int, since: datetime) -> dict[int, list[Pause]]:
    """When clocks had to stand still, have to and will, by unit, as far as that ends after an instant."""
    rows = session.execute(
        select(Suspension.unit_id, Suspension.from_at, ends_at())
        .join(Unit, Unit.id == Suspension.unit_id)
        .where(Unit.county_id == county_id, ends_at() > since)
    )
    found: dict[int, list[Pause]] = {}
    for unit_id, from_at, until_at in rows:
        found.setdefault(unit_id, []).append(Pause(from_at, until_at))
    return found
