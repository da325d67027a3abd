"""From notices for posts to messages for persons, and what came of sending them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.actions import guards
from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.rules.quiet import not_before
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Delivery, Message, Notice
from models.vocabulary import ChannelKind, DeliveryOutcome, DutyState, MessageKind, Severity

# Composing must not run twice at a time, or a person would get two digests.
COMPOSING = 3


@dataclass(frozen=True)
class Composed:
    """How many messages for how many notices, and how many notices nobody in the tree can be told."""

    messages: int
    notices: int
    untold: int


def compose(session: Session, book: Rulebook, now: datetime, kind: MessageKind) -> Composed:
    """One message a person from what is not yet told: all of it in the morning, only what is immediate otherwise.

    Persons are resolved as of `now`. Notices of duties that ended first are settled without a word.
    """
    session.execute(select(func.pg_advisory_xact_lock(COMPOSING, book.county.id)))
    guards.check_clock(session, book.county.id, now)
    _settle_moot(session, book.county.id, now)
    waiting = _waiting(session, book.county.id, kind)
    by_person, untold = _addressed(session, book, waiting, now)
    for person_id, own in by_person.items():
        _compose_one(session, book, person_id, own, now=now, kind=kind)
    return Composed(len(by_person), len(waiting) - untold, untold)


def _settle_moot(session: Session, county_id: int, now: datetime) -> None:
    session.execute(
        update(Notice)
        .where(Notice.county_id == county_id, Notice.settled_at.is_(None))
        .where(Notice.duty_id == Duty.id, Duty.state != DutyState.OPEN)
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _waiting(session: Session, county_id: int, kind: MessageKind) -> Sequence[tuple[int, int, bool]]:
    """Notices to tell: id, post, and whether the issue is urgent."""
    wanted = (
        select(Notice.id, Notice.post_id, Issue.severity == Severity.URGENT)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .where(Notice.county_id == county_id, Notice.settled_at.is_(None))
        .order_by(Notice.id)
    )
    if kind is MessageKind.URGENT:
        wanted = wanted.where(Notice.immediate)
    return [(notice_id, post_id, urgent) for notice_id, post_id, urgent in session.execute(wanted)]


def _addressed(
    session: Session, book: Rulebook, waiting: Sequence[tuple[int, int, bool]], now: datetime
) -> tuple[dict[int, list[tuple[int, bool]]], int]:
    """The notices by who is told, and the number nobody can be told."""
    holders = people.holders(session, book.county.id, book.local_date(now))
    above = units.answering_above(session, {post_id for _, post_id, _ in waiting})
    by_person: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for notice_id, post_id, urgent in waiting:
        answer = who_answers(post_id, above[post_id], holders)
        if answer:
            by_person[answer.person_id].append((notice_id, urgent))
    told = sum(len(own) for own in by_person.values())
    return dict(sorted(by_person.items())), len(waiting) - told


def _compose_one(
    session: Session,
    book: Rulebook,
    person_id: int,
    own: Sequence[tuple[int, bool]],
    *,
    now: datetime,
    kind: MessageKind,
) -> None:
    today = book.local_date(now)
    parts = select(func.coalesce(func.max(Message.part), 0)).where(
        Message.person_id == person_id, Message.on_date == today
    )
    passes = kind is MessageKind.URGENT and any(urgent for _, urgent in own)
    message = Message(
        county_id=book.county.id,
        person_id=person_id,
        on_date=today,
        part=session.scalars(parts).one() + 1,
        kind=kind,
        facts={"notices": [notice_id for notice_id, _ in own]},
        composed_at=now,
        not_before=now if passes else not_before(now, book.county.quiet_hours, book.calendar.office.zone),
    )
    session.add(message)
    session.flush()  # the notices need its id
    session.execute(
        update(Notice)
        .where(Notice.id.in_([notice_id for notice_id, _ in own]))
        .values(settled_at=now, message_id=message.id)
        .execution_options(synchronize_session=False)
    )


def to_send(session: Session, county_id: int, now: datetime) -> list[int]:
    """Messages whose time has come and that were not sent, the oldest first, as ids."""
    wanted = select(Message.id).where(Message.county_id == county_id, Message.not_before <= now)
    unsent = Message.outcome.is_(None) | (Message.outcome == DeliveryOutcome.RETRY)
    return list(session.scalars(wanted.where(unsent).order_by(Message.id)))


def record_delivery(
    session: Session,
    message_id: int,
    channel: ChannelKind,
    outcome: DeliveryOutcome,
    *,
    detail: str | None,
    now: datetime,
) -> None:
    """Write down one try to send a message."""
    message = session.get_one(Message, message_id, with_for_update=True)
    message.outcome = outcome
    session.add(Delivery(message_id=message_id, channel=channel, outcome=outcome, detail=detail, tried_at=now))
