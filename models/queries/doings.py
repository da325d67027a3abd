"""What a run of a night wrote down, row by row: what was done by rule about which issue, and who is to hear of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from models.queries.reach import Reach, reach
from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.history import Revision
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.vocabulary import Action, DutyKind, DutyState, StepAction

NOBODY = (None,)
"""Who hears of what is recorded only."""


@dataclass(frozen=True)
class Mark:
    """Where history, notices and revisions stood before a run."""

    event_id: int
    notice_id: int
    revision_id: int


@dataclass(frozen=True)
class Doing:
    """One thing done by rule, to whose ears it comes: the post, and who answers for it now (None: nobody).

    ``does`` is what a step does to the post; a step nobody hears of is recorded only. ``step`` and ``duty`` are None
    for what befalls the issue as a whole.
    """

    number: str
    action: Action
    duty: DutyKind | None
    step: int | None
    does: StepAction | None
    post: Post | None
    person: str | None


def mark(session: Session) -> Mark:
    """Where they stand."""
    last = (session.scalar(select(func.max(table.id))) or 0 for table in (Event, Notice, Revision))
    return Mark(*last)


def doings(session: Session, book: Rulebook, community_id: int, since: Mark, now: datetime) -> list[Doing]:
    """What was done by rule about a community's issues since a mark, in the order it was done."""
    events, notices = _events(session, community_id, since), _notices(session, community_id, since)
    posts = {each.post_id for each in (*events, *notices) if each.post_id is not None}
    reached = reach(session, book.county.id, posts, book.local_date(now))
    told = _by_event(events, notices)
    done = [_doing(event, heard, reached) for event in events for heard in told.get(event.id, NOBODY)]
    off_hold = {event.number for event in events if event.action is Action.RESUME}
    going_on = (each for each in _gone_on(session, community_id, since) if each.number not in off_hold)
    return [*going_on, *done]


def _gone_on(session: Session, community_id: int, since: Mark) -> list[Doing]:
    """The clocks that go on. Where that is because a suspension is over, no event tells of it."""
    was = aliased(Revision)
    before = (
        select(was.content["state"].astext)
        .where(was.kind == Revision.kind, was.row_id == Revision.row_id, was.id <= since.revision_id)
        .order_by(was.id.desc())
        .limit(1)
    )
    rows = session.execute(
        select(Issue.number, Duty.kind)
        .select_from(Revision)
        .join(Duty, Duty.id == Revision.row_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .where(Revision.id > since.revision_id, Revision.kind == Duty.__tablename__)
        .where(Duty.community_id == community_id, Duty.state == DutyState.OPEN)
        .where(before.scalar_subquery() == DutyState.HELD)
        .distinct()
        .order_by(Issue.number, Duty.kind)
    )
    return [Doing(number, Action.RESUME, kind, None, None, None, None) for number, kind in rows]


def _events(session: Session, community_id: int, since: Mark) -> Sequence[Row[Any]]:
    return session.execute(
        select(Event.id, Event.action, Event.step, Event.post_id, Event.duty_id, Duty.kind, Issue.number)
        .join(Issue, Issue.id == Event.issue_id)
        .join(Duty, Duty.id == Event.duty_id, isouter=True)
        .where(Event.id > since.event_id, Event.person_id.is_(None))
        .where(func.coalesce(Duty.community_id, Issue.community_id) == community_id)
        .order_by(Event.id)
    ).all()


def _notices(session: Session, community_id: int, since: Mark) -> Sequence[Row[Any]]:
    """The notices of steps; that a duty is newly one's own goes with the assignment."""
    return session.execute(
        select(Notice.duty_id, Notice.step, Notice.post_id, Notice.action)
        .join(Duty, Duty.id == Notice.duty_id)
        .where(Notice.id > since.notice_id, Duty.community_id == community_id, Notice.action.is_not(None))
        .order_by(Notice.id)
    ).all()


def _by_event(events: Sequence[Row[Any]], notices: Sequence[Row[Any]]) -> Mapping[int, Sequence[Row[Any] | None]]:
    """The notices each event gave rise to: a step's own; a broken promise's are of a step given before."""
    caused = {(each.duty_id, each.step): each.id for each in events if each.action is Action.STEP}
    broken = {each.duty_id: each.id for each in events if each.action is Action.BREAK}
    told: dict[int, list[Row[Any] | None]] = defaultdict(list)
    for each in notices:
        told[caused.get((each.duty_id, each.step)) or broken[each.duty_id]].append(each)
    return told


def _doing(event: Row[Any], heard: Row[Any] | None, reached: Reach) -> Doing:
    post_id = heard.post_id if heard else event.post_id
    whom = reached.of(post_id) if post_id is not None else None
    return Doing(
        number=event.number,
        action=event.action,
        duty=event.kind,
        step=heard.step if heard else event.step,
        does=heard.action if heard else None,
        post=whom.asked if whom else None,
        person=whom.person if whom else None,
    )
