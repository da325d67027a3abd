"""Open duties go over to the newest policy version: only when somebody asks for it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, true
from sqlalchemy.orm import Session

from models.actions import guards
from models.queries.named import statement
from models.queries.rulebook import Rulebook, levels_by_id
from models.rules.clock import passed_over, steps_reached
from models.rules.escalation import Schedule, ServiceLevel, freeze, steps_for
from models.rules.worktime import WorkCalendar
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.policies import Category, PolicyVersion
from models.tables.policies import ServiceLevel as LevelRow
from models.vocabulary import OWED, Action, Basis


@dataclass(frozen=True)
class Move:
    """A duty with its level of the newest version. ``before`` says what it was, unless nothing changes for it."""

    duty_id: int
    level: ServiceLevel
    schedule: Schedule
    step: int
    before: dict[str, Any] | None


def take_over(session: Session, book: Rulebook, community_id: int, now: datetime) -> list[Move]:
    """Bring a community's open and held duties to the newest policy version; again, nothing is left to do.

    A due time that policy set is counted anew from the opening; one that was agreed upon, or that a pause has moved,
    stays. A step given is not given again.

    :raises CommunityBusy: a run has the community for long; the transaction is then over.
    :raises CalendarEnds: when the calendar doesn't reach far enough for the new limits.
    """
    guards.hold_night(session, community_id, guards.PATIENCE)
    now = guards.check_clock(session, book.county.id, now)
    found = moves(session, book, community_id)
    rows = json.dumps([_row(each) for each in found])
    session.execute(statement("take_over"), {"county": book.county.id, "rows": rows, "now": now})
    return found


def moves(session: Session, book: Rulebook, community_id: int) -> list[Move]:
    """What that would do."""
    rows = session.execute(_left_behind(book, community_id)).all()
    old = levels_by_id(session, book.county.id, {row.service_level_id for row in rows})
    return [_move(book, row, old[row.service_level_id]) for row in rows]


def _left_behind(book: Rulebook, community_id: int) -> Select[Any]:
    """The owed duties of a community that stand under an older version, with what their level hangs on."""
    own = (
        *(Duty.id, Duty.kind, Duty.opened_at, Duty.due_at, Duty.steps_at, Duty.step, Duty.provisional, Duty.basis),
        *(Duty.basis_at, Duty.service_level_id, Duty.held_at),
    )
    given = (
        select(func.max(Event.step).label("fired"), func.max(Event.happened_at).label("fired_at"))
        .where(Event.issue_id == Duty.issue_id, Event.duty_id == Duty.id, Event.action == Action.STEP)
        .lateral("given")
    )
    asked = (Category.key.label("category"), Issue.severity, Issue.lane, Issue.called_up, Issue.live_at)
    return (
        select(*own, *asked, given.c.fired, given.c.fired_at, PolicyVersion.version)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Category, Category.id == Issue.category_id)
        .join(LevelRow, LevelRow.id == Duty.service_level_id)
        .join(given, true())
        .join(PolicyVersion, PolicyVersion.id == LevelRow.policy_version_id)
        .where(Duty.community_id == community_id, Duty.state.in_(OWED))
        .where(Duty.service_level_id.not_in([level.id for level in book.levels]))
        .order_by(Duty.id)
    )


def _move(book: Rulebook, duty: Row[Any], old: ServiceLevel) -> Move:
    level = book.level(duty.kind, duty.category, duty.severity, duty.lane, called_up=duty.called_up)
    if _asks(level) == _asks(old):
        stands = Schedule(duty.opened_at, duty.due_at, tuple(duty.steps_at), duty.provisional)
        return Move(duty.id, level, stands, duty.step, None)
    schedule = _anew(book.calendar, level, duty)
    reached = steps_reached(schedule.steps_at, duty.fired or 0, duty.fired_at)
    step = max(reached, passed_over(schedule.steps_at, duty.live_at, duty.held_at))
    return Move(duty.id, level, schedule, step, _before(duty, old, step))


def _anew(calendar: WorkCalendar, level: ServiceLevel, duty: Row[Any]) -> Schedule:
    """Frozen anew from the opening; where policy had not set the due time, that stays and the steps follow it.

    Shares count from when the clock last went on: time in which it stood still is not used up.
    """
    if duty.basis is Basis.POLICY:
        return freeze(level, duty.opened_at, calendar)
    steps = steps_for(level, duty.basis_at or duty.opened_at, duty.due_at, calendar)
    return Schedule(duty.opened_at, duty.due_at, steps, calendar.is_provisional(max((duty.due_at, *steps))))


def _asks(level: ServiceLevel) -> tuple[object, ...]:
    """What a level means for its duties, whatever it is called."""
    return level.limit, level.escalation.immediate, level.escalation.steps


def _before(duty: Row[Any], old: ServiceLevel, step: int) -> dict[str, Any]:
    """What the event keeps: the level and the instants it had, and the step it stands at from now on."""
    instants = {"due_at": duty.due_at.isoformat(), "steps_at": [at.isoformat() for at in duty.steps_at]}
    return {"why": "policy", **instants, "level": old.key, "version": duty.version, "step": step}


def _row(move: Move) -> dict[str, Any]:
    return {
        "id": move.duty_id,
        "level_id": move.level.id,
        "escalation_id": move.level.escalation.id,
        "due_at": move.schedule.due_at.isoformat(),
        "steps_at": [at.isoformat() for at in move.schedule.steps_at],
        "step": move.step,
        "provisional": move.schedule.provisional,
        "before": move.before,
    }
