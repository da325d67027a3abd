"""The life of an issue: each action by a named person, with its history, the duties it ends and opens, its notices."""

import pytest
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.actions.reporting import Report, report
from models.queries.rulebook import Rulebook
from models.vocabulary import Action, DutyKind, DutyState, Rating, Severity, Stage, StepAction
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.ledger import Entry, Heard, heard, history, owed, steps, still_owed, unit_id


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An ordinary issue on east-1, raised on a Monday morning, not yet assigned."""
    return Case(session, book, reported(session, book, MONDAY))


@pytest.fixture
def unowned(session: Session, book: Rulebook) -> Case:
    """An issue that lies on no grid."""
    return Case(session, book, reported(session, book, MONDAY, grid=None))


def test_a_report_is_recorded_with_a_number_and_the_work_owed_from_when_it_was_raised(case: Case) -> None:
    issue = case.issue
    assert (issue.number, issue.stage, issue.severity) == ("东街-2026-0001", Stage.RAISED, Severity.ORDINARY)
    assert history(case.session, issue) == [Entry(Action.REPORT, None, Stage.RAISED, "W01")]
    (act,) = owed(case.session, issue)
    assert (act.kind, act.state, act.post) == (DutyKind.ACT, DutyState.OPEN, None)
    assert (act.opened_at, act.due_at) == (at(MONDAY), at("2026-03-05 09:00"))
    assert heard(case.session, issue) == []


def test_the_clock_counts_from_when_it_was_raised_not_from_when_it_was_recorded(
    session: Session, book: Rulebook
) -> None:
    what = Report("east-1", "lighting", Severity.ORDINARY, "灯", at("2026-02-26 15:00"), by="W01")
    issue = report(session, book, what, now=at(MONDAY))
    (act,) = owed(session, issue)
    assert (act.opened_at, act.due_at) == (at("2026-02-26 15:00"), at("2026-03-02 15:00"))  # Saturday is worked


def test_the_night_gives_an_issue_to_its_grid_which_owes_a_signature(case: Case) -> None:
    case.assigned()
    assert history(case.session, case.issue)[1:] == [Entry(Action.ASSIGN, Stage.RAISED, Stage.RAISED, None)]
    duties = still_owed(case.session, case.issue)
    assert {kind: duty.post for kind, duty in duties.items()} == {DutyKind.ACT: "east-1", DutyKind.SIGN: "east-1"}
    assert duties[DutyKind.ACT].due_at == at("2026-03-05 09:00")
    assert duties[DutyKind.SIGN].due_at == at("2026-03-02 12:00")
    assert heard(case.session, case.issue) == [Heard(DutyKind.SIGN, 0, "east-1", None)]


def test_signing_moves_it_to_acting(case: Case) -> None:
    case.assigned().signed()
    assert case.issue.stage is Stage.ACTING
    assert history(case.session, case.issue)[-1] == Entry(Action.SIGN, Stage.RAISED, Stage.ACTING, "W01")
    assert set(still_owed(case.session, case.issue)) == {DutyKind.ACT}


def test_signing_what_waits_for_the_night_assigns_it(case: Case) -> None:
    case.signed("2026-03-02 09:30")
    assert [entry.action for entry in history(case.session, case.issue)] == [Action.REPORT, Action.ASSIGN, Action.SIGN]
    assert history(case.session, case.issue)[1].by == "W01"
    assert {kind: duty.post for kind, duty in still_owed(case.session, case.issue).items()} == {DutyKind.ACT: "east-1"}
    assert night.run(case.session, case.book, case.issue.community_id, at("2026-03-02 10:00")).assigned == 0


def test_who_signs_takes_the_duty_and_work_sent_back_comes_to_them(case: Case) -> None:
    case.assigned().signed(by="S01")
    assert {kind: duty.post for kind, duty in still_owed(case.session, case.issue).items()} == {DutyKind.ACT: "east"}
    case.done(by="S01").rated(Rating.DISSATISFIED)
    assert {kind: duty.post for kind, duty in still_owed(case.session, case.issue).items()} == {DutyKind.ACT: "east"}


def test_progress_is_a_line_of_history_and_nothing_else(case: Case) -> None:
    case.assigned().signed()
    before = owed(case.session, case.issue)
    casework.act(case.session, case.book, case.issue.number, note="已报电力公司", by="K01", now=at("2026-03-02 15:00"))
    assert history(case.session, case.issue)[-1] == Entry(Action.ACT, Stage.ACTING, Stage.ACTING, "K01")
    assert (case.issue.stage, owed(case.session, case.issue)) == (Stage.ACTING, before)


def test_done_asks_the_community_for_the_residents_answer(case: Case) -> None:
    case.assigned().signed().done()
    assert case.issue.stage is Stage.EVALUATING
    assert history(case.session, case.issue)[-1] == Entry(Action.DONE, Stage.ACTING, Stage.EVALUATING, "W01")
    (evaluate,) = still_owed(case.session, case.issue).values()
    assert (evaluate.kind, evaluate.post, evaluate.due_at) == (DutyKind.EVALUATE, "east", at("2026-03-04 10:00"))
    assert heard(case.session, case.issue)[-1] == Heard(DutyKind.EVALUATE, 0, "east", None)
    act = next(duty for duty in owed(case.session, case.issue) if duty.kind is DutyKind.ACT)
    assert (act.state, act.ended_at) == (DutyState.FULFILLED, at("2026-03-03 10:00"))


@pytest.mark.parametrize("rating", [Rating.SATISFIED, Rating.FAIRLY_SATISFIED, Rating.UNREACHABLE])
def test_an_answer_other_than_dissatisfied_leads_to_the_strike_off(case: Case, rating: Rating) -> None:
    case.assigned().signed().done().rated(rating)
    assert (case.issue.stage, case.issue.rating) == (Stage.EVALUATING, rating)
    (close,) = still_owed(case.session, case.issue).values()
    assert (close.kind, close.post, close.due_at) == (DutyKind.CLOSE, "east", at("2026-03-09 10:00"))


def test_dissatisfied_resident_sends_the_work_back(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.DISSATISFIED)
    assert case.issue.stage is Stage.ACTING
    assert history(case.session, case.issue)[-1] == Entry(Action.EVALUATE, Stage.EVALUATING, Stage.ACTING, "S01")
    (act,) = still_owed(case.session, case.issue).values()
    assert (act.kind, act.post) == (DutyKind.ACT, "east-1")
    assert (act.opened_at, act.due_at) == (at("2026-03-04 10:00"), at("2026-03-09 10:00"))
    assert heard(case.session, case.issue)[-1] == Heard(DutyKind.ACT, 0, "east-1", None)


def test_a_second_answer_of_the_resident_counts_and_the_strike_off_is_owed_once(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.UNREACHABLE).rated(Rating.SATISFIED, "2026-03-05 10:00")
    assert case.issue.rating is Rating.SATISFIED
    assert set(still_owed(case.session, case.issue)) == {DutyKind.CLOSE}


def test_a_second_answer_does_not_give_the_strike_off_more_time(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.UNREACHABLE).rated(Rating.SATISFIED, "2026-03-05 10:00")
    (close,) = still_owed(case.session, case.issue).values()
    assert close.due_at == at("2026-03-09 10:00")
    assert [duty.kind for duty in owed(case.session, case.issue)].count(DutyKind.CLOSE) == 1


def test_a_resident_may_become_dissatisfied_before_the_strike_off(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).rated(Rating.DISSATISFIED, "2026-03-05 10:00")
    assert case.issue.stage is Stage.ACTING
    assert set(still_owed(case.session, case.issue)) == {DutyKind.ACT}


def test_strike_off_ends_everything_owed(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).closed()
    assert (case.issue.stage, case.issue.closed_at) == (Stage.CLOSED, at("2026-03-04 16:00"))
    assert history(case.session, case.issue) == [
        Entry(Action.REPORT, None, Stage.RAISED, "W01"),
        Entry(Action.ASSIGN, Stage.RAISED, Stage.RAISED, None),
        Entry(Action.SIGN, Stage.RAISED, Stage.ACTING, "W01"),
        Entry(Action.DONE, Stage.ACTING, Stage.EVALUATING, "W01"),
        Entry(Action.EVALUATE, Stage.EVALUATING, Stage.EVALUATING, "S01"),
        Entry(Action.CLOSE, Stage.EVALUATING, Stage.CLOSED, "S01"),
    ]
    assert still_owed(case.session, case.issue) == {}


def test_reopened_issue_gets_a_new_clock_and_its_first_closure_counts_as_failed(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).closed().reopened()
    issue = case.issue
    assert (issue.stage, issue.reopenings) == (Stage.ACTING, 1)
    assert (issue.closed_at, issue.rating, issue.evidence, issue.handler_id) == (None, None, None, None)
    (act,) = still_owed(case.session, issue).values()
    assert (act.kind, act.post, act.step) == (DutyKind.ACT, "east-1", 0)
    assert (act.opened_at, act.due_at) == (at("2026-03-09 10:00"), at("2026-03-12 10:00"))
    assert heard(case.session, issue)[-1] == Heard(DutyKind.ACT, 0, "east-1", None)


def test_steps_of_reopened_work_fire_again(case: Case) -> None:
    case.assigned().signed().done("2026-03-06 10:00").rated(Rating.SATISFIED, "2026-03-06 11:00")
    case.closed("2026-03-06 16:00").reopened()
    night.run(case.session, case.book, case.issue.community_id, at("2026-03-13 02:30"))
    fired = [step for step, _, _ in steps(case.session, case.issue, DutyKind.ACT)]
    assert fired == [1, 2]


def test_upper_tiers_may_strike_off_what_lies_below_them(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).closed(by="C01")
    assert case.issue.stage is Stage.CLOSED


def test_the_secretary_may_do_what_the_grid_may(case: Case) -> None:
    case.assigned().signed(by="S01").done(by="S01")
    assert case.issue.stage is Stage.EVALUATING


def test_an_urgent_issue_is_assigned_at_once(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-07 22:00", severity=Severity.URGENT)
    duties = still_owed(session, issue)
    assert {kind: duty.post for kind, duty in duties.items()} == {DutyKind.ACT: "east-1", DutyKind.SIGN: "east-1"}
    assert duties[DutyKind.SIGN].due_at == at("2026-03-08 00:00")
    assert duties[DutyKind.ACT].due_at == at("2026-03-08 22:00")
    assert heard(session, issue) == [Heard(DutyKind.SIGN, 0, "east-1", None)]


def test_putting_an_issue_on_a_grid_makes_it_the_grids(unowned: Case) -> None:
    issue = casework.assign(
        unowned.session, unowned.book, unowned.issue.number, grid="west-1", by="C01", now=at("2026-03-02 10:00")
    )
    assert (issue.unit_id, issue.community_id) == (
        unit_id(unowned.session, "west-1"),
        unit_id(unowned.session, "west"),
    )
    assert {kind: duty.post for kind, duty in still_owed(unowned.session, issue).items()} == {
        DutyKind.ACT: "west-1",
        DutyKind.SIGN: "west-1",
    }
    assert still_owed(unowned.session, issue)[DutyKind.ACT].due_at == at("2026-03-05 09:00")
    assert history(unowned.session, issue)[-1] == Entry(Action.ASSIGN, Stage.RAISED, Stage.RAISED, "C01")
    unowned.signed("2026-03-02 11:00", by="W03")
    assert issue.stage is Stage.ACTING


def test_what_was_put_on_a_grid_climbs_with_its_community(unowned: Case) -> None:
    casework.assign(
        unowned.session, unowned.book, unowned.issue.number, grid="west-1", by="C01", now=at("2026-03-02 10:00")
    )
    unowned.signed("2026-03-02 11:00", by="W03").assigned("2026-03-05 10:00", "west")
    assert [step for step, _, _ in steps(unowned.session, unowned.issue, DutyKind.ACT)] == [1, 2]
    assert heard(unowned.session, unowned.issue)[-2:] == [
        Heard(DutyKind.ACT, 2, "west-1", StepAction.REMIND),
        Heard(DutyKind.ACT, 2, "west", StepAction.TELL),
    ]
