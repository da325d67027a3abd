"""The life of an issue: each action by a named person, with its history, duties and notices; refusals leave no row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.actions.reporting import Report, report
from models.errors import ClockBehind, GateClosed, IllegalTransition, InvalidInput, NotAllowed, NotFound, WanggeError
from models.queries.rulebook import Rulebook
from models.tables.issues import Issue
from models.vocabulary import Action, DutyKind, DutyState, Rating, Severity, Stage, StepAction
from tests.county import at, reported
from tests.models.ledger import Entry, Heard, everything, heard, history, owed, steps, still_owed, unit_id

MONDAY = "2026-03-02 09:00"


class Case:
    """An issue on its way: what was done to it so far, each at a later time."""

    def __init__(self, session: Session, book: Rulebook, issue: Issue) -> None:
        self.session, self.book, self.issue = session, book, issue

    def assigned(self, when: str = "2026-03-02 10:00", community: str = "east") -> "Case":
        night.run(self.session, self.book, unit_id(self.session, community), at(when))
        return self

    def signed(self, when: str = "2026-03-02 11:00", by: str = "W01") -> "Case":
        casework.sign(self.session, self.book, self.issue.number, by=by, now=at(when))
        return self

    def done(self, when: str = "2026-03-03 10:00", by: str = "W01", evidence: str = "photo-17") -> "Case":
        casework.done(self.session, self.book, self.issue.number, evidence=evidence, by=by, now=at(when))
        return self

    def rated(self, rating: Rating, when: str = "2026-03-04 10:00", by: str = "S01") -> "Case":
        casework.evaluate(self.session, self.book, self.issue.number, rating=rating, by=by, now=at(when))
        return self

    def closed(self, when: str = "2026-03-04 16:00", by: str = "S01") -> "Case":
        casework.close(self.session, self.book, self.issue.number, by=by, now=at(when))
        return self

    def reopened(self, when: str = "2026-03-09 10:00", by: str = "S01") -> "Case":
        casework.reopen(self.session, self.book, self.issue.number, reason="又灭了", by=by, now=at(when))
        return self


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An ordinary issue on east-1, raised on a Monday morning, not yet assigned."""
    return Case(session, book, reported(session, book, MONDAY))


@pytest.fixture
def unowned(session: Session, book: Rulebook) -> Case:
    """An issue that lies on no grid."""
    return Case(session, book, reported(session, book, MONDAY, grid=None))


@contextmanager
def refused(session: Session, error: type[WanggeError], **facts: object) -> Iterator[None]:
    """Whatever happens inside is refused with these facts and leaves every table as it was."""
    before = everything(session)
    with pytest.raises(error) as refusal:
        yield
    assert {name: refusal.value.facts.get(name) for name in facts} == facts
    assert everything(session) == before


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


def test_work_sent_back_needs_new_evidence_and_a_new_answer(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.DISSATISFIED).done("2026-03-05 10:00", evidence="photo-18")
    assert (case.issue.rating, case.issue.evidence) == (None, "photo-18")
    with refused(case.session, GateClosed, why="rating"):
        case.closed("2026-03-05 11:00")


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


def test_reopened_work_goes_through_the_whole_gate_again(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).closed().reopened()
    case.done("2026-03-10 10:00", evidence="photo-18")
    with refused(case.session, GateClosed, why="rating"):
        case.closed("2026-03-10 11:00")
    case.rated(Rating.SATISFIED, "2026-03-10 12:00").closed("2026-03-10 16:00")
    assert case.issue.stage is Stage.CLOSED


def test_handler_cannot_strike_off_their_own_work(case: Case) -> None:
    case.assigned().signed().done(by="S01").rated(Rating.SATISFIED)
    with refused(case.session, GateClosed, why="same_person"):
        case.closed(by="S01")
    case.closed(by="P01")
    assert history(case.session, case.issue)[-1].by == "P01"


def test_strike_off_waits_for_the_residents_answer(case: Case) -> None:
    case.assigned().signed().done()
    with refused(case.session, GateClosed, why="rating"):
        case.closed()


@pytest.mark.parametrize("evidence", ["", "  "])
def test_done_without_evidence_is_refused(case: Case, evidence: str) -> None:
    case.assigned().signed()
    with refused(case.session, GateClosed, why="evidence"):
        case.done(evidence=evidence)


