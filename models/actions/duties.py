"""Opening and ending duties, each with its notice to whose it is."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.escalation import ServiceLevel, freeze
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post, Unit
from models.tables.policies import Category
from models.vocabulary import DutyKind, DutyState, Severity


def new_duty(book: Rulebook, issue: Issue, level: ServiceLevel, *, post_id: int | None, opened_at: datetime) -> Duty:
    """A duty about an issue on the issue's unit, its schedule frozen, not yet in the database.

    :param opened_at: from when its clock counts.
    """
    schedule = freeze(level, opened_at, book.calendar)
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
        step=0,
        next_step_at=next(iter(schedule.steps_at), None),
        provisional=schedule.provisional,
    )


def level_of(session: Session, book: Rulebook, issue: Issue, kind: DutyKind) -> ServiceLevel:
    """The service level for a duty of an issue."""
    category = session.get_one(Category, issue.category_id).key
    return book.level(kind, category, issue.severity, issue.lane)


def open_duty(session: Session, book: Rulebook, issue: Issue, kind: DutyKind, post_id: int, *, now: datetime) -> Duty:
    """Open a duty for a post, its clock counting from `now`, and tell the post so."""
    duty = new_duty(book, issue, level_of(session, book, issue, kind), post_id=post_id, opened_at=now)
    duty.unit_id = session.get_one(Post, post_id).unit_id
    session.add(duty)
    session.flush()  # the notice needs the duty's id
    session.add(newly_yours(book.county.id, duty.id, post_id, urgent=issue.severity is Severity.URGENT, now=now))
    return duty


def newly_yours(county_id: int, duty_id: int, post_id: int, *, urgent: bool, now: datetime) -> Notice:
    """The notice of step 0: the duty is yours now."""
    return Notice(county_id=county_id, duty_id=duty_id, step=0, post_id=post_id, immediate=urgent, recorded_at=now)


def fulfil(session: Session, issue_id: int, kinds: Collection[DutyKind], now: datetime) -> None:
    """End an issue's open duties of some kinds."""
    session.execute(
        update(Duty)
        .where(Duty.issue_id == issue_id, Duty.kind.in_(kinds), Duty.state == DutyState.OPEN)
        .values(state=DutyState.FULFILLED, ended_at=now, next_step_at=None)
    )


def hand_over(session: Session, issue_id: int, kind: DutyKind, post_id: int) -> None:
    """Give an issue's open duty of a kind to a post; its clock and its steps stay."""
    session.execute(
        update(Duty)
        .where(Duty.issue_id == issue_id, Duty.kind == kind, Duty.state == DutyState.OPEN)
        .values(post_id=post_id)
    )


def is_owed(session: Session, issue_id: int, kind: DutyKind) -> bool:
    """Whether a duty of a kind is open about an issue."""
    wanted = select(Duty.id).where(Duty.issue_id == issue_id, Duty.kind == kind, Duty.state == DutyState.OPEN)
    return session.scalar(wanted) is not None


def answering_post(session: Session, unit_id: int, depth: int | None = None) -> int:
    """The post that answers for a unit, or for the unit above it at a depth."""
    answering = session.scalars(select(Unit.answering).where(Unit.id == unit_id)).one()
    return answering[-1 if depth is None else min(depth, len(answering) - 1)]
