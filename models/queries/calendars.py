"""A county's calendar as it stands, and what its corrections moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.rules.announcing import Day
from models.rules.pack_values import Weekday
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import CalendarDay
from models.vocabulary import Action, DutyKind

IMPORTED = "imported"
"""Where a county's calendar keeps the days that were announced to it: no pack changes them."""


@dataclass(frozen=True)
class Move:
    """A duty whose times a correction moved; where the due time is the same, later steps moved."""

    number: str
    kind: DutyKind
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True)
class Moves:
    """How many duties a correction moved, and some of them."""

    total: int
    first: list[Move]


def days(session: Session, county_id: int) -> dict[date, Day]:
    """Every day a county's calendar knows, in order."""
    wanted = select(CalendarDay).where(CalendarDay.county_id == county_id).order_by(CalendarDay.day)
    return {row.day: Day(row.worked, row.confirmed) for row in session.scalars(wanted)}


def usual(rules: Mapping[str, Any]) -> Callable[[date], bool]:
    """Whether a county works on a day no notice mentions: by its week, and its own closures and extra days.

    :param rules: the county's calendar, as its pack wrote it.
    """
    week = {list(Weekday).index(Weekday(day)) for day in rules["week"]}
    off, worked = ({date.fromisoformat(day) for day in rules.get(name, ())} for name in ("closures", "extra_workdays"))
    return lambda day: day in worked or (day.weekday() in week and day not in off)


def imported(rules: Mapping[str, Any]) -> dict[date, bool]:
    """The days that were announced to a county, whatever its packs say."""
    return {date.fromisoformat(day): worked for day, worked in rules.get(IMPORTED, {}).items()}


def newest_event(session: Session) -> int:
    """The last event so far; 0 while there is none."""
    return session.scalar(select(func.max(Event.id))) or 0


def moves(session: Session, county_id: int, *, since: int, limit: int) -> Moves:
    """What corrections of the calendar moved after an event, what was due first standing first."""
    before = Event.facts["due_at"].astext.cast(Duty.due_at.type)
    rows = session.execute(
        select(Issue.number, Duty.kind, before, Duty.due_at, func.count().over())
        .join(Issue, Issue.id == Event.issue_id)
        .join(Duty, Duty.id == Event.duty_id)
        .where(Event.county_id == county_id, Event.id > since, Event.action == Action.RESCHEDULE)
        .where(Event.facts["why"].astext == "calendar")
        .order_by(before, Event.id)
        .limit(limit)
    ).all()
    return Moves(rows[0][-1] if rows else 0, [Move(*row[:-1]) for row in rows])
