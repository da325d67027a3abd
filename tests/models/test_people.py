"""Who holds which post on which day."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.people import Appointment, appoint, leave
from models.errors import NotFound
from models.queries import people
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import HeldPost
from models.tables.people import Person, Posting
from models.vocabulary import Role
from tests.county import STAFF, START
from tests.models.ledger import everything, post_id, unit_id

APRIL = date(2026, 4, 1)


def holder(session: Session, book: Rulebook, unit: str, role: Role, on: date) -> str | None:
    held_by = people.holders(session, book.county.id, on).get(post_id(session, unit, role))
    return session.get_one(Person, held_by).code if held_by else None


def worker(session: Session, book: Rulebook, on: date) -> str | None:
    return holder(session, book, "east-1", Role.GRID_WORKER, on)


def successor(code: str = "W09", from_on: date = APRIL) -> Appointment:
    return Appointment("east-1", Role.GRID_WORKER, code, "郭靖", from_on)


def test_the_staff_of_the_county_hold_their_posts(session: Session, book: Rulebook) -> None:
    assert len(people.holders(session, book.county.id, date(2026, 3, 2))) == len(STAFF)
    assert worker(session, book, date(2026, 3, 2)) == "W01"
    assert people.holders(session, book.county.id, date(2024, 12, 31)) == {}


def test_appointments_already_entered_change_nothing(session: Session, book: Rulebook) -> None:
    before = everything(session)
    assert appoint(session, book.county.id, STAFF, now=START) == 0
    assert everything(session) == before


def test_a_successor_takes_the_post_on_the_day_and_not_before(session: Session, book: Rulebook) -> None:
    assert appoint(session, book.county.id, [successor()], now=START) == 1
    assert [worker(session, book, day) for day in (date(2026, 3, 31), APRIL)] == ["W01", "W09"]


def test_a_person_may_hold_several_posts(session: Session, book: Rulebook) -> None:
    appoint(session, book.county.id, [successor("S01")], now=START)
    secretary = people.person(session, book.county.id, "S01")
    assert people.held_posts(session, secretary.id, APRIL) == [
        HeldPost(post_id(session, "east", Role.FIRST_SECRETARY), Role.FIRST_SECRETARY, unit_id(session, "east")),
        HeldPost(post_id(session, "east-1", Role.GRID_WORKER), Role.GRID_WORKER, unit_id(session, "east-1")),
    ]
    assert len(people.held_posts(session, secretary.id, date(2026, 3, 31))) == 1


def test_who_leaves_holds_the_post_to_the_day_before(session: Session, book: Rulebook) -> None:
    leave(session, post_id(session, "east-1", Role.GRID_WORKER), APRIL, now=START)
    assert [worker(session, book, day) for day in (date(2026, 3, 31), APRIL)] == ["W01", None]


def test_who_left_may_come_back(session: Session, book: Rulebook) -> None:
    leave(session, post_id(session, "east-1", Role.GRID_WORKER), APRIL, now=START)
    assert appoint(session, book.county.id, [successor("W01", date(2026, 5, 1))], now=START) == 1
    days = (date(2026, 3, 31), APRIL, date(2026, 5, 1))
    assert [worker(session, book, day) for day in days] == ["W01", None, "W01"]


def test_a_name_is_corrected_and_the_person_stays(session: Session, book: Rulebook) -> None:
    before = people.person(session, book.county.id, "W01").id
    appoint(
        session, book.county.id, [Appointment("east-1", Role.GRID_WORKER, "W01", "李清", date(2025, 1, 1))], now=START
    )
    session.expire_all()
    person = people.person(session, book.county.id, "W01")
    assert (person.id, person.name) == (before, "李清")


@pytest.mark.parametrize("days", [(date(2026, 5, 1), APRIL), (APRIL, date(2026, 5, 1))])
def test_a_post_never_has_two_holders_on_a_day(session: Session, book: Rulebook, days: tuple[date, date]) -> None:
    for code, from_on in zip(("W08", "W09"), days, strict=True):
        appoint(session, book.county.id, [successor(code, from_on)], now=START)
    post = post_id(session, "east-1", Role.GRID_WORKER)
    rows = session.scalars(select(Posting).where(Posting.post_id == post)).all()
    for day in (date(2026, 3, 31), APRIL, date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 1)):
        held = [row for row in rows if row.from_on <= day and (row.until_on is None or row.until_on > day)]
        assert len(held) == 1, day


def test_a_post_already_to_be_left_may_be_taken_earlier(session: Session, book: Rulebook) -> None:
    leave(session, post_id(session, "east-1", Role.GRID_WORKER), date(2026, 5, 1), now=START)
    appoint(session, book.county.id, [successor()], now=START)
    assert [worker(session, book, day) for day in (date(2026, 3, 31), APRIL)] == ["W01", "W09"]
    post = post_id(session, "east-1", Role.GRID_WORKER)
    until = {row.until_on for row in session.scalars(select(Posting).where(Posting.post_id == post))}
    assert until == {APRIL, None}


def test_an_old_list_entered_again_brings_nobody_back(session: Session, book: Rulebook) -> None:
    appoint(session, book.county.id, [successor()], now=START)
    leave(session, post_id(session, "east-2", Role.GRID_WORKER), APRIL, now=START)
    before = everything(session)
    assert appoint(session, book.county.id, STAFF, now=START) == 0
    assert everything(session) == before


@pytest.mark.parametrize(
    ("unit", "role"), [("north-1", Role.GRID_WORKER), ("east", Role.GRID_WORKER), ("river", Role.CONTRACTED_CADRE)]
)
def test_an_unknown_unit_or_post_is_refused_and_nobody_is_entered(
    session: Session, book: Rulebook, unit: str, role: Role
) -> None:
    with pytest.raises(NotFound) as refusal, session.begin_nested():
        appoint(session, book.county.id, [successor(), Appointment(unit, role, "W10", "黄蓉", APRIL)], now=START)
    assert refusal.value.facts == {"why": "post", "unit": unit, "role": role}
    assert session.scalars(select(Person).where(Person.code.in_(["W09", "W10"]))).all() == []
    with pytest.raises(NotFound):
        people.person(session, book.county.id, "W09")
