"""Holds and suspensions one after the other, with no night in between: what runs between them has run.

The issue is raised on Monday 2 March 2026 at 9:00 with three working days: due on Thursday the 5th at 9:00. On Tuesday
at 10:00 thirteen office hours of them are left.
"""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.actions import side_exits
from models.queries.rulebook import Rulebook
from models.vocabulary import DutyState, RequestKind
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.flood import suspend

TUESDAY, NOON = "2026-03-03 10:00", "2026-03-03 12:00"


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def test_a_hold_allowed_after_a_flood_begins_when_it_is_allowed(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book, until=NOON, now=TUESDAY)
    case.asked(RequestKind.HOLD, date(2026, 3, 5), "2026-03-03 10:30").approved("2026-03-03 15:30")
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at("2026-03-03 15:30"))
    case.night("2026-03-05 02:30")
    # From 14:00 to 15:30 the clock ran: 11.5 hours are left on Thursday morning, 7 of Thursday and 4.5 of Friday.
    assert case.work.due_at == at("2026-03-06 15:00")


def test_what_is_given_away_after_a_flood_has_gone_on_since_its_end(
    session: Session, book: Rulebook, case: Case
) -> None:
    suspend(session, book, "east-1", until=NOON, now=TUESDAY)
    number, now = case.issue.number, at("2026-03-03 15:30")
    side_exits.transfer(session, book, number, to="west-1", reason="地在西街", by="P01", now=now)
    # Two office hours later than Thursday 9:00.
    assert (case.work.state, case.work.due_at) == (DutyState.OPEN, at("2026-03-05 11:00"))


@pytest.mark.parametrize("until", ["2026-03-05 12:00", "2026-03-06 12:00"])
def test_a_flood_after_a_hold_that_no_night_has_ended_stops_what_has_gone_on(
    session: Session, book: Rulebook, case: Case, until: str
) -> None:
    case.held(date(2026, 3, 5), "2026-03-03 09:30", TUESDAY)
    suspend(session, book, until=until, now="2026-03-05 10:00")
    case.night("2026-03-06 02:30").night("2026-03-07 02:30")
    # On Thursday the clock runs from 8:30 to 10:00, then the flood lasts two hours, or until Friday at noon; 11.5 hours
    # are left: 3.5 of Thursday, 7 of Friday and one of Monday, or 3.5 of Friday, 7 of Monday and one of Tuesday.
    due = {"2026-03-05 12:00": "2026-03-09 09:30", "2026-03-06 12:00": "2026-03-10 09:30"}
    assert case.work.due_at == at(due[until])


def test_floods_that_overlap_count_as_one_though_the_first_is_over(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.held(date(2026, 3, 5), "2026-03-03 09:30", TUESDAY)
    suspend(session, book, until="2026-03-05 15:00", now="2026-03-05 10:00")
    suspend(session, book, until="2026-03-06 12:00", now="2026-03-05 14:00")
    case.night("2026-03-06 02:30")
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at("2026-03-05 10:00"))
