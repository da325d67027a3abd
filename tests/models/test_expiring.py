from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import auditing, side_exits
from models.actions.expiring import Expired, expire
from models.actions.households import register_households
from models.actions.reporters import remember_reporters
from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.households import Reporter
from models.settings import settings
from models.tables.issues import Issue
from models.tables.residents import RaisedBy, Resident, RoomEvent
from models.vocabulary import RoomAction
from tests.county import at, reported
from tests.residents import FIRST, KEY, ROOM, SECOND


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WANGGE_ROOM_KEY", KEY)
    settings.cache_clear()
    yield
    settings.cache_clear()


def ended(session: Session, book: Rulebook, when: str) -> Issue:
    issue = reported(session, book, when)
    remember_reporters(session, book.county, {issue.id: Reporter("孙梅", "13700137003")}, now=at(when))
    side_exits.withdraw(session, book, issue.number, reason="不办了", by="W01", now=at(when))
    return issue


def test_who_raised_what_is_kept_as_long_as_the_policy_says_from_the_day_it_ended(
    session: Session, book: Rulebook
) -> None:
    first, second = ended(session, book, "2026-03-02 23:30"), ended(session, book, "2026-03-03 00:30")
    going_on = reported(session, book, "2026-03-03 09:00")
    remember_reporters(session, book.county, {going_on.id: Reporter("孙梅")}, now=at("2026-03-03 09:00"))
    assert book.bounds.reporters_kept == 365
    assert expire(session, book, at("2027-03-02 23:59")) == Expired()
    tonight = at("2027-03-03 02:30")
    assert expire(session, book, tonight) == Expired(issues=1)
    assert expire(session, book, tonight) == Expired()
    session.expire_all()
    kept = {each.issue_id: each.name_sealed is not None for each in session.scalars(select(RaisedBy))}
    assert kept == {first.id: False, second.id: True, going_on.id: True}
    (told,) = session.scalars(select(RoomEvent))
    assert (told.action, told.issue_id, told.person_id, told.recorded_at) == (
        RoomAction.EXPIRE,
        first.id,
        None,
        tonight,
    )


def test_who_moved_out_is_kept_as_long_as_the_policy_says(session: Session, book: Rulebook) -> None:
    moved = replace(FIRST, moved_out_on=date(2026, 3, 2))
    register_households(session, book.county, [moved, SECOND], now=at("2026-03-02 09:00"), keys=ROOM)
    emptied = replace(SECOND, persons=())
    register_households(session, book.county, [emptied], now=at("2026-03-02 10:00"), keys=ROOM)
    assert book.bounds.moved_out_kept == 730
    assert expire(session, book, at("2028-03-01 02:30")) == Expired()
    assert expire(session, book, at("2028-03-02 02:30")) == Expired(residents=3)
    session.expire_all()
    assert {each.name_sealed for each in session.scalars(select(Resident))} == {None}


def test_what_the_policy_does_not_speak_of_is_kept(session: Session, book: Rulebook) -> None:
    ended(session, book, "2026-03-02 09:00")
    silent = replace(book, bounds=replace(book.bounds, reporters_kept=None, moved_out_kept=None))
    assert expire(session, silent, at("2036-03-03 02:30")) == Expired()


def test_the_auditor_finds_nothing_after_what_was_kept_long_enough_is_forgotten(
    session: Session, book: Rulebook
) -> None:
    ended(session, book, "2026-03-02 09:00")
    tonight = at("2027-03-04 02:30")
    assert expire(session, book, tonight) == Expired(issues=1)
    assert (
        sum(
            auditing.audit(session, book, each.id, tonight).findings
            for each in units.communities(session, book.county.id)
        )
        == 0
    )
