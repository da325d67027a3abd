"""From notices to messages: one a person, nothing twice, nothing that is moot, nothing in quiet hours."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import casework, messages, night
from models.actions.messages import Composed
from models.actions.people import Appointment, appoint, leave
from models.errors import ClockBehind
from models.queries.rulebook import Rulebook
from models.tables.notices import Delivery, Message, Notice
from models.tables.people import Posting
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind, Role, Severity
from tests.county import at, reported
from tests.models.ledger import Written, count, everything, post_id, unit_id
from tests.models.ledger import messages as written

DIGEST, URGENT = MessageKind.DIGEST, MessageKind.URGENT
MORNING, OPENING = at("2026-03-03 07:45"), at("2026-03-03 08:00")


def nights(session: Session, book: Rulebook, now: datetime) -> None:
    for key in ("east", "west", "river"):
        night.run(session, book, unit_id(session, key), now)


@pytest.fixture
def assigned(session: Session, book: Rulebook) -> list[str]:
    """The numbers of two issues of east-1, one of east-2 and one of west-1, assigned in the night to Tuesday."""
    grids = ("east-1", "east-1", "east-2", "west-1")
    numbers = [reported(session, book, "2026-03-02 20:00", grid=grid).number for grid in grids]
    nights(session, book, at("2026-03-03 02:30"))
    return numbers


def test_one_message_a_person_a_morning(session: Session, book: Rulebook, assigned: list[str]) -> None:
    assert messages.compose(session, book, MORNING, DIGEST) == Composed(messages=3, notices=4, untold=0)
    assert written(session) == [
        Written("W01", 1, OPENING, 2),
        Written("W02", 1, OPENING, 1),
        Written("W03", 1, OPENING, 1),
    ]


def test_a_person_of_two_posts_gets_one_message(session: Session, book: Rulebook, assigned: list[str]) -> None:
    both = Appointment("east-2", Role.GRID_WORKER, "W01", "李青", date(2026, 3, 3))
    appoint(session, book.county.id, [both], now=at("2026-03-03 07:00"))
    messages.compose(session, book, MORNING, DIGEST)
    assert written(session) == [Written("W01", 1, OPENING, 4), Written("W03", 1, OPENING, 1)]  # the work, too


def test_nothing_is_told_twice(session: Session, book: Rulebook, assigned: list[str]) -> None:
    messages.compose(session, book, MORNING, DIGEST)
    before = everything(session)
    assert messages.compose(session, book, MORNING, DIGEST) == Composed(0, 0, 0)
    assert messages.compose(session, book, MORNING, URGENT) == Composed(0, 0, 0)
    assert everything(session) == before
    assert session.scalars(select(Notice.id).where(Notice.message_id.is_(None))).all() == []


def test_what_comes_later_that_day_is_a_second_part(session: Session, book: Rulebook, assigned: list[str]) -> None:
    messages.compose(session, book, MORNING, DIGEST)
    reported(session, book, "2026-03-03 09:00", severity=Severity.URGENT)
    messages.compose(session, book, at("2026-03-03 09:10"), DIGEST)
    assert written(session)[-1] == Written("W01", 2, at("2026-03-03 09:10"), 1)


def test_what_ended_first_is_settled_without_a_word(session: Session, book: Rulebook, assigned: list[str]) -> None:
    for number, by in zip(assigned[:3], ("W01", "K01", "W02"), strict=True):
        casework.sign(session, book, number, by=by, now=at("2026-03-03 07:00"))
    assert messages.compose(session, book, MORNING, DIGEST) == Composed(messages=1, notices=1, untold=0)
    assert [message.to for message in written(session)] == ["W03"]
    session.expire_all()
    moot = session.scalars(select(Notice).where(Notice.message_id.is_(None))).all()
    assert [notice.settled_at for notice in moot] == [MORNING] * 3


def test_quiet_hours_hold_a_message(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 21:00", severity=Severity.URGENT)
    messages.compose(session, book, at("2026-03-02 22:00"), DIGEST)
    assert written(session) == [Written("W01", 1, at("2026-03-03 08:00"), 1)]
    assert messages.to_send(session, book.county.id, at("2026-03-03 07:59")) == []
    assert len(messages.to_send(session, book.county.id, at("2026-03-03 08:00"))) == 1


def test_urgent_passes_quiet_hours(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 21:00", severity=Severity.URGENT)
    messages.compose(session, book, at("2026-03-02 22:00"), URGENT)
    assert written(session) == [Written("W01", 1, at("2026-03-02 22:00"), 1)]


def test_signing_is_minded_at_once_but_waits_out_quiet_hours(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 15:00")
    night.run(session, book, unit_id(session, "east"), at("2026-03-02 15:00"))
    night.watch(session, book, unit_id(session, "east"), at("2026-03-02 22:00"))
    assert messages.compose(session, book, at("2026-03-02 22:00"), URGENT) == Composed(2, 2, 0)
    assert set(written(session)) == {Written(code, 1, at("2026-03-03 08:00"), 1) for code in ("W01", "S01")}


def test_what_can_wait_is_left_to_the_morning(session: Session, book: Rulebook, assigned: list[str]) -> None:
    assert messages.compose(session, book, at("2026-03-03 03:00"), URGENT) == Composed(0, 0, 0)
    assert messages.compose(session, book, MORNING, DIGEST).notices == 4


def test_whoever_holds_the_post_that_morning_is_told(session: Session, book: Rulebook, assigned: list[str]) -> None:
    successor = Appointment("west-1", Role.GRID_WORKER, "W09", "郭靖", date(2026, 3, 3))
    appoint(session, book.county.id, [successor], now=at("2026-03-03 07:00"))
    messages.compose(session, book, MORNING, DIGEST)
    assert {message.to for message in written(session)} == {"W01", "W02", "W09"}


def test_for_a_vacant_post_the_tier_above_is_told(session: Session, book: Rulebook, assigned: list[str]) -> None:
    worker = post_id(session, "west-1", Role.GRID_WORKER)
    leave(session, worker, date(2026, 3, 3), now=at("2026-03-03 07:00"), to_the_tier_above=True)
    messages.compose(session, book, MORNING, DIGEST)
    assert {message.to for message in written(session)} == {"W01", "W02", "S02"}


def test_with_nobody_to_tell_a_notice_stays_and_is_counted(
    session: Session, book: Rulebook, assigned: list[str]
) -> None:
    session.execute(update(Posting).values(until_on=date(2026, 3, 3)))
    assert messages.compose(session, book, MORNING, DIGEST) == Composed(messages=0, notices=0, untold=4)
    successor = Appointment("river", Role.COUNTY_COMMANDER, "C02", "何清", date(2026, 3, 4))
    appoint(session, book.county.id, [successor], now=at("2026-03-03 18:00"))
    assert messages.compose(session, book, at("2026-03-04 07:45"), DIGEST) == Composed(1, 4, 0)


def test_messages_are_not_composed_before_what_is_recorded(
    session: Session, book: Rulebook, assigned: list[str]
) -> None:
    with pytest.raises(ClockBehind):
        messages.compose(session, book, at("2026-03-03 01:00"), DIGEST)


def test_each_try_to_send_is_written_down_and_only_a_failed_one_is_tried_again(
    session: Session, book: Rulebook, assigned: list[str]
) -> None:
    messages.compose(session, book, MORNING, DIGEST)
    sent, waiting, failed = messages.to_send(session, book.county.id, OPENING)
    outcomes = {sent: DeliveryOutcome.SENT, waiting: DeliveryOutcome.RETRY, failed: DeliveryOutcome.FAILED}
    for message_id, outcome in outcomes.items():
        messages.record_delivery(session, message_id, ChannelKind.FOLDER, outcome, detail=None, now=OPENING)
    assert messages.to_send(session, book.county.id, at("2026-03-03 08:10")) == [waiting]
    messages.record_delivery(
        session, waiting, ChannelKind.FOLDER, DeliveryOutcome.SENT, detail=None, now=at("2026-03-03 08:10")
    )
    assert messages.to_send(session, book.county.id, at("2026-03-03 08:20")) == []
    assert count(session, Delivery) == 4
    assert count(session, Message) == 3
