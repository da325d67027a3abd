"""Taking back what was done by mistake: a new event, after which an issue and its duties stand as they stood before."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import clocks, duties, guards, suspending
from models.actions.side_exits import demand_reason
from models.actions.taking import Case, lapse, latest, record, take
from models.errors import GateClosed
from models.queries import people, requests
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post, Unit
from models.vocabulary import OWED, Action, DutyKind, Severity


def void(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Take back the last thing people did to an issue, clocks included; it stays in the history, marked by this event.

    What had climbed meanwhile has climbed; what should have, while the duty was thought to be over, climbs next night.

    :raises GateClosed: nothing but its report is left to take back, or what it came with from another system, or a tier
        above the person's did it.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.VOID, by=by, now=now)
    mistake = latest(session, case.issue.id)
    if mistake is None or mistake.action is Action.REPORT:
        raise GateClosed(why="nothing_to_void", number=number)
    if mistake.revision_id is None:  # nobody here did it
        raise GateClosed(why="done_elsewhere", number=number)
    _demand_as_high(session, book, case, mistake, now)
    owed = _owed(session, case.issue.id)
    _restore(session, case, mistake, now)
    suspending.follow(session, book, [case.issue.id], now=now)
    again = _owed(session, case.issue.id) - owed
    _tell_after_all(session, again, mistake.recorded_at)
    _tell_again(session, book, case.issue, again, now)
    back = replace(case, row=replace(case.row, target=case.issue.stage))
    record(session, book, back, now, reason=reason, voids_id=mistake.id)
    clocks.count_anew(session, book, case.issue, now=now)
    return case.issue


def _demand_as_high(session: Session, book: Rulebook, case: Case, mistake: Event, now: datetime) -> None:
    """Nobody takes back what was done by a post of a tier above theirs."""
    path = session.get_one(Unit, case.issue.unit_id).path
    done_at = session.get_one(Unit, session.get_one(Post, mistake.post_id).unit_id)
    as_high = path[: path.index(done_at.id) + 1] if done_at.id in path else path
    held = people.held_posts(session, case.person.id, book.local_date(now))
    if all(post.unit_id not in as_high for post in held if post.role in case.row.roles):
        raise GateClosed(why="done_above", number=case.issue.number, unit=done_at.name)


def _owed(session: Session, issue_id: int) -> set[int]:
    return set(session.scalars(select(Duty.id).where(Duty.issue_id == issue_id, Duty.state.in_(OWED))))


def _restore(session: Session, case: Case, mistake: Event, now: datetime) -> None:
    """The issue, its duties and what was asked for, as they stood before a mistake."""
    facts = {
        "issue": case.issue.id,
        "revision": mistake.revision_id,
        "recorded_at": mistake.recorded_at,
        "now": now,
    }
    session.flush()
    for name in ("cancel_later_duties", "restore_issue", "restore_duties"):
        session.execute(statement(name), facts)
    for each in list(session):  # what the statements changed behind their backs
        if isinstance(each, Issue | Duty):
            session.expire(each)
    guards.hold_casework(session, {case.issue.community_id})
    if case.issue.held_until is not None:  # what was opened by rule since then is held as well
        clocks.hold_duties(session, _owed(session, case.issue.id), held_at=now, now=now)
    lapse(session, case.issue.id, now)
    deciding = duties.owed_id(session, case.issue.id, DutyKind.APPROVE)
    if deciding is not None:
        asked = requests.to_decide(session, deciding)
        asked.decided_at, asked.decided_by, asked.approved = None, None, None
    session.flush()


def _tell_again(session: Session, book: Rulebook, issue: Issue, again: Collection[int], now: datetime) -> None:
    """Whoever owes something again hears so."""
    for duty_id in sorted(again):
        post_id = session.get_one(Duty, duty_id).post_id
        if post_id is not None:
            arming = duties.next_arming(session, duty_id, 0, post_id)
            urgent = issue.severity is Severity.URGENT
            session.add(duties.newly_yours(book.county.id, duty_id, post_id, urgent=urgent, now=now, arming=arming))


def _tell_after_all(session: Session, again: Collection[int], since: datetime) -> None:
    """Of the steps of what is owed again, those are to be told that were not because it was thought to be over."""
    session.execute(
        update(Notice)
        .where(Notice.duty_id.in_(again), Notice.step > 0, Notice.message_id.is_(None), Notice.settled_at >= since)
        .values(settled_at=None)
    )