def test_a_step_too_far_is_refused_and_says_what_is_allowed(case: Case) -> None:
    with refused(case.session, IllegalTransition, stage=Stage.RAISED, allowed=(Action.ASSIGN, Action.SIGN)):
        case.done()


@pytest.mark.parametrize("by", ["W02", "K02", "W03", "S02"])
def test_people_of_another_place_are_refused(case: Case, by: str) -> None:
    case.assigned()
    with refused(case.session, NotAllowed, action=Action.SIGN):
        case.signed(by=by)


def test_a_grid_worker_cannot_strike_off(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED)
    with refused(case.session, NotAllowed, action=Action.CLOSE):
        case.closed(by="K01")


def test_upper_tiers_may_strike_off_what_lies_below_them(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.SATISFIED).closed(by="C01")
    assert case.issue.stage is Stage.CLOSED


def test_the_secretary_may_do_what_the_grid_may(case: Case) -> None:
    case.assigned().signed(by="S01").done(by="S01")
    assert case.issue.stage is Stage.EVALUATING


def test_unknown_people_and_issues_are_not_found(case: Case) -> None:
    with refused(case.session, NotFound, why="person", code="X99"):
        case.signed(by="X99")
    with refused(case.session, NotFound, why="issue"):
        casework.sign(case.session, case.book, "东街-2026-9999", by="W01", now=at("2026-03-02 11:00"))


@pytest.mark.parametrize(
    "action",
    [lambda c: c.signed("2026-03-02 09:00"), lambda c: reported(c.session, c.book, "2026-03-02 09:00")],
    ids=["sign", "report"],
)
def test_nothing_is_written_before_what_is_recorded(case: Case, action: Callable[[Case], object]) -> None:
    case.assigned()
    with refused(case.session, ClockBehind, last=at("2026-03-02 10:00")):
        action(case)


def test_an_urgent_issue_is_assigned_at_once(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-07 22:00", severity=Severity.URGENT)
    duties = still_owed(session, issue)
    assert {kind: duty.post for kind, duty in duties.items()} == {DutyKind.ACT: "east-1", DutyKind.SIGN: "east-1"}
    assert duties[DutyKind.SIGN].due_at == at("2026-03-08 00:00")
    assert duties[DutyKind.ACT].due_at == at("2026-03-08 22:00")
    assert heard(session, issue) == [Heard(DutyKind.SIGN, 0, "east-1", None)]


def test_an_issue_on_no_grid_is_nobodys_until_it_is_put_on_one(unowned: Case) -> None:
    unowned.assigned("2026-03-02 09:30", "east").assigned("2026-03-02 09:30", "river")
    assert unowned.issue.number == "河县-2026-0001"
    assert {kind: duty.post for kind, duty in still_owed(unowned.session, unowned.issue).items()} == {
        DutyKind.ACT: None,
        DutyKind.DISPATCH: "river",
    }
    assert heard(unowned.session, unowned.issue) == [Heard(DutyKind.DISPATCH, 0, "river", None)]
    with refused(unowned.session, NotAllowed):
        unowned.signed("2026-03-02 10:00")


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


def test_an_issue_is_put_on_a_grid_and_nothing_else(unowned: Case) -> None:
    with refused(unowned.session, InvalidInput, why="no_grid"):
        casework.assign(
            unowned.session, unowned.book, unowned.issue.number, grid="west", by="C01", now=at("2026-03-02 10:00")
        )
    with refused(unowned.session, NotFound, why="unit"):
        casework.assign(
            unowned.session, unowned.book, unowned.issue.number, grid="north-1", by="C01", now=at("2026-03-02 10:00")
        )


def test_a_grid_worker_cannot_put_issues_on_grids(unowned: Case) -> None:
    with refused(unowned.session, NotAllowed, action=Action.ASSIGN):
        casework.assign(
            unowned.session, unowned.book, unowned.issue.number, grid="east-1", by="W01", now=at("2026-03-02 10:00")
        )


def test_an_issue_that_is_a_grids_is_not_put_on_another(case: Case) -> None:
    case.assigned()
    with refused(case.session, InvalidInput, why="already_assigned"):
        casework.assign(case.session, case.book, case.issue.number, grid="east-2", by="S01", now=at("2026-03-02 10:30"))
