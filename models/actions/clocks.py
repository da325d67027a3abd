"""Stopping and starting the clocks of duties, and moving their times."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.queries import suspensions
from models.queries.rulebook import Rulebook, levels_by_id
from models.rules.clock import passed_over, thaw
from models.rules.escalation import Schedule, ServiceLevel
from models.rules.recounting import Correction, Standing, recounted
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import OWED, Action, Basis, DutyKind, DutyState


def hold_duties(session: Session, duty_ids: Collection[int], *, held_at: datetime, now: datetime) -> None:
    """Let the clocks of open duties stand still from `held_at` on; what was promised about them is void."""
    session.execute(
        update(Duty)
        .where(Duty.id.in_(duty_ids), Duty.state == DutyState.OPEN)
        .values(state=DutyState.HELD, held_at=held_at, next_step_at=None, promised_at=None, changed_at=now)
    )


def resume_duties(
    session: Session, book: Rulebook, duty_ids: Collection[int], *, resumed_at: datetime, now: datetime
) -> None:
    """Let the clocks of held duties go on from `resumed_at`: what was left of them is left still.

    Those of units that are suspended then stand still until that is over, too.

    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    held = session.scalars(
        select(Duty)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.id.in_(duty_ids), Duty.state == DutyState.HELD)
        .where(~suspensions.over(Unit.path, resumed_at).exists())
        .execution_options(populate_existing=True)
    ).all()
    levels = levels_by_id(session, book.county.id, {duty.service_level_id for duty in held})
    for duty in held:
        _resume(book, duty, levels, resumed_at, now)
    session.flush()


def let_end(
    session: Session, book: Rulebook, issue_id: int, kinds: Collection[DutyKind], *, at: datetime, now: datetime
) -> None:
    """Let the clocks of held duties go on at the instant at which they are done: what was left then is not over."""
    held = session.scalars(
        select(Duty)
        .where(Duty.issue_id == issue_id, Duty.kind.in_(kinds), Duty.state == DutyState.HELD)
        .execution_options(populate_existing=True)
    ).all()
    levels = levels_by_id(session, book.county.id, {duty.service_level_id for duty in held}) if held else {}
    for duty in held:
        _resume(book, duty, levels, at, now)
    session.flush()


def _resume(
    book: Rulebook, duty: Duty, levels: Mapping[int, ServiceLevel], resumed_at: datetime, now: datetime
) -> None:
    stood = Schedule(duty.opened_at, duty.due_at, tuple(duty.steps_at), duty.provisional)
    held_at = duty.held_at or resumed_at
    times = thaw(levels[duty.service_level_id], stood, held_at, max(held_at, resumed_at), calendar=book.calendar)
    duty.state, duty.held_at = DutyState.OPEN, None
    if (times.due_at, times.steps_at) != (stood.due_at, stood.steps_at):
        duty.basis, duty.basis_at = Basis.RESUMPTION, resumed_at
    set_times(duty, times, now=now)


def set_times(duty: Duty, times: Schedule, *, now: datetime, live_at: datetime | None = None) -> None:
    """Give a duty new times; the steps it has climbed are not climbed again.

    :param live_at: the go-live moment of its issue, where a step to come may fall before it now; steps that only move
        to later times can't.
    """
    duty.step = max(duty.step, passed_over(times.steps_at, live_at, duty.held_at))
    duty.due_at, duty.steps_at, duty.provisional = times.due_at, list(times.steps_at), times.provisional
    ahead = duty.steps_at[duty.step :]
    duty.next_step_at = ahead[0] if ahead and duty.state is DutyState.OPEN else None
    duty.changed_at = now


def count_anew(session: Session, book: Rulebook, issue: Issue, *, now: datetime) -> None:
    """Count what is owed about an issue by the calendar as it is now: what stood before may go by one corrected since.

    What is left of a clock that stood still has been counted once and for all.

    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    owed = select(Duty).where(Duty.issue_id == issue.id, Duty.state.in_(OWED), Duty.basis != Basis.RESUMPTION)
    duties = session.scalars(owed.order_by(Duty.id).execution_options(populate_existing=True)).all()
    levels = levels_by_id(session, book.county.id, {duty.service_level_id for duty in duties})
    for duty in duties:
        stood = Schedule(duty.opened_at, duty.due_at, tuple(duty.steps_at), duty.provisional)
        standing = Standing(stood, duty.step, duty.basis, duty.basis_at)
        times = recounted(levels[duty.service_level_id], standing, Correction(book.calendar, book.calendar))
        if times != stood:
            session.add(_rescheduled(book, duty, now))
            set_times(duty, times, now=now, live_at=issue.live_at)
    session.flush()


def _rescheduled(book: Rulebook, duty: Duty, now: datetime) -> Event:
    """The event that keeps what a duty's times were."""
    were = {"due_at": duty.due_at.isoformat(), "steps_at": [at.isoformat() for at in duty.steps_at]}
    return Event(
        county_id=book.county.id,
        issue_id=duty.issue_id,
        duty_id=duty.id,
        action=Action.RESCHEDULE,
        facts={"why": "calendar", **were},
        happened_at=now,
        recorded_at=now,
    )
