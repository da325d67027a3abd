"""What people do while a unit is suspended, and what is on hold besides. The flood is that of test_suspending.py."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.actions import casework, night, side_exits
from models.actions.reporting import Report, report
from models.queries.rulebook import Rulebook
from models.vocabulary import DutyKind, DutyState, Severity
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.flood import AFTERWARDS, FLOOD, OVER, duty, fired, suspend
from tests.models.ledger import owed

ACT, SIGN, EVALUATE = DutyKind.ACT, DutyKind.SIGN, DutyKind.EVALUATE


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def test_what_is_opened_meanwhile_stands_still_from_its_opening(session: Session, book: Rulebook) -> None:
    suspend(session, book)
    case = Case(session, book, reported(session, book, "2026-03-04 10:00"))
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at("2026-03-04 10:00"))
    case.night("2026-03-07 02:30")
    assert case.work.due_at == at("2026-03-11 12:00")  # 21 h: 3.5 on Friday, 7 on Monday and Tuesday, 3.5 on Wednesday


def test_a_report_from_before_the_flood_has_used_what_it_had_used_by_then(session: Session, book: Rulebook) -> None:
    suspend(session, book)
    late = Report("east-1", "lighting", Severity.ORDINARY, "灯", at("2026-03-03 09:00"), by="W01")
    case = Case(session, book, report(session, book, late, now=at("2026-03-03 15:00")))
    assert case.work.held_at == at(FLOOD)


def test_people_work_on_meanwhile(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    suspend(session, book)
    case.signed("2026-03-03 11:00").done("2026-03-04 10:00")
    ended = {each.kind: each.state for each in owed(session, case.issue)}
    assert ended == {ACT: DutyState.FULFILLED, SIGN: DutyState.FULFILLED, EVALUATE: DutyState.HELD}
    assert duty(case, EVALUATE).held_at == at("2026-03-04 10:00")


def test_an_urgent_report_meanwhile_waits_for_its_signature(session: Session, book: Rulebook) -> None:
    suspend(session, book)
    case = Case(session, book, reported(session, book, "2026-03-04 10:00", severity=Severity.URGENT))
    assert {each.kind: each.state for each in owed(session, case.issue)} == {ACT: DutyState.HELD, SIGN: DutyState.HELD}
    night.watch(session, book, case.issue.community_id, at("2026-03-05 10:00"))
    assert (fired(case), fired(case, SIGN)) == ([], [])


def test_what_comes_into_a_suspended_unit_stands_still_from_then_on(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY, grid=None))
    suspend(session, book)
    assert case.work.state is DutyState.OPEN
    casework.assign(session, book, case.issue.number, grid="east-1", by="C01", now=at("2026-03-04 09:00"))
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at("2026-03-04 09:00"))


def test_what_is_given_to_another_unit_goes_on_there(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    side_exits.transfer(
        session, book, case.issue.number, to="west-1", reason="洪水", by="P01", now=at("2026-03-04 10:00")
    )
    assert (case.work.state, case.work.due_at) == (DutyState.OPEN, at("2026-03-06 09:00"))


def test_what_a_hold_stops_too_waits_for_the_end_of_the_hold(session: Session, book: Rulebook, case: Case) -> None:
    case.held(date(2026, 3, 10), "2026-03-02 16:00", "2026-03-03 09:00")
    suspend(session, book)
    case.night("2026-03-07 02:30")
    assert case.work.state is DutyState.HELD
    case.night("2026-03-11 02:30")
    # 14 h were left at 9:00 of the 3rd: 7 on Tuesday the 10th, 7 on Wednesday.
    assert (case.work.due_at, case.work.basis_at) == (at("2026-03-11 17:30"), at("2026-03-10 00:00"))


@pytest.mark.parametrize("nights", [["2026-03-05 02:30", "2026-03-07 02:30"], ["2026-03-09 02:30"]])
def test_a_hold_that_ends_during_the_flood_waits_for_its_end(
    session: Session, book: Rulebook, case: Case, nights: list[str]
) -> None:
    case.held(date(2026, 3, 5), "2026-03-02 16:00", "2026-03-03 09:00")
    suspend(session, book)
    for when in nights:
        case.night(when)
    # 14 h were left: 3.5 on Friday the 6th after noon, 7 on Monday, 3.5 on Tuesday.
    assert (case.work.due_at, case.work.basis_at) == (at("2026-03-10 12:00"), at(OVER))


def test_a_hold_ended_by_hand_during_the_flood_waits_for_its_end(session: Session, book: Rulebook, case: Case) -> None:
    case.held(date(2026, 3, 12), "2026-03-02 16:00", "2026-03-03 09:00")
    suspend(session, book)
    case.resumed("2026-03-04 10:00")
    assert case.work.state is DutyState.HELD
    case.night("2026-03-07 02:30")
    assert case.work.due_at == at("2026-03-10 12:00")


def test_what_is_owed_again_because_an_event_is_taken_back_stands_still_too(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.done("2026-03-03 09:00")
    suspend(session, book)
    case.voided("2026-03-04 10:00").night("2026-03-05 02:30")
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at(FLOOD))
    case.night("2026-03-07 02:30")
    assert case.work.due_at == at(AFTERWARDS)


def test_what_is_owed_again_goes_on_since_the_suspension_ended(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    case.done("2026-03-04 10:00").night("2026-03-07 02:30")
    case.voided("2026-03-09 09:00")
    assert (case.work.state, case.work.due_at) == (DutyState.OPEN, at(AFTERWARDS))


def test_what_is_owed_again_stands_still_while_the_unit_is_suspended(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.done("2026-03-02 15:00")
    suspend(session, book)
    case.voided("2026-03-04 10:00")
    assert (case.work.state, case.work.held_at) == (DutyState.HELD, at(FLOOD))


@pytest.mark.parametrize(("done", "due"), [("2026-03-05 15:00", "2026-03-09 12:00"), ("2026-03-09 08:45", AFTERWARDS)])
def test_what_is_done_while_its_clock_stands_still_is_done_in_time(
    session: Session, book: Rulebook, case: Case, done: str, due: str
) -> None:
    """13 hours are left when it is done, be it in the flood or afterwards, before a night has let the clock go on."""
    suspend(session, book)
    case.done(done)
    assert (case.work.state, case.work.ended_at, case.work.due_at) == (DutyState.FULFILLED, at(done), at(due))


def test_a_paper_from_before_the_flood_ends_what_was_due_then(session: Session, book: Rulebook, case: Case) -> None:
    suspend(session, book)
    when, now = at("2026-03-03 09:00"), at("2026-03-05 15:00")
    casework.done(session, book, case.issue.number, evidence="照片", by="W01", now=now, happened_at=when)
    assert (case.work.ended_at, case.work.due_at) == (when, at("2026-03-05 09:00"))
