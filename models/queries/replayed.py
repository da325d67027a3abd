"""What a history left in its ledger: issues, notices and steps, for counting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from models.rules.matching import same_text
from models.rules.replaying import Given, LivedIssue, Told
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, NightLog, Notice
from models.tables.places import Post, Unit
from models.vocabulary import Action, DeliveryOutcome, DutyKind, MessageKind

STRUCK = Action.CLOSE_AS_RECORDED


def lived_issues(session: Session, county_id: int) -> Iterator[LivedIssue]:
    """Every issue with the due time of its work and its closing."""
    closing = _struck(county_id)
    rows = session.execute(
        select(Issue.unit_id, Issue.recorded_at, Duty.due_at, Issue.closed_at, closing.c.recorded_at)
        .join(Duty, (Duty.issue_id == Issue.id) & (Duty.kind == DutyKind.ACT))
        .outerjoin(closing, closing.c.issue_id == Issue.id)
        .where(Issue.county_id == county_id)
    )
    return (LivedIssue(*row) for row in rows)


def told(session: Session, county_id: int) -> Iterator[Told]:
    """Notices by instant, the issue's unit, the unit addressed and what for."""
    which = (Notice.recorded_at, Issue.unit_id, Unit.id, Unit.depth, Notice.action)
    rows = session.execute(
        select(*which, func.count())
        .select_from(Notice)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Post, Post.id == Notice.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Notice.county_id == county_id)
        .group_by(*which)
    )
    return (Told(*row) for row in rows)


def given(session: Session, county_id: int) -> Iterator[Given]:
    """Steps by instant and the issue's unit."""
    which = (Event.recorded_at, Issue.unit_id)
    rows = session.execute(
        select(*which, func.count())
        .join(Issue, Issue.id == Event.issue_id)
        .where(Event.county_id == county_id, Event.action == Action.STEP)
        .group_by(*which)
    )
    return (Given(*row) for row in rows)


def withheld(session: Session, county_id: int) -> dict[MessageKind, int]:
    """How many messages were composed and never sent, by kind."""
    own = select(Message.kind, func.count()).where(Message.county_id == county_id)
    return dict(session.execute(own.where(Message.outcome == DeliveryOutcome.WITHHELD).group_by(Message.kind)).all())  # type: ignore[arg-type]


def as_the_nights_counted(session: Session, county_id: int) -> list[tuple[int, int]]:
    """Open and overdue as the nights wrote them down, all communities together, night by night."""
    counted = (func.sum(NightLog.counts[name].as_integer()) for name in ("open", "overdue"))
    rows = session.execute(
        select(*counted)
        .join(Unit, Unit.id == NightLog.community_id)
        .where(Unit.county_id == county_id)
        .group_by(NightLog.night)
        .order_by(NightLog.night)
    )
    return [(row[0], row[1]) for row in rows]


def places(session: Session, county_id: int) -> Sequence[Unit]:
    """The units of the tree, each after the one above it."""
    return session.scalars(select(Unit).where(Unit.county_id == county_id).order_by(Unit.path)).all()


@dataclass(frozen=True)
class Repeated:
    """One of several issues that say the same; ``struck_at`` is when its closing was recorded."""

    number: str
    recorded_at: datetime
    struck_at: datetime | None


def repeated(session: Session, county_id: int) -> list[tuple[Repeated, ...]]:
    """The groups of issues, closed ones too, with exactly the same text, white space apart, in the order they came."""
    closing = _struck(county_id)
    rows = session.execute(
        select(Issue.number, Issue.recorded_at, closing.c.recorded_at, Issue.summary)
        .outerjoin(closing, closing.c.issue_id == Issue.id)
        .where(Issue.county_id == county_id)
        .order_by(Issue.id)
    )
    return list(same_text((Repeated(*row[:3]), row[3]) for row in rows))


def _struck(county_id: int) -> Subquery:
    """When the closing of each issue was recorded."""
    own = select(Event.issue_id, Event.recorded_at).where(Event.county_id == county_id, Event.action == STRUCK)
    return own.subquery()
