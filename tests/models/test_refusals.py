"""What is refused, to whom, and that it leaves no row behind."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.actions import casework
from models.errors import ClockBehind, GateClosed, IllegalTransition, InvalidInput, NotAllowed, NotFound
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import allowed_actions
from models.vocabulary import Action, DutyKind, Rating, Stage
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Heard, heard, history, still_owed


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An ordinary issue on east-1, raised on a Monday morning, not yet assigned."""
    return Case(session, book, reported(session, book, MONDAY))


@pytest.fixture
def unowned(session: Session, book: Rulebook) -> Case:
    """An issue that lies on no grid."""
    return Case(session, book, reported(session, book, MONDAY, grid=None))


def test_work_sent_back_needs_new_evidence_and_a_new_answer(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.DISSATISFIED).done("2026-03-05 10:00", evidence="photo-18")
    assert (case.issue.rating, case.issue.evidence) == (None, "photo-18")
    with refused(case.session, GateClosed, why="rating"):
        case.closed("2026-03-05 11:00")


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
    with refused(case.session, IllegalTransition, stage=Stage.RAISED, allowed=allowed_actions(Stage.RAISED)):
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


def test_unknown_people_and_issues_are_not_found(case: Case) -> None:
    with refused(case.session, NotFound, why="person", code="X99"):
        case.signed(by="X99")
    with refused(case.session, NotFound, why="issue"):
        casework.sign(case.session, case.book, "东街-2026-9999", by="W01", now=at("2026-03-02 11:00"))


@pytest.mark.parametrize(
    "action",
    [lambda c: c.signed("2026-03-02 09:59"), lambda c: reported(c.session, c.book, "2026-03-02 08:59")],
    ids=["sign", "report"],
)
def test_nothing_is_written_before_what_is_recorded(case: Case, action: Callable[[Case], object]) -> None:
    case.assigned()
    with refused(case.session, ClockBehind, last=at("2026-03-02 10:00")):
        action(case)


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


def test_an_issues_history_never_runs_backwards(case: Case) -> None:
    case.assigned()
    case.signed("2026-03-02 10:30")
    with refused(case.session, ClockBehind, last=at("2026-03-02 10:30")):
        case.done("2026-03-02 10:29")
