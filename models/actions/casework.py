"""What people do to issues. Each action: a known person, in a post that allows it, guarded, with history and notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import duties, guards
from models.actions.assigning import assign_to_grid
from models.errors import GateClosed, InvalidInput, NotFound, StaleIssue
from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import HeldPost, Transition, allowing_post, transition
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, Rating


@dataclass(frozen=True)
class Case:
    """An issue taken for one action: locked, with who acts by which post, and the row of the table that applies."""

    issue: Issue
    row: Transition
    person: Person
    post: HeldPost


def take(
    session: Session,
    book: Rulebook,
    number: str,
    action: Action,
    *,
    by: str,
    now: datetime,
    rating: Rating | None = None,
) -> Case:
    """Lock an issue for an action of a person.

    :param by: the person's staff number.
    :raises NotFound: no such issue or person.
    :raises IllegalTransition: the stage does not allow the action.
    :raises NotAllowed: the person holds no post that does.
    :raises ClockBehind: `now` lies before what is recorded.
    :raises StaleIssue: it was put on another community's grid while this waited.
    """
    guards.check_clock(session, book.county.id, now)
    wanted = select(Issue).where(Issue.county_id == book.county.id, Issue.number == number)
    issue = session.scalar(wanted)
    if issue is None:
        raise NotFound(why="issue", number=number)
    held = issue.community_id
    guards.hold_casework(session, {held})
    session.refresh(issue, with_for_update={"key_share": True})
    guards.check_order(session, issue.id, now)
    if issue.community_id != held:  # put on a grid of another community in between, whose night is not kept out
        raise StaleIssue(number=number)
    row = transition(issue.stage, action, rating)
    person = people.person(session, book.county.id, by)
    posts = people.held_posts(session, person.id, book.local_date(now))
    return Case(issue, row, person, allowing_post(row, posts, session.get_one(Unit, issue.unit_id).path))


def conclude(session: Session, book: Rulebook, case: Case, now: datetime, **said: Any) -> Issue:
    """Move the issue along its row: history, duties ended and opened. What is owed already is not owed twice."""
    source, case.issue.stage = case.issue.stage, case.row.target
    session.add(
        Event(
            county_id=book.county.id,
            issue_id=case.issue.id,
            action=case.row.action,
            stage_from=source,
            stage_to=case.row.target,
            person_id=case.person.id,
            post_id=case.post.post_id,
            reason=said.pop("reason", None),
            facts=said or None,
            happened_at=now,
            recorded_at=now,
        )
    )
    duties.fulfil(session, case.issue.id, case.row.fulfils, now)
    for kind in case.row.opens:
        if not duties.is_owed(session, case.issue.id, kind):
            duties.open_duty(session, book, case.issue, kind, _owner(session, book, case.issue, kind), now=now)
    return case.issue


def _owner(session: Session, book: Rulebook, issue: Issue, kind: DutyKind) -> int:
    """The post a follow-up duty goes to: the work back to whoever had it, the rest to the community."""
    if kind is DutyKind.ACT:
        had = select(Duty.post_id).where(Duty.issue_id == issue.id, Duty.kind == kind).order_by(Duty.id.desc()).limit(1)
        return session.scalar(had) or duties.answering_post(session, issue.unit_id)
    return duties.answering_post(session, issue.unit_id, book.lowest - 1)


def assign(session: Session, book: Rulebook, number: str, *, grid: str, by: str, now: datetime) -> Issue:
    """Put an issue that is nobody's yet onto a grid, whose worker is to sign.

    :raises InvalidInput: when the unit is no grid, or the issue is assigned already.
    """
    case = take(session, book, number, Action.ASSIGN, by=by, now=now)
    if duties.is_owed(session, case.issue.id, DutyKind.SIGN):
        raise InvalidInput(why="already_assigned", number=number)
    unit = units.unit(session, book.county.id, grid)
    if unit.depth != book.lowest:
        raise InvalidInput(why="no_grid", unit=grid)
    guards.hold_casework(session, {unit.community_id})
    duties.fulfil(session, case.issue.id, case.row.fulfils, now)
    assign_to_grid(session, book, case.issue, unit, now=now, person_id=case.person.id)
    return case.issue


def sign(session: Session, book: Rulebook, number: str, *, by: str, now: datetime) -> Issue:
    """Take an issue on: the duty to handle it becomes the signing post's. One not yet assigned is assigned by it."""
    case = take(session, book, number, Action.SIGN, by=by, now=now)
    unit = session.get_one(Unit, case.issue.unit_id)
    waiting = select(Duty.id).where(Duty.issue_id == case.issue.id, Duty.kind == DutyKind.ACT, Duty.post_id.is_(None))
    if session.scalar(waiting) is not None:
        if unit.depth != book.lowest:
            raise InvalidInput(why="unowned", number=number)
        assign_to_grid(session, book, case.issue, unit, now=now, person_id=case.person.id)
    duties.hand_over(session, case.issue.id, DutyKind.ACT, case.post.post_id)
    return conclude(session, book, case, now)


def act(session: Session, book: Rulebook, number: str, *, note: str, by: str, now: datetime) -> Issue:
    """Record progress."""
    return conclude(session, book, take(session, book, number, Action.ACT, by=by, now=now), now, reason=note)


def done(session: Session, book: Rulebook, number: str, *, evidence: str, by: str, now: datetime) -> Issue:
    """Say that the work is done and what shows it (a reference to a photo, a form, a record)."""
    case = take(session, book, number, Action.DONE, by=by, now=now)
    if not evidence.strip():
        raise GateClosed(why="evidence", number=number)
    case.issue.handler_id, case.issue.evidence, case.issue.rating = case.person.id, evidence, None
    return conclude(session, book, case, now, evidence=evidence)


def evaluate(
    session: Session, book: Rulebook, number: str, *, rating: Rating, note: str = "", by: str, now: datetime
) -> Issue:
    """Record what the resident says; not content sends the work back with a new clock."""
    case = take(session, book, number, Action.EVALUATE, by=by, now=now, rating=rating)
    case.issue.rating = rating
    return conclude(session, book, case, now, rating=rating, reason=note or None)


def close(session: Session, book: Rulebook, number: str, *, by: str, now: datetime) -> Issue:
    """Strike an issue off: the gate asks for evidence, an answer of the resident, and another person than the handler.

    :raises GateClosed: naming what is missing.
    """
    case = take(session, book, number, Action.CLOSE, by=by, now=now)
    missing = {
        "evidence": not case.issue.evidence,
        "rating": case.issue.rating is None,
        "same_person": case.issue.handler_id == case.person.id,
    }
    for why, is_missing in missing.items():
        if is_missing:
            raise GateClosed(why=why, number=number)
    case.issue.closed_at = now
    return conclude(session, book, case, now)


def reopen(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Open a closed issue again: a new clock; the earlier closure counts as failed."""
    case = take(session, book, number, Action.REOPEN, by=by, now=now)
    issue = case.issue
    issue.closed_at, issue.rating, issue.evidence, issue.handler_id = None, None, None, None
    issue.reopenings += 1
    return conclude(session, book, case, now, reason=reason)
