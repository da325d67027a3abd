"""Holds and extensions: asked for with a reason, decided one tier up with a personal code, clocks to the minute.

The issue is raised on Monday 2 March 2026 at 9:00 with three working days: due on Thursday the 5th at 9:00, yellow at
75 % on Wednesday the 4th at 10:45 (15.75 of 21 office hours).
"""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import holding, night
from models.errors import GateClosed, InvalidInput, NotAllowed, OnHold, WrongCode
from models.queries.rulebook import Rulebook
from models.rules.worktime import Allowance
from models.tables.duties import Duty
from models.tables.requests import Request
from models.vocabulary import Action, Basis, DutyKind, DutyState, Rating, RequestKind, Severity, Stage, TimeUnit
from tests.county import SECRET, at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Entry, Heard, heard, history, steps, still_owed

MARCH_16 = date(2026, 3, 16)


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def test_asking_for_a_hold_changes_no_clock_and_owes_a_decision_one_tier_up(case: Case) -> None:
    before = case.work.due_at
    case.asked(RequestKind.HOLD, MARCH_16)
    assert history(case.session, case.issue)[-1] == Entry(Action.ASK, Stage.ACTING, Stage.ACTING, "W01")
    assert still_owed(case.session, case.issue)[DutyKind.APPROVE].post == "east"
    assert heard(case.session, case.issue)[-1] == Heard(DutyKind.APPROVE, 0, "east", None)
    assert (case.work.due_at, case.work.state) == (before, DutyState.OPEN)


def test_a_hold_stops_every_clock_of_the_issue_from_its_approval_on(case: Case) -> None:
    case.held(MARCH_16)
    assert case.issue.held_until == MARCH_16
    assert (case.work.state, case.work.held_at, case.work.next_step_at) == (
        DutyState.HELD,
        at("2026-03-03 10:00"),
        None,
    )
    case.night("2026-03-06 02:30").night("2026-03-13 02:30")
    assert steps(case.session, case.issue, DutyKind.ACT) == []


def test_after_the_hold_the_office_time_that_was_left_is_left_still(case: Case) -> None:
    case.held(MARCH_16).night("2026-03-16 02:30")
    work = case.work
    assert (work.state, work.held_at, case.issue.held_until) == (DutyState.OPEN, None, None)
    # 7.75 h to the yellow light, 13 h to the due time, 20 h to the first secretary: counted on from Monday morning.
    assert [*work.steps_at[:3]] == [at("2026-03-17 09:15"), at("2026-03-17 16:30"), at("2026-03-18 16:30")]
    assert (work.due_at, work.basis, work.basis_at) == (
        at("2026-03-17 16:30"),
        Basis.RESUMPTION,
        at("2026-03-16 00:00"),
    )
    assert history(case.session, case.issue)[-1] == Entry(Action.RESUME, Stage.ACTING, Stage.ACTING, None)


def test_a_hold_ends_at_its_midnight_however_many_nights_are_missed(case: Case) -> None:
    case.held(MARCH_16).night("2026-03-19 02:30")
    assert case.work.due_at == at("2026-03-17 16:30")
    fired = [(step, happened) for step, happened, _ in steps(case.session, case.issue, DutyKind.ACT)]
    assert fired == [(1, at("2026-03-17 09:15")), (2, at("2026-03-17 16:30")), (3, at("2026-03-18 16:30"))]


def test_what_was_breached_before_the_hold_stays_breached(case: Case) -> None:
    case.night("2026-03-06 02:30")  # yellow and red
    case.held(MARCH_16, "2026-03-06 08:00", "2026-03-06 08:30").night("2026-03-16 02:30")
    work = case.work
    assert (work.due_at, work.step) == (at("2026-03-05 09:00"), 2)
    # Half an hour was left until the first secretary's step at 9:00.
    assert work.next_step_at == work.steps_at[2] == at("2026-03-16 09:00")


