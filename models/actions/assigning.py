"""Giving issues to grids: one at a time by a person, all that wait in a community by the night."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from models.actions import duties
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import OWED, Action, DutyKind, DutyState, Severity


def assign_to_grid(
    session: Session,
    book: Rulebook,
    issue: Issue,
    grid: Unit,
    *,
    now: datetime,
    person_id: int | None = None,
    revision_id: int | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Make an issue a grid's: the duty to handle it goes to the answering post, which owes a signature from `now` on.

    :param person_id: who assigned it; None: the rule did.
    :param revision_id: the newest revision before it, where a person may take it back.
    :param happened_at: when it was done, if that is not `now`.
    """
    post_id, left = grid.answering[-1], issue.unit_id
    issue.unit_id, issue.community_id, issue.changed_at = grid.id, grid.community_id, now
    owed = update(Duty).where(Duty.issue_id == issue.id, Duty.state.in_(OWED))
    session.execute(owed.values(community_id=grid.community_id, changed_at=now))  # its night minds all of them
    session.execute(owed.where(Duty.kind == DutyKind.ACT).values(post_id=post_id, unit_id=grid.id))
    event = _assigned(book, issue, post_id, now, person_id)
    event.revision_id, event.happened_at = revision_id, happened_at or now
    event.facts = {"from_unit": left, "to_unit": grid.id} if left != grid.id else None
    session.add(event)
    duties.open_duty(session, book, issue, DutyKind.SIGN, post_id, now=now)


WAITING = (
    select(Issue, Duty.id, Unit.answering, Category.key)
    .join(Duty, Duty.issue_id == Issue.id)
    .join(Unit, Unit.id == Issue.unit_id)
    .join(Category, Category.id == Issue.category_id)
    .where(Duty.community_id == bindparam("community"), Duty.kind == DutyKind.ACT, Duty.state == DutyState.OPEN)
    .where(Duty.post_id.is_(None), Unit.depth == bindparam("lowest"))
    .order_by(Issue.id)
)


def assign_waiting(session: Session, book: Rulebook, community_id: int, now: datetime) -> int:
    """Assign all issues of a community that lie on a grid and are nobody's yet.

    :return: how many.
    """
    waiting = session.execute(WAITING, {"community": community_id, "lowest": book.lowest}).all()
    if not waiting:
        return 0
    signing = []
    for issue, work, answering, category in waiting:
        level = book.level(DutyKind.SIGN, category, issue.severity, issue.lane, called_up=issue.called_up)
        duty = duties.new_duty(book, issue, level, post_id=answering[-1], opened_at=now, now=now)
        duty.parent_id = work
        signing.append(duty)
        session.add(_assigned(book, issue, answering[-1], now, None))
    session.add_all(signing)
    session.flush()  # the notices need the duties' ids
    urgent = {issue.id: issue.severity is Severity.URGENT for issue, *_ in waiting}
    session.add_all(
        duties.newly_yours(book.county.id, duty.id, duty.post_id or 0, urgent=urgent[duty.issue_id], now=now)
        for duty in signing
    )
    _hand_over(session, list(urgent), now)
    return len(waiting)


def _hand_over(session: Session, issue_ids: list[int], now: datetime) -> None:
    """The duties to handle these issues become their grids' answering posts'."""
    session.execute(
        update(Duty)
        .where(Duty.issue_id.in_(issue_ids), Duty.kind == DutyKind.ACT, Duty.state == DutyState.OPEN)
        .where(Duty.unit_id == Unit.id)
        .values(post_id=Unit.answering[Unit.depth + 1], changed_at=now)
        .execution_options(synchronize_session=False)
    )


def _assigned(book: Rulebook, issue: Issue, post_id: int, now: datetime, person_id: int | None) -> Event:
    return Event(
        county_id=book.county.id,
        issue_id=issue.id,
        action=Action.ASSIGN,
        stage_from=issue.stage,
        stage_to=issue.stage,
        person_id=person_id,
        post_id=post_id,
        happened_at=now,
        recorded_at=now,
    )
