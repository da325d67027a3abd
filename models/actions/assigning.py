"""Giving issues to grids: one at a time by a person, all that wait in a community by the night."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from models.actions import duties
from models.actions.copying import copy_in, new_ids
from models.queries.rulebook import Rulebook
from models.rules.escalation import freeze
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import OWED, Action, Basis, DutyKind, DutyState, Severity


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
    select(
        Issue.id,
        Issue.community_id,
        Issue.unit_id,
        Issue.severity,
        Issue.lane,
        Issue.stage,
        Issue.called_up,
        Duty.id.label("work"),
        Unit.answering,
        Category.key.label("category"),
    )
    .join(Duty, Duty.issue_id == Issue.id)
    .join(Unit, Unit.id == Issue.unit_id)
    .join(Category, Category.id == Issue.category_id)
    .where(Duty.community_id == bindparam("community"), Duty.kind == DutyKind.ACT, Duty.state == DutyState.OPEN)
    .where(Duty.post_id.is_(None), Unit.depth == bindparam("lowest"))
    .order_by(Issue.id)
)
EVENT = ("county_id", "issue_id", "action", "stage_from", "stage_to", "post_id", "happened_at", "recorded_at")
SIGNING = (
    *(
        "id",
        "community_id",
        "issue_id",
        "unit_id",
        "post_id",
        "parent_id",
        "kind",
        "state",
        "basis",
        "promises",
        "step",
    ),
    *("service_level_id", "escalation_policy_id", "opened_at", "due_at", "steps_at", "next_step_at", "provisional"),
    "changed_at",
)
NOTICE = ("county_id", "duty_id", "step", "post_id", "immediate", "recorded_at")


def assign_waiting(session: Session, book: Rulebook, community_id: int, now: datetime) -> int:
    """Assign all issues of a community that lie on a grid and are nobody's yet.

    :return: how many.
    """
    waiting = session.execute(WAITING, {"community": community_id, "lowest": book.lowest}).all()
    if not waiting:
        return 0
    ids, county = new_ids(session, Duty, len(waiting)), book.county.id
    assigned = str(Action.ASSIGN)
    copy_in(
        session,
        Event,
        EVENT,
        (
            (county, each.id, assigned, str(each.stage), str(each.stage), each.answering[-1], now, now)
            for each in waiting
        ),
    )
    copy_in(session, Duty, SIGNING, _signing(book, ids, waiting, now))
    copy_in(
        session,
        Notice,
        NOTICE,
        (
            (county, id_, 0, each.answering[-1], each.severity is Severity.URGENT, now)
            for id_, each in zip(ids, waiting, strict=True)
        ),
    )
    _hand_over(session, [each.id for each in waiting], now)
    return len(waiting)


def _signing(book: Rulebook, ids: Sequence[int], waiting: Sequence[Row[Any]], now: datetime) -> Iterator[list[object]]:
    """The duties to sign; all begin at once, so those of a service level have the same times."""
    frozen = cache(lambda level: freeze(level, now, book.calendar))
    words = str(DutyKind.SIGN), str(DutyState.OPEN), str(Basis.POLICY)
    for id_, each in zip(ids, waiting, strict=True):
        level = book.level(DutyKind.SIGN, each.category, each.severity, each.lane, called_up=each.called_up)
        times = frozen(level)
        place = id_, each.community_id, each.id, each.unit_id, each.answering[-1], each.work
        steps = list(times.steps_at)
        clock = times.opened_at, times.due_at, steps, next(iter(steps), None), times.provisional
        yield [*place, *words, 0, 0, level.id, level.escalation.id, *clock, now]


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
