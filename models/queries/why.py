"""What the ledger knows about one issue, turned into an explanation."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.queries import suspensions
from models.queries.duty_records import duty_records
from models.queries.reach import names
from models.queries.rulebook import Rulebook
from models.rules import explanation
from models.rules.explanation import Explanation
from models.rules.records import Happened, IssueRecord
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import Action


def explain(session: Session, book: Rulebook, number: str, now: datetime) -> Explanation:
    """Why an issue stands where it stands, and what comes next.

    :param number: as it is spoken: community, year, running number.
    :raises NotFound: when the county has no such issue.
    :raises CalendarEnds: when its times reach beyond the calendar.
    """
    return explanation.explain(record(session, book, number, now), book.calendar, now)


def record(session: Session, book: Rulebook, number: str, now: datetime) -> IssueRecord:
    """An issue with its duties and history, every post resolved to whom it reaches at ``now``.

    :raises NotFound: when the county has no such issue.
    """
    issue = session.scalar(select(Issue).where(Issue.county_id == book.county.id, Issue.number == number))
    if issue is None:
        raise NotFound(why="issue", number=number)
    unit = session.get_one(Unit, issue.unit_id)
    events = session.scalars(select(Event).where(Event.issue_id == issue.id).order_by(Event.id)).all()
    return IssueRecord(
        number=issue.number,
        summary=issue.summary,
        category=session.get_one(Category, issue.category_id).name,
        unit=unit.name,
        severity=issue.severity,
        stage=issue.stage,
        reported_at=issue.happened_at,
        duties=duty_records(session, book, issue.id, events, now),
        history=_history(session, events),
        held_until=issue.held_until,
        suspensions=tuple(suspensions.current(session, book.county.id, now, unit.path)),
        merged_into=session.scalar(select(Issue.number).where(Issue.id == issue.merged_into_id)),
        called_up=issue.called_up,
        live_at=issue.live_at,
    )


def _history(session: Session, events: Sequence[Event]) -> tuple[Happened, ...]:
    """What happened to the issue and stands: steps apart, and what was taken back."""
    taken_back = {event.voids_id for event in events}
    who = names(session, {event.person_id for event in events if event.person_id is not None})
    return tuple(
        Happened(
            event.action,
            event.stage_to,
            event.happened_at,
            event.recorded_at,
            who.get(event.person_id or 0),
            event.reason,
        )
        for event in events
        if event.action not in (Action.STEP, Action.VOID) and event.id not in taken_back
    )
