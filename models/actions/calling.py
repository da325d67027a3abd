"""Calling up another unit for help: the work has longer, and the unit called owes a first answer."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import clocks, duties
from models.actions.side_exits import demand_reason
from models.actions.taking import conclude, take
from models.errors import GateClosed, InvalidInput
from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.clock import steps_reached
from models.rules.escalation import freeze
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import Action, Basis, DutyKind


def call_up(session: Session, book: Rulebook, number: str, *, unit: str, reason: str, by: str, now: datetime) -> Issue:
    """Call a unit for help. The work falls under the service level for what is called up, counted from its opening.

    :param unit: the unit called, by key or name.
    :raises InvalidInput: it is the one that has the work.
    :raises GateClosed: one was called already and has not answered.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.CALL_UP, by=by, now=now)
    called = units.unit(session, book.county.id, unit)
    work = duties.owed_duty(session, case.issue.id, DutyKind.ACT)
    if work is None or duties.is_owed(session, case.issue.id, DutyKind.ANSWER):
        raise GateClosed(why="called_already", number=number)
    if called.id == duties.owing_unit(session, work).id:
        raise InvalidInput(why="called_itself", number=number, unit=called.name)
    case.issue.called_up, case.issue.changed_at = True, now
    _relevel(session, book, case.issue, work, now)
    return conclude(session, book, case, now, {DutyKind.ANSWER: called.answering[-1]}, reason=reason, unit=called.id)


def _relevel(session: Session, book: Rulebook, issue: Issue, work: Duty, now: datetime) -> None:
    """The work under the level that fits the issue now; what of it was agreed upon or has climbed stays."""
    level = duties.level_of(session, book, issue, DutyKind.ACT)
    if level.id == work.service_level_id or work.basis is not Basis.POLICY:
        return
    fired = select(func.coalesce(func.max(Event.step), 0), func.max(Event.happened_at)).where(
        Event.issue_id == issue.id, Event.duty_id == work.id, Event.action == Action.STEP
    )
    times = freeze(level, work.opened_at, book.calendar)
    work.step = steps_reached(times.steps_at, *session.execute(fired).one())
    work.service_level_id, work.escalation_policy_id = level.id, level.escalation.id
    clocks.set_times(work, times, now=now, live_at=issue.live_at)
    session.flush()


def answer(session: Session, book: Rulebook, number: str, *, note: str, by: str, now: datetime) -> Issue:
    """Give the first answer of the unit that was called.

    :raises GateClosed: none was called.
    """
    case = take(session, book, number, Action.ANSWER, by=by, now=now)
    if not duties.is_owed(session, case.issue.id, DutyKind.ANSWER):
        raise GateClosed(why="not_called", number=number)
    return conclude(session, book, case, now, reason=note)
