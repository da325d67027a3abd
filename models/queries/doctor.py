"""What the doctor looks at in the database."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Text, column, func, select, table
from sqlalchemy.orm import Session

from models.queries.reach import reach
from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Delivery, Message, NightLog, Notice
from models.tables.places import Unit
from models.vocabulary import DeliveryOutcome, DutyState


@dataclass(frozen=True)
class Horizon:
    """How far the calendar is sure: working days still to come that are confirmed, and the last of all sure days."""

    days: int
    until: date


@dataclass(frozen=True)
class Unsent:
    """Messages that did not reach anybody: given up lately, or tried in vain for long; and what the last try said."""

    given_up: int
    in_vain: int
    reason: str


def schema_version(session: Session) -> str | None:
    """The migration the schema stands at; None for a database without one."""
    if session.scalar(select(func.to_regclass("alembic_version"))) is None:
        return None
    return session.scalar(select(column("version_num", Text)).select_from(table("alembic_version")))


def horizon(book: Rulebook, now: datetime) -> Horizon:
    """How many working days after today are confirmed without a gap."""
    today, calendar = book.local_date(now), book.calendar
    until = min(calendar.confirmed_until, calendar.last)
    return Horizon(sum(today < day <= until for day in calendar.days), until)


def unsure_dues(session: Session, book: Rulebook, now: datetime) -> tuple[int, date | None]:
    """How many open duties fall due on days that are not confirmed, and the nearest of those days."""
    after = date.fromordinal(horizon(book, now).until.toordinal() + 1)
    sure_until = datetime.combine(after, time(), tzinfo=book.calendar.office.zone)
    count, first = session.execute(
        select(func.count(), func.min(Duty.due_at))
        .join(Issue, Issue.id == Duty.issue_id)
        .where(Issue.county_id == book.county.id, Duty.state == DutyState.OPEN, Duty.due_at >= max(now, sure_until))
    ).one()
    return count, book.local_date(first) if first else None


def last_nights(session: Session, book: Rulebook) -> dict[str, datetime | None]:
    """When each community's last night ran, by name."""
    rows = (
        select(Unit.name, func.max(NightLog.ran_at))
        .join(NightLog, NightLog.community_id == Unit.id, isouter=True)
        .where(Unit.county_id == book.county.id, Unit.community_id == Unit.id)
        .group_by(Unit.id, Unit.name)
        .order_by(Unit.id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def unheard(session: Session, book: Rulebook, now: datetime) -> Counter[Post]:
    """Posts about which there is something to tell, and nobody in the tree to tell it to; with how many notices."""
    rows = (
        select(Notice.post_id, func.count())
        .join(Duty, Duty.id == Notice.duty_id)
        .where(Notice.county_id == book.county.id, Notice.settled_at.is_(None), Duty.state == DutyState.OPEN)
        .group_by(Notice.post_id)
    )
    waiting = {row[0]: row[1] for row in session.execute(rows)}
    answering = reach(session, book.county.id, waiting, book.local_date(now))
    told = {post_id: answering.of(post_id) for post_id in waiting}
    return Counter({whom.asked: waiting[post_id] for post_id, whom in told.items() if whom.person is None})


def unsent(session: Session, book: Rulebook, now: datetime, *, since: date, patience: timedelta) -> Unsent:
    """Messages given up since a day, and those first tried longer ago than one's patience which are tried still."""
    outcome, first, last = Message.outcome, func.min(Delivery.tried_at), func.max(Delivery.id)
    tried = select(outcome, first, last).join(Delivery, Delivery.message_id == Message.id).group_by(Message.id)
    given_up = (outcome == DeliveryOutcome.FAILED) & (Message.on_date >= since)
    own = tried.where(Message.county_id == book.county.id, given_up | (outcome == DeliveryOutcome.RETRY))
    ends = {DeliveryOutcome.FAILED: 0, DeliveryOutcome.RETRY: 0}
    last_try = 0
    for how, first_tried, delivery in session.execute(own):
        if how is DeliveryOutcome.FAILED or now - first_tried > patience:
            ends[how] += 1
            last_try = max(last_try, delivery)
    reason = session.scalar(select(Delivery.detail).where(Delivery.id == last_try)) or ""
    return Unsent(ends[DeliveryOutcome.FAILED], ends[DeliveryOutcome.RETRY], reason)
