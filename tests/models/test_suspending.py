"""A whole unit is suspended: its clocks stand still to the minute, people may work on, and all of it goes on by itself.

The issue is raised on Monday 2 March 2026 at 9:00 with three working days: due on Thursday the 5th at 9:00, yellow on
Wednesday the 4th at 10:45. The flood comes on Tuesday the 3rd at 10:00, when 13 office hours are left (2 + 3.5 on
Tuesday, 7 on Wednesday, half an hour on Thursday), and lasts until Friday the 6th at noon. 3.5 hours are worked that
Friday, 7 on Monday: what is left of the 13 is over on Tuesday the 10th at 11:00.
"""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import messages, night, suspending
from models.errors import InvalidInput, NotAbove, NotFound
from models.queries.rulebook import Rulebook
from models.queries.suspensions import current, suspended
from models.tables.people import Suspension
from models.tables.places import Unit
from models.vocabulary import Basis, DutyKind, DutyState, MessageKind, Severity
from tests.county import at, reported
from tests.models.absence_cases import away
from tests.models.cases import MONDAY, Case, refused
from tests.models.flood import AFTERWARDS, FLOOD, OVER, duty, fired, suspend
from tests.models.ledger import everything, unit_id
from tests.models.ledger import messages as written

ACT, SIGN, EVALUATE = DutyKind.ACT, DutyKind.SIGN, DutyKind.EVALUATE


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def test_clocks_stand_still_and_go_on_with_what_was_left(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    assert (case.work.state, case.work.held_at, case.work.next_step_at) == (DutyState.HELD, at(FLOOD), None)
    case.night("2026-03-07 02:30")
    work = case.work
    assert (work.state, work.due_at, work.basis, work.basis_at) == (
        DutyState.OPEN,
        at(AFTERWARDS),
        Basis.RESUMPTION,
        at(OVER),
    )
    assert work.next_step_at == work.steps_at[0] == at("2026-03-09 14:45")  # 7.75 h were left until it is yellow


def test_steps_due_meanwhile_do_not_fire_and_the_first_afterwards_is_the_one_that_stood(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.night("2026-03-05 02:30")  # yellow
    suspend(session, book, until="2026-03-13 08:30", now="2026-03-05 08:30")
    for day in (6, 7, 10, 12, 13):
        case.night(f"2026-03-{day:02} 02:30")
    assert fired(case) == [(1, at("2026-03-04 10:45"))]
    messages.compose(session, book, at("2026-03-13 07:45"), MessageKind.DIGEST)
    assert written(session) == []  # the reminder told nobody before the flood, and does not now
    case.night("2026-03-14 02:30")
    assert fired(case)[1:] == [(2, at("2026-03-13 09:00"))]  # half an hour was left


def test_what_was_breached_before_stays_breached(session: Session, book: Rulebook, case: Case) -> None:
    case.night("2026-03-06 02:30")
    suspend(session, book, until="2026-03-09 10:00", now="2026-03-06 08:30")
    case.night("2026-03-10 02:30")
    assert case.work.due_at == at("2026-03-05 09:00")
    assert fired(case)[2:] == [(3, at("2026-03-09 10:30"))]


def test_over_a_holiday_days_off_count_neither_before_nor_after(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, "2026-09-29 09:00"))
    case.assigned("2026-09-29 10:00").signed("2026-09-29 11:00")
    assert case.work.due_at == at("2026-10-09 09:00")
    suspend(session, book, now="2026-09-30 10:00", until="2026-10-08 09:00")
    case.night("2026-10-06 02:30").night("2026-10-09 02:30")
    # 13 h were left: 5.5 on the 30th, 7 on the 8th, half an hour on the 9th. 6.5 are worked on the 8th from 9:00.
    assert case.work.due_at == at("2026-10-09 17:00")


def test_it_ends_when_it_should_however_many_nights_are_missed(session: Session, book: Rulebook, case: Case) -> None:
    suspension = suspend(session, book)
    case.night("2026-03-12 02:30")
    assert case.work.due_at == at(AFTERWARDS)
    assert fired(case) == [
        (1, at("2026-03-09 14:45")),
        (2, at(AFTERWARDS)),
        (3, at("2026-03-11 11:00")),
    ]
    session.refresh(suspension)
    assert suspension.ended_at == at(OVER)
    before = everything(session, but=["night_log"])
    case.night("2026-03-12 02:40")
    assert everything(session, but=["night_log"]) == before


def test_the_watch_ends_it_at_once(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    community = case.issue.community_id
    assert night.due_at_once(session, [community], at("2026-03-06 11:59")) == set()
    assert night.due_at_once(session, [community], at(OVER)) == {community}
    night.watch(session, book, community, at("2026-03-06 12:10"))
    assert case.work.due_at == at(AFTERWARDS)
    assert night.due_at_once(session, [community], at("2026-03-06 12:20")) == set()


def test_an_urgent_clock_goes_on_by_the_hour(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY, severity=Severity.URGENT)).signed("2026-03-02 09:30")
    suspend(session, book, now="2026-03-02 11:00", until="2026-03-04 00:00")
    night.watch(session, book, case.issue.community_id, at("2026-03-03 10:00"))
    assert fired(case) == []
    case.night("2026-03-04 02:30")
    assert case.work.due_at == at("2026-03-04 22:00")  # 22 of 24 hours were left


def test_it_ends_earlier_by_order(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    assert suspending.resume(session, book, "东街", by="C01", now=at("2026-03-04 10:00")) == 1
    assert case.work.due_at == at("2026-03-06 09:00")  # 13 h from Wednesday 10:00
    case.night("2026-03-07 02:30")
    assert case.work.due_at == at("2026-03-06 09:00")
    assert session.scalars(select(Suspension.ended_at)).all() == [at("2026-03-04 10:00")]


def test_suspended_again_it_lasts_until_the_later_end(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    suspend(session, book, until="2026-03-09 08:30", now="2026-03-05 10:00")
    case.night("2026-03-07 02:30")
    assert case.work.state is DutyState.HELD
    case.night("2026-03-10 02:30")
    assert case.work.due_at == at("2026-03-10 16:30")  # 7 h on Monday, 6 on Tuesday


def test_a_second_flood_after_the_first_stops_the_clock_a_second_time(
    session: Session, book: Rulebook, case: Case
) -> None:
    suspend(session, book)
    suspend(session, book, now="2026-03-09 10:00", until="2026-03-11 08:30")  # no night in between
    case.night("2026-03-12 02:30")
    # 3.5 h on Friday and 1.5 on Monday are used; 8 h are left on Wednesday the 11th at 8:30.
    assert case.work.due_at == at("2026-03-12 09:30")


def test_only_what_lies_below_the_unit_stands_still(session: Session, book: Rulebook) -> None:
    west = Case(session, book, reported(session, book, MONDAY, grid="west-1"))
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    suspend(session, book, "east-1", by="S01")
    assert (case.work.state, west.work.state) == (DutyState.HELD, DutyState.OPEN)
    case.done("2026-03-03 11:00")
    assert duty(case, EVALUATE).state is DutyState.OPEN  # owed by the community


def test_each_community_goes_on_in_its_own_night(session: Session, book: Rulebook) -> None:
    east, west = (Case(session, book, reported(session, book, MONDAY, grid=grid)) for grid in ("east-1", "west-1"))
    suspend(session, book, "works", by="C01")
    assert {east.work.state, west.work.state} == {DutyState.HELD}
    for unit in ("river", "east", "west"):
        night.run(session, book, unit_id(session, unit), at("2026-03-10 02:30"))
    assert [east.work.due_at, west.work.due_at] == [at(AFTERWARDS)] * 2


@pytest.mark.parametrize(("unit", "by"), [("east-1", "S01"), ("east-1", "P01"), ("east", "P01"), ("works", "C01")])
def test_who_leads_a_tier_above_suspends(session: Session, book: Rulebook, unit: str, by: str) -> None:
    suspend(session, book, unit, by=by)
    place = session.get_one(Unit, unit_id(session, unit))
    assert [suspended(session, place.path, at(when)) for when in (FLOOD, "2026-03-06 11:59", OVER)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("unit", "by"), [("east-1", "W01"), ("east-1", "S02"), ("east", "S01"), ("river", "C01")])
def test_nobody_else_does(session: Session, book: Rulebook, case: Case, unit: str, by: str) -> None:
    with refused(session, NotAbove, why="unit", by=by):
        suspend(session, book, unit, by=by)
    with refused(session, NotAbove, why="unit", by=by):
        suspending.resume(session, book, unit, by=by, now=at(FLOOD))


def test_a_deputy_of_who_leads_suspends(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "S01", (date(2026, 3, 3), date(2026, 3, 5)), "K02", now=at("2026-03-02 18:00"))
    suspend(session, book, "east-1", by="K02")
    assert case.work.state is DutyState.HELD


def test_a_suspension_that_cannot_be_is_refused(session: Session, book: Rulebook, case: Case) -> None:
    with refused(session, InvalidInput, why="suspension_ends"):
        suspend(session, book, until=FLOOD)
    with refused(session, InvalidInput, why="cause"):
        suspending.suspend(session, book, "east", cause=" ", until=at(OVER), by="P01", now=at(FLOOD))
    with refused(session, InvalidInput, why="not_suspended"):
        suspending.resume(session, book, "east", by="P01", now=at(FLOOD))
    with refused(session, NotFound, why="unit"):
        suspend(session, book, "north")


def test_the_suspensions_in_force_say_who_ordered_them_and_why(session: Session, book: Rulebook) -> None:
    suspend(session, book)
    (found,) = current(session, book.county.id, at("2026-03-04 10:00"))
    assert (found.unit, found.cause, found.until_at, found.person) == ("东街", "洪水", at(OVER), "孙立")
    assert current(session, book.county.id, at(OVER)) == []
    west = session.get_one(Unit, unit_id(session, "west-1"))
    assert current(session, book.county.id, at("2026-03-04 10:00"), west.path) == []