def test_going_on_earlier_by_hand_counts_from_that_moment(case: Case) -> None:
    case.held(MARCH_16).resumed("2026-03-09 10:00")
    # 13 h from Monday 10:00: 5.5 on Monday, 7 on Tuesday, half an hour on Wednesday.
    assert case.work.due_at == at("2026-03-11 09:00")
    case.night("2026-03-16 02:30")
    assert case.work.due_at == at("2026-03-11 09:00")


def test_an_urgent_clock_goes_on_by_the_hour(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY, severity=Severity.URGENT)).signed("2026-03-02 09:30")
    case.held(date(2026, 3, 4), "2026-03-02 10:00", "2026-03-02 11:00").night("2026-03-04 02:30")
    assert case.work.due_at == at("2026-03-04 22:00")  # 22 of 24 hours were left


def test_on_hold_nothing_is_done_but_going_on_withdrawing_and_taking_back(case: Case) -> None:
    case.held(MARCH_16)
    with refused(case.session, OnHold, allowed=(Action.RESUME, Action.WITHDRAW, Action.VOID)):
        case.done("2026-03-04 10:00")
    with refused(case.session, OnHold):
        case.asked(RequestKind.EXTENSION, date(2026, 3, 12), "2026-03-04 10:00")


def test_a_refusal_leaves_everything_as_it_was(case: Case) -> None:
    case.asked(RequestKind.HOLD, MARCH_16)
    holding.refuse(
        case.session, case.book, case.issue.number, reason="不必等", secret=SECRET, by="S01", now=at("2026-03-03 10:00")
    )
    assert set(still_owed(case.session, case.issue)) == {DutyKind.ACT}
    assert (case.work.state, case.issue.held_until) == (DutyState.OPEN, None)
    request = case.session.scalars(select(Request)).one()
    assert (request.approved, request.decided_at) == (False, at("2026-03-03 10:00"))


@pytest.mark.parametrize("by", ["W01", "W02", "S02", "K01"])
def test_nobody_decides_below_the_tier_above_or_elsewhere(case: Case, by: str) -> None:
    case.asked(RequestKind.HOLD, MARCH_16)
    with refused(case.session, NotAllowed):
        case.approved(by=by)


@pytest.mark.parametrize("by", ["S01", "P01", "C01"])
def test_the_tier_above_and_all_above_it_may_decide(case: Case, by: str) -> None:
    assert case.asked(RequestKind.HOLD, MARCH_16).approved(by=by).issue.held_until == MARCH_16


def test_nobody_approves_with_another_code_or_what_they_asked_for_themselves(case: Case) -> None:
    case.asked(RequestKind.HOLD, MARCH_16, by="S01")
    with refused(case.session, WrongCode, why="other"):
        case.approved(by="P01", secret="135791")
    with refused(case.session, GateClosed, why="asked_themselves"):
        case.approved(by="S01")


