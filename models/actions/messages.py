"""From notices for posts to messages for persons, and what came of sending them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

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
from models.vocabulary import OWED, ChannelKind, DeliveryOutcome, DutyState, MessageKind, Severity

# Composing must not run twice at a time, or a person would get two digests.
COMPOSING = 3


@dataclass(frozen=True)
class Composed:
    """How many messages for how many notices, and how many notices nobody in the tree can be told."""

    messages: int
    notices: int
    untold: int


@dataclass(frozen=True)
class Waiting:
    """A notice to tell."""

    id: int
    post_id: int
    severity: Severity


def compose(session: Session, book: Rulebook, now: datetime, kind: MessageKind) -> Composed:
    """One message a person from what is not yet told: all of it in the morning, only what is immediate otherwise.

    Persons are resolved as of `now`. Notices of duties that ended first are settled without a word; those of duties
    whose clock stands still wait until it goes on.
    """
    session.execute(select(func.pg_advisory_xact_lock(COMPOSING, book.county.id)))
    guards.check_clock(session, book.county.id, now)
    _settle_moot(session, book.county.id, now)
    waiting = _waiting(session, book.county.id, kind)
    by_person = _addressed(session, book, waiting, now)
    parts = _parts(session, list(by_person), book.local_date(now))
    composed = [_message(book, person, parts[person], own, now=now, kind=kind) for person, own in by_person.items()]
    session.add_all(composed)
    session.flush()  # the notices need the messages' ids
    told = [
        {"id": notice, "settled_at": now, "message_id": message.id}
        for message in composed
        for notice in message.facts["notices"]
    ]
    if told:
        session.execute(update(Notice), told)
    return Composed(len(composed), len(told), len(waiting) - len(told))


def _settle_moot(session: Session, county_id: int, now: datetime) -> None:
    session.execute(
        update(Notice)
        .where(Notice.county_id == county_id, Notice.settled_at.is_(None))
        .where(Notice.duty_id == Duty.id, Duty.state.not_in(OWED))
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _waiting(session: Session, county_id: int, kind: MessageKind) -> Sequence[Waiting]:
    """Notices to tell, in the order they were recorded."""
    wanted = (
        select(Notice.id, Notice.post_id, Issue.severity)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .where(Notice.county_id == county_id, Notice.settled_at.is_(None), Duty.state == DutyState.OPEN)
        .order_by(Notice.id)
    )
    if kind is MessageKind.URGENT:
        wanted = wanted.where(Notice.immediate)
    return [Waiting(*row) for row in session.execute(wanted)]


def _addressed(session: Session, book: Rulebook, waiting: Sequence[Waiting], now: datetime) -> dict[int, list[Waiting]]:
    """The notices by who is told; one that nobody in the tree can be told is left out."""
    holders = people.holders(session, book.county.id, book.local_date(now)) if waiting else {}
    above = units.answering_above(session, {each.post_id for each in waiting})
    by_person: dict[int, list[Waiting]] = defaultdict(list)
    for each in waiting:
        answer = who_answers(each.post_id, above[each.post_id], holders)
        if answer:
            by_person[answer.person_id].append(each)
    return dict(sorted(by_person.items()))


def _parts(session: Session, person_ids: list[int], today: date) -> dict[int, int]:
    """The part number of each person's next message of a day, from 1."""
    rows = session.execute(
        select(Message.person_id, func.max(Message.part).label("last"))
        .where(Message.person_id.in_(person_ids), Message.on_date == today)
        .group_by(Message.person_id)
    )
    return dict.fromkeys(person_ids, 1) | {row.person_id: row.last + 1 for row in rows}


def _message(
    book: Rulebook, person_id: int, part: int, own: Sequence[Waiting], *, now: datetime, kind: MessageKind
) -> Message:
    """One person's message; an urgent issue passes the quiet hours."""
    passes = kind is MessageKind.URGENT and any(each.severity is Severity.URGENT for each in own)
    return Message(
        county_id=book.county.id,
        person_id=person_id,
        on_date=book.local_date(now),
        part=part,
        kind=kind,
        facts={"notices": [each.id for each in own]},
        composed_at=now,
        not_before=now if passes else not_before(now, book.county.quiet_hours, book.calendar.office.zone),
    )


def withhold(session: Session, county_id: int) -> None:
    """Mark what is composed and was not tried as never to be sent: in a replay nobody is told anything."""
    untried = update(Message).where(Message.county_id == county_id, Message.outcome.is_(None))
    session.execute(untried.values(outcome=DeliveryOutcome.WITHHELD).execution_options(synchronize_session=False))


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
