"""Ways out of an issue's usual course: not ours, taken back, the same as another, somebody else's; with a reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import duties, guards, suspending
from models.actions.taking import Case, conclude, lock, take
from models.errors import GateClosed, InvalidInput
from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import UNDER_WAY, allowing_post, transition
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.places import Post, Unit
from models.vocabulary import OWED, Action, DutyKind, Stage


def reject(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Say that an issue is none of the county's, or none at all. Nothing is owed any more."""
    demand_reason(reason)
    return conclude(session, book, take(session, book, number, Action.REJECT, by=by, now=now), now, reason=reason)


def withdraw(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Record that whoever raised an issue takes it back. Nothing is owed any more, on hold or not."""
    demand_reason(reason)
    case = take(session, book, number, Action.WITHDRAW, by=by, now=now)
    case.issue.held_until = None
    return conclude(session, book, case, now, reason=reason)


def merge(session: Session, book: Rulebook, number: str, *, into: str, reason: str, by: str, now: datetime) -> Issue:
    """Say that an issue is the same as another one under way, which goes on for both; who raised it is kept.

    :raises InvalidInput: into itself.
    :raises GateClosed: the other one is not under way.
    :raises NotAllowed: the person does not answer above both.
    """
    demand_reason(reason)
    if number == into:
        raise InvalidInput(why="merge_itself", number=number)
    _, target = lock(session, book, number, into)
    case = take(session, book, number, Action.MERGE, by=by, now=now)
    if target.stage not in UNDER_WAY:
        raise GateClosed(why="merge_ended", number=into, stage=target.stage)
    _demand_above_both(session, book, case, session.get_one(Unit, target.unit_id).path, now)
    case.issue.merged_into_id = target.id
    return conclude(session, book, case, now, reason=reason, into=target.id)


def transfer(session: Session, book: Rulebook, number: str, *, to: str, reason: str, by: str, now: datetime) -> Issue:
    """Give an issue to another grid or unit, which is to sign for it. The clock of the work goes on: nobody gains time.

    :param to: the unit, by key or name.
    :raises InvalidInput: it lies there already, or nobody there may sign for it.
    :raises NotAllowed: the person does not answer above both places.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.TRANSFER, by=by, now=now)
    unit = units.unit(session, book.county.id, to)
    if unit.id == case.issue.unit_id:
        raise InvalidInput(why="same_unit", number=number, unit=unit.name)
    _demand_above_both(session, book, case, unit.path, now)
    _demand_signers(session, unit)
    guards.hold_casework(session, {unit.community_id})
    left = case.issue.unit_id
    suspending.follow(session, book, [case.issue.id], now=now)  # where it was until now
    _move(session, case.issue, unit, now)
    owners = {DutyKind.SIGN: unit.answering[-1]}
    return conclude(session, book, case, now, owners, reason=reason, from_unit=left, to_unit=unit.id)


def _demand_signers(session: Session, unit: Unit) -> None:
    """A unit takes issues on if it or one above it has a post that may sign for them."""
    signing = transition(Stage.RAISED, Action.SIGN).roles
    wanted = select(Post.id).where(Post.unit_id.in_(unit.path), Post.role.in_(signing)).limit(1)
    if session.scalar(wanted) is None:
        raise InvalidInput(why="nobody_signs", unit=unit.name)


def _move(session: Session, issue: Issue, unit: Unit, now: datetime) -> None:
    """The issue and the work about it become another unit's; what the one before promised is void."""
    issue.unit_id, issue.community_id, issue.changed_at = unit.id, unit.community_id, now
    session.execute(
        update(Duty)
        .where(Duty.issue_id == issue.id, Duty.state.in_(OWED))
        .values(unit_id=unit.id, community_id=unit.community_id, promised_at=None, changed_at=now)
    )
    duties.hand_over(session, issue.id, DutyKind.ACT, unit.answering[-1], now=now)


def _demand_above_both(session: Session, book: Rulebook, case: Case, path: Sequence[int], now: datetime) -> None:
    """The person answers at a unit that lies above both places, or is one of them."""
    own = session.get_one(Unit, case.issue.unit_id).path
    common = [unit for unit in own if unit in path]
    allowing_post(case.row, people.held_posts(session, case.person.id, book.local_date(now)), common)


def demand_reason(reason: str) -> None:
    """Refuse what nobody says why of.

    :raises InvalidInput: for an empty reason.
    """
    if not reason.strip():
        raise InvalidInput(why="reason")
