"""What people do to issues on their way from raised to struck off.

Each action: a known person, in a post that allows it, guarded, with history and notice. ``happened_at`` is when it was
done, where that was before it is recorded (a paper that comes late): clocks and figures go by it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import duties, guards, suspending
from models.actions.assigning import assign_to_grid
from models.actions.holding import keep_above
from models.actions.taking import conclude, take
from models.errors import GateClosed, InvalidInput
from models.queries import units
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import OWED, Action, DutyKind, Rating


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
    suspending.follow(session, book, [case.issue.id], now=now)  # where it was until now
    suspending.let_end(session, book, case.issue.id, case.row.fulfils, at=now, now=now)
    duties.fulfil(session, case.issue.id, case.row.fulfils, now=now)
    assign_to_grid(session, book, case.issue, unit, now=now, person_id=case.person.id, revision_id=case.revision_id)
    suspending.follow(session, book, [case.issue.id], now=now, moved=True)
    return case.issue


def sign(
    session: Session, book: Rulebook, number: str, *, by: str, now: datetime, happened_at: datetime | None = None
) -> Issue:
    """Take an issue on: the duty to handle it becomes the signing post's. One not yet assigned is assigned by it."""
    case = take(session, book, number, Action.SIGN, by=by, now=now, happened_at=happened_at)
    unit = session.get_one(Unit, case.issue.unit_id)
    waiting = select(Duty.id).where(Duty.issue_id == case.issue.id, Duty.kind == DutyKind.ACT, Duty.post_id.is_(None))
    if session.scalar(waiting.where(Duty.state.in_(OWED))) is not None:
        if unit.depth != book.lowest:
            raise InvalidInput(why="unowned", number=number)
        assign_to_grid(
            session,
            book,
            case.issue,
            unit,
            now=now,
            person_id=case.person.id,
            revision_id=case.revision_id,
            happened_at=case.happened_at,
        )
        case = replace(case, revision_id=duties.newest_revision(session, case.issue.id))
    duties.hand_over(session, case.issue.id, DutyKind.ACT, case.post.post_id, now=now)
    keep_above(session, book, case.issue, now)
    return conclude(session, book, case, now)


def act(
    session: Session,
    book: Rulebook,
    number: str,
    *,
    note: str,
    by: str,
    now: datetime,
    happened_at: datetime | None = None,
) -> Issue:
    """Record progress."""
    case = take(session, book, number, Action.ACT, by=by, now=now, happened_at=happened_at)
    return conclude(session, book, case, now, reason=note)


def done(
    session: Session,
    book: Rulebook,
    number: str,
    *,
    evidence: str,
    by: str,
    now: datetime,
    happened_at: datetime | None = None,
) -> Issue:
    """Say that the work is done and what shows it (a reference to a photo, a form, a record)."""
    case = take(session, book, number, Action.DONE, by=by, now=now, happened_at=happened_at)
    if not evidence.strip():
        raise GateClosed(why="evidence", number=number)
    case.issue.handler_id, case.issue.evidence, case.issue.rating = case.person.id, case.said(evidence), None
    return conclude(session, book, case, now, evidence=evidence)


def evaluate(
    session: Session,
    book: Rulebook,
    number: str,
    *,
    rating: Rating,
    note: str = "",
    by: str,
    now: datetime,
    happened_at: datetime | None = None,
) -> Issue:
    """Record what the resident says; not content sends the work back with a new clock."""
    case = take(session, book, number, Action.EVALUATE, by=by, now=now, happened_at=happened_at, rating=rating)
    case.issue.rating = rating
    return conclude(session, book, case, now, rating=rating, reason=note or None)


def publish(
    session: Session, book: Rulebook, number: str, *, where: str = "", exempt: str = "", by: str, now: datetime
) -> Issue:
    """Say where residents can read what came of it, or why it need not be published.

    :raises InvalidInput: unless exactly one of both is said.
    """
    case = take(session, book, number, Action.PUBLISH, by=by, now=now)
    if bool(where.strip()) == bool(exempt.strip()):
        raise InvalidInput(why="where_or_exempt", number=number)
    case.issue.published, case.issue.exempt = case.said(where.strip()) or None, case.said(exempt.strip()) or None
    return conclude(session, book, case, now, reason=exempt or None, where=where or None)


def close(
    session: Session, book: Rulebook, number: str, *, by: str, now: datetime, happened_at: datetime | None = None
) -> Issue:
    """Strike an issue off, if the gate lets it through.

    The gate asks for evidence, an answer of the resident (that none could be reached is one), another person than the
    handler, and, for the lanes the policy names, publication or why not.

    :raises GateClosed: naming what is missing.
    """
    case = take(session, book, number, Action.CLOSE, by=by, now=now, happened_at=happened_at)
    issue = case.issue
    missing = {
        "evidence": not issue.evidence,
        "rating": issue.rating is None,
        "same_person": issue.handler_id == case.person.id,
        "published": issue.lane in book.bounds.disclosure and not (issue.published or issue.exempt),
    }
    for why, is_missing in missing.items():
        if is_missing:
            raise GateClosed(why=why, number=number)
    issue.closed_at = case.happened_at
    return conclude(session, book, case, now)


def reopen(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Open a closed issue again: a new clock; the earlier closure counts as failed."""
    case = take(session, book, number, Action.REOPEN, by=by, now=now)
    issue = case.issue
    issue.closed_at, issue.rating, issue.evidence, issue.handler_id = None, None, None, None
    issue.published, issue.exempt = None, None
    issue.reopenings += 1
    return conclude(session, book, case, now, reason=reason)
