"""Taking back what was done by mistake: a new event, after which an issue and its duties stand as they stood before."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import clocks, duties, guards
from models.actions.side_exits import demand_reason
from models.actions.taking import Case, lapse, latest, record, take
from models.errors import GateClosed
from models.queries import requests
from models.queries.named import statement
from models.queries.rulebook import Rulebook, levels_by_id
from models.rules.escalation import Schedule
from models.rules.recounting import Correction, Standing, recounted
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import OWED, Action, DutyKind, Severity


def void(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Take back the last thing people did to an issue, clocks included; it stays in the history, marked by this event.

    What had climbed meanwhile has climbed; what should have, while the duty was thought to be over, climbs next night.
    A calendar corrected meanwhile stays corrected.

    :raises GateClosed: nothing but its report is left to take back.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.VOID, by=by, now=now)
    mistake = latest(session, case.issue.id)
    if mistake is None or mistake.action is Action.REPORT or mistake.revision_id is None:
        raise GateClosed(why="nothing_to_void", number=number)
    owed = _owed(session, case.issue.id)
    _restore(session, case, mistake, now)
    _count_anew(session, book, case.issue.id, now)
    _tell_again(session, book, case.issue, owed, now)
    back = replace(case, row=replace(case.row, target=case.issue.stage))
    record(session, book, back, now, reason=reason, voids_id=mistake.id)
    return case.issue


def _owed(session: Session, issue_id: int) -> set[int]:
    return set(session.scalars(select(Duty.id).where(Duty.issue_id == issue_id, Duty.state.in_(OWED))))


def _restore(session: Session, case: Case, mistake: Event, now: datetime) -> None:
    """The issue, its duties and what was asked for, as they stood before a mistake."""
    facts = {"issue": case.issue.id, "revision": mistake.revision_id, "now": now}
    session.flush()
    for name in ("cancel_later_duties", "restore_issue", "restore_duties"):
        session.execute(statement(name), facts)
    session.expire_all()
    guards.hold_casework(session, {case.issue.community_id})
    lapse(session, case.issue.id, now)
    if duties.is_owed(session, case.issue.id, DutyKind.APPROVE) and requests.pending(session, case.issue.id) is None:
        asked = requests.last_decided(session, case.issue.id)
        if asked is not None:
            asked.decided_at, asked.decided_by, asked.approved = None, None, None
    session.flush()


def _count_anew(session: Session, book: Rulebook, issue_id: int, now: datetime) -> None:
    """What is owed again is owed by today's calendar. What was left after a hold was measured by that of its end."""
    owed = session.scalars(select(Duty).where(Duty.id.in_(_owed(session, issue_id)))).all()
    levels = levels_by_id(session, book.county.id, {duty.service_level_id for duty in owed})
    for duty in owed:
        stood = Schedule(duty.opened_at, duty.due_at, tuple(duty.steps_at), duty.provisional)
        standing = Standing(stood, duty.step, duty.basis, duty.basis_at)
        anew = recounted(levels[duty.service_level_id], standing, Correction(book.calendar, book.calendar))
        if anew != stood:
            clocks.set_times(duty, anew, now=now)
    session.flush()


def _tell_again(session: Session, book: Rulebook, issue: Issue, owed: set[int], now: datetime) -> None:
    """Whoever owes something again hears so."""
    for duty_id in sorted(_owed(session, issue.id) - owed):
        post_id = session.get_one(Duty, duty_id).post_id
        if post_id is not None:
            arming = duties.next_arming(session, duty_id, 0, post_id)
            urgent = issue.severity is Severity.URGENT
            session.add(duties.newly_yours(book.county.id, duty_id, post_id, urgent=urgent, now=now, arming=arming))