def test_work_the_secretary_took_on_is_decided_by_the_committee(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed(by="S01")
    case.asked(RequestKind.HOLD, MARCH_16, by="W01")
    assert still_owed(session, case.issue)[DutyKind.APPROVE].post == "works"
    with refused(session, NotAllowed):
        case.approved(by="S01")
    assert case.approved(by="P01").issue.held_until == MARCH_16


def test_one_thing_is_asked_for_at_a_time(case: Case) -> None:
    case.asked(RequestKind.HOLD, MARCH_16)
    with refused(case.session, GateClosed, why="asked_already"):
        case.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-03 09:30")


@pytest.mark.parametrize("until", [date(2026, 3, 3), date(2026, 3, 1), date(2026, 4, 16)])
def test_a_hold_ends_later_than_today_and_within_the_longest(case: Case, until: date) -> None:
    """Thirty working days from Tuesday 3 March: Qingming (6 April) is off, so the last is Wednesday 15 April."""
    assert case.book.bounds.longest_hold == Allowance(Fraction(30), TimeUnit.WORKING_DAYS)
    with refused(case.session, InvalidInput, why="until", latest=date(2026, 4, 15)):
        case.asked(RequestKind.HOLD, until)


def test_a_request_that_comes_to_nothing_lapses(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).done("2026-03-03 11:00")
    with refused(case.session, GateClosed, why="nothing_asked"):
        case.approved("2026-03-03 12:00")
    assert case.session.scalars(select(Request.approved)).one() is None


def test_an_extension_moves_the_due_time_to_the_same_hour_of_a_later_day(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).approved()
    work = case.work
    assert (work.due_at, work.basis) == (at("2026-03-10 09:00"), Basis.EXTENSION)
    # 75 % of 42 office hours from Monday 9:00: 31.5 h, Friday 14:30; then one working day after the new due time.
    assert [*work.steps_at[:3]] == [at("2026-03-06 14:30"), at("2026-03-10 09:00"), at("2026-03-11 09:00")]
    assert work.next_step_at == work.steps_at[0]


def test_steps_that_have_fired_keep_their_instants_and_are_not_given_again(case: Case) -> None:
    case.night("2026-03-05 02:30")
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-05 08:35").approved("2026-03-05 10:00")
    work = case.work
    assert (work.step, work.steps_at[0], work.next_step_at) == (1, at("2026-03-04 10:45"), at("2026-03-10 09:00"))
    case.night("2026-03-06 02:30")
    assert [step for step, *_ in steps(case.session, case.issue, DutyKind.ACT)] == [1]


def test_an_extension_is_asked_for_before_the_due_time(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-05 08:59")  # in time, if only just
    late = Case(case.session, case.book, reported(case.session, case.book, "2026-03-05 08:59")).signed(
        "2026-03-05 09:05"
    )
    with refused(case.session, GateClosed, why="past_due"):
        late.asked(RequestKind.EXTENSION, date(2026, 3, 20), "2026-03-10 08:59")


@pytest.mark.parametrize("until", [date(2026, 3, 5), date(2026, 3, 24)])
def test_an_extension_goes_beyond_the_due_day_and_not_beyond_the_longest(case: Case, until: date) -> None:
    """Fifteen working days from Monday 2 March end on Monday the 23rd."""
    with refused(case.session, InvalidInput, why="until", after=date(2026, 3, 5), latest=date(2026, 3, 23)):
        case.asked(RequestKind.EXTENSION, until)


def test_work_is_extended_once_and_again_when_it_comes_back(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).approved()
    with refused(case.session, GateClosed, why="extended_enough"):
        case.asked(RequestKind.EXTENSION, date(2026, 3, 12), "2026-03-04 09:00")
    case.done("2026-03-05 10:00").rated(Rating.DISSATISFIED, "2026-03-06 10:00")
    case.asked(RequestKind.EXTENSION, date(2026, 3, 13), "2026-03-09 09:00").approved("2026-03-09 10:00")
    assert case.work.due_at == at("2026-03-13 10:00")


def test_a_request_about_work_that_is_asked_in_time_may_be_approved_late(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).night("2026-03-06 02:30").approved("2026-03-06 09:00")
    assert (case.work.due_at, case.work.step) == (at("2026-03-10 09:00"), 2)


def test_a_hold_at_evaluation_stops_the_question_to_the_resident(case: Case) -> None:
    case.done("2026-03-03 10:00").asked(RequestKind.HOLD, MARCH_16, "2026-03-03 11:00", by="S01")
    case.approved("2026-03-03 12:00", by="P01")
    asking = case.session.scalars(select(Duty).where(Duty.kind == DutyKind.EVALUATE)).one()
    assert asking.state is DutyState.HELD
    with refused(case.session, OnHold):
        case.rated(Rating.SATISFIED, "2026-03-04 10:00")


def test_the_watch_lets_an_urgent_hold_end_within_ten_minutes(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY, severity=Severity.URGENT)).signed("2026-03-02 09:30")
    case.held(date(2026, 3, 4), "2026-03-02 10:00", "2026-03-02 11:00")
    community = case.issue.community_id
    before, after = at("2026-03-03 23:59"), at("2026-03-04 00:03")
    assert night.due_at_once(session, [community], before) == set()
    assert night.due_at_once(session, [community], after) == {community}
    assert night.watch(session, book, community, after).resumed == 1
    assert case.work.state is DutyState.OPEN
