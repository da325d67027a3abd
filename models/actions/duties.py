"""Opening, ending and giving away duties. Every change of a duty but its steps is made here or in `clocks`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.clock import passed_over
from models.rules.escalation import ServiceLevel, freeze
from models.tables.duties import Duty
from models.tables.history import Revision
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post, Unit
from models.tables.policies import Category
from models.vocabulary import OWED, DutyKind, DutyState, Severity

PARENTS = {DutyKind.SIGN: DutyKind.ACT}
"""What is a part of what: signing for an issue is a part of handling it."""

# What every action asks is put together once.
ISSUE = bindparam("issue", type_=BigInteger)
_OWED = Duty.issue_id == ISSUE, Duty.kind == bindparam("kind"), Duty.state.in_(OWED)
OWED_ID = select(Duty.id).where(*_OWED)
OWED_KINDS = select(Duty.kind, Duty.state).where(Duty.issue_id == ISSUE, Duty.state.in_(OWED))
OWED_DUTY = select(Duty).where(*_OWED).execution_options(populate_existing=True)
END = (
    update(Duty)
    .where(Duty.issue_id == ISSUE, Duty.kind.in_(bindparam("kinds", expanding=True)), Duty.state.in_(OWED))
    .values(state=bindparam("became"), ended_at=bindparam("ended"), changed_at=bindparam("now"))
    .values(next_step_at=None, held_at=None, promised_at=None)
)
NEWEST_REVISION = select(func.max(Revision.id)).where(
    or_(
        and_(Revision.kind == Issue.__tablename__, Revision.row_id == ISSUE),
        and_(Revision.kind == Duty.__tablename__, Revision.row_id.in_(select(Duty.id).where(Duty.issue_id == ISSUE))),
    )
)


def new_duty(
    book: Rulebook, issue: Issue, level: ServiceLevel, *, post_id: int | None, opened_at: datetime, now: datetime
) -> Duty:
    """A duty about an issue on the issue's unit, its schedule frozen, not yet in the database.

    :param opened_at: from when its clock counts.
    """
    schedule = freeze(level, opened_at, book.calendar)
    passed = passed_over(schedule.steps_at, issue.live_at)
    return Duty(
        community_id=issue.community_id,
        issue_id=issue.id,
        unit_id=issue.unit_id,
        post_id=post_id,
        service_level_id=level.id,
        escalation_policy_id=level.escalation.id,
        kind=level.duty_kind,
        state=DutyState.OPEN,
        opened_at=schedule.opened_at,
        due_at=schedule.due_at,
        steps_at=list(schedule.steps_at),
        step=passed,
        next_step_at=next(iter(schedule.steps_at[passed:]), None),
        provisional=schedule.provisional,
        changed_at=now,
    )


def level_of(session: Session, book: Rulebook, issue: Issue, kind: DutyKind) -> ServiceLevel:
    """The service level for a duty of an issue."""
    category = session.get_one(Category, issue.category_id).key
    return book.level(kind, category, issue.severity, issue.lane, called_up=issue.called_up)


def open_duty(session: Session, book: Rulebook, issue: Issue, kind: DutyKind, post_id: int, *, now: datetime) -> Duty:
    """Open a duty for a post, its clock counting from `now`, and tell the post so."""
    level = level_of(session, book, issue, kind)
    duty = new_duty(book, issue, level, post_id=post_id, opened_at=now, now=now)
    duty.unit_id = session.get_one(Post, post_id).unit_id
    if kind in PARENTS:
        duty.parent_id = owed_id(session, issue.id, PARENTS[kind])
    session.add(duty)
    session.flush()  # the notice needs the duty's id
    session.add(newly_yours(book.county.id, duty.id, post_id, urgent=issue.severity is Severity.URGENT, now=now))
    return duty


def newly_yours(county_id: int, duty_id: int, post_id: int, *, urgent: bool, now: datetime, arming: int = 0) -> Notice:
    """The notice of step 0: the duty is yours now."""
    return Notice(
        county_id=county_id,
        duty_id=duty_id,
        step=0,
        post_id=post_id,
        arming=arming,
        immediate=urgent,
        recorded_at=now,
    )


def next_arming(session: Session, duty_id: int, step: int, post_id: int) -> int:
    """How often a step has been armed for a post so far."""
    told = select(func.max(Notice.arming)).where(
        Notice.duty_id == duty_id, Notice.step == step, Notice.post_id == post_id
    )
    last = session.scalar(told)
    return 0 if last is None else last + 1


def fulfil(
    session: Session, issue_id: int, kinds: Collection[DutyKind], *, now: datetime, happened_at: datetime | None = None
) -> None:
    """End an issue's owed duties of some kinds as done.

    :param happened_at: when it was done, for its clock; `now`, if not told.
    """
    _end(session, issue_id, kinds, became=DutyState.FULFILLED, ended=happened_at or now, now=now)


def cancel(session: Session, issue_id: int, kinds: Collection[DutyKind], *, now: datetime) -> None:
    """End an issue's owed duties of some kinds undone."""
    _end(session, issue_id, kinds, became=DutyState.CANCELLED, ended=now, now=now)


def _end(session: Session, issue_id: int, kinds: Collection[DutyKind], **values: Any) -> None:
    if kinds:
        session.execute(END, {"issue": issue_id, "kinds": list(kinds), **values})


def hand_over(session: Session, issue_id: int, kind: DutyKind, post_id: int, *, now: datetime) -> None:
    """Give an issue's owed duty of a kind to a post; its clock and its steps stay."""
    session.execute(
        update(Duty)
        .where(Duty.issue_id == issue_id, Duty.kind == kind, Duty.state.in_(OWED))
        .values(post_id=post_id, changed_at=now)
    )


def owed_id(session: Session, issue_id: int, kind: DutyKind) -> int | None:
    """The owed duty of a kind about an issue."""
    return session.scalar(OWED_ID, {"issue": issue_id, "kind": kind})


def owed(session: Session, issue_id: int) -> dict[DutyKind, DutyState]:
    """What is owed about an issue, by kind, and whether its clock runs."""
    return dict(session.execute(OWED_KINDS, {"issue": issue_id}).tuples().all())


def is_owed(session: Session, issue_id: int, kind: DutyKind) -> bool:
    """Whether a duty of a kind is owed about an issue."""
    return owed_id(session, issue_id, kind) is not None


def owed_duty(session: Session, issue_id: int, kind: DutyKind) -> Duty | None:
    """The owed duty of a kind about an issue, as it stands in the database."""
    return session.scalar(OWED_DUTY, {"issue": issue_id, "kind": kind})


def owing_unit(session: Session, duty: Duty) -> Unit:
    """The unit whose post owes a duty; the duty's own while nobody was assigned."""
    unit_id = session.get_one(Post, duty.post_id).unit_id if duty.post_id else duty.unit_id
    return session.get_one(Unit, unit_id)


def answering_post(session: Session, unit_id: int, depth: int | None = None) -> int:
    """The post that answers for a unit, or for the unit above it at a depth."""
    answering = session.get_one(Unit, unit_id).answering
    return answering[-1 if depth is None else min(depth, len(answering) - 1)]


def newest_revision(session: Session, issue_id: int) -> int:
    """The newest revision of an issue and its duties; 0 while there is none."""
    session.flush()  # what was done to the issue until now has its revision then
    return session.scalar(NEWEST_REVISION, {"issue": issue_id}) or 0
