"""What another system says is closed: struck off in bulk without the steps between, and counted apart."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.closing import Closed, close_as_recorded
from models.actions.reporting import Report, report_all
from models.errors import ClockBehind, IllegalTransition, NotAllowed, OnHold
from models.queries import balance, ledger, why
from models.queries.rulebook import Rulebook
from models.rules.stock import Closing
from models.tables.issues import Issue
from models.tables.requests import Request
from models.vocabulary import Action, DutyKind, DutyState, Rating, RequestKind, Severity, Stage
from notifications.render import render
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Entry, everything, heard, history, owed, steps, still_owed
from tests.models.mutations import audited

CLOSED_THERE, NOW = "2026-03-04 16:00", "2026-03-05 09:00"


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def closed(case: Case, *closings: Closing, when: str = CLOSED_THERE, by: str = "P01", now: str = NOW) -> Closed:
    own = closings or (Closing(case.issue.number, at(when)),)
    return close_as_recorded(case.session, case.book, own, by=by, now=at(now))


def test_the_work_counts_as_done_then_and_nothing_is_owed_any_more(case: Case) -> None:
    assert closed(case) == Closed(closed=1)
    assert (case.issue.stage, case.issue.closed_at) == (Stage.CLOSED, at(CLOSED_THERE))
    assert (case.work.state, case.work.ended_at) == (DutyState.FULFILLED, at(CLOSED_THERE))
    assert still_owed(case.session, case.issue) == {}
    assert history(case.session, case.issue)[-1] == Entry(Action.CLOSE_AS_RECORDED, Stage.ACTING, Stage.CLOSED, "P01")


def test_nothing_escalates_afterwards(case: Case) -> None:
    closed(case)
    case.night("2026-03-06 02:30").night("2026-03-20 02:30")
    assert steps(case.session, case.issue, DutyKind.ACT) == []
    assert audited(case.session, case.book, "2026-03-20 03:00") == []


@pytest.mark.parametrize("stage", [Stage.RAISED, Stage.ACTING, Stage.EVALUATING])
def test_it_closes_at_whatever_stage(session: Session, book: Rulebook, stage: Stage) -> None:
    case = Case(session, book, reported(session, book, MONDAY))
    if stage is not Stage.RAISED:
        case.assigned().signed()
    if stage is Stage.EVALUATING:
        case.done().rated(Rating.SATISFIED)
    assert case.issue.stage is stage
    assert closed(case) == Closed(closed=1)
    assert {duty.state for duty in owed(session, case.issue)} <= {DutyState.FULFILLED, DutyState.CANCELLED}
    assert audited(session, book, NOW) == []


def test_again_it_changes_nothing(case: Case) -> None:
    closed(case)
    before = everything(case.session)
    assert closed(case, now="2026-03-06 09:00") == Closed(known=1)
    assert everything(case.session) == before


def test_what_cannot_be_is_told_by_its_place_and_the_rest_is_closed(case: Case) -> None:
    other = reported(case.session, case.book, "2026-03-03 09:00")
    done = closed(
        case,
        Closing("东街-2026-9999", at(CLOSED_THERE)),
        Closing(case.issue.id, at(CLOSED_THERE)),
        Closing(other.number, at("2026-03-03 08:59")),
        Closing(other.id, at("2026-03-06 09:00")),
        Closing(case.issue.number, at(CLOSED_THERE)),
    )
    assert done == Closed(closed=1, known=1, rejected={0: "unknown", 2: "out_of_order", 3: "later"})


def test_closed_in_the_moment_it_was_reported_it_comes_through(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY))
    assert closed(case, when=MONDAY) == Closed(closed=1)
    assert audited(session, book, NOW) == []


def test_only_somebody_above_may(case: Case) -> None:
    for nobody in ("W01", "S02"):
        with refused(case.session, NotAllowed):
            closed(case, by=nobody)


def test_on_hold_or_asked_for_it_closes_too(case: Case) -> None:
    case.held(date(2026, 3, 20))
    assert closed(case) == Closed(closed=1)
    assert (case.issue.held_until, case.work.held_at) == (None, None)
    other = Case(case.session, case.book, reported(case.session, case.book, "2026-03-05 10:00"))
    other.assigned("2026-03-05 11:00").signed("2026-03-05 12:00")
    other.asked(RequestKind.HOLD, date(2026, 3, 20), "2026-03-05 13:00")
    assert closed(other, when="2026-03-05 14:00", now="2026-03-05 15:00") == Closed(closed=1)
    asked = case.session.scalars(select(Request).where(Request.issue_id == other.issue.id)).one()
    assert (asked.decided_at, asked.approved) == (at("2026-03-05 15:00"), None)
    assert audited(case.session, case.book, "2026-03-05 16:00") == []


def test_taken_back_it_is_owed_as_before(case: Case) -> None:
    before = owed(case.session, case.issue)
    closed(case)
    case.voided("2026-03-05 10:00", by="P01")
    assert (case.issue.stage, case.issue.closed_at) == (Stage.ACTING, None)
    assert owed(case.session, case.issue) == before
    case.night("2026-03-06 02:30")
    assert [step for step, *_ in steps(case.session, case.issue, DutyKind.ACT)] == [1, 2]
    assert audited(case.session, case.book, "2026-03-06 03:00") == []


def test_reopened_it_has_a_new_clock(case: Case) -> None:
    closed(case)
    case.reopened("2026-03-06 10:00")
    assert (case.issue.stage, case.issue.reopenings, case.work.opened_at) == (Stage.ACTING, 1, at("2026-03-06 10:00"))
    assert audited(case.session, case.book, "2026-03-06 11:00") == []


def test_it_is_counted_apart_from_what_was_verified(case: Case) -> None:
    other = Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 11:00"))
    other.assigned("2026-03-02 12:00").signed("2026-03-02 13:00").done().rated(Rating.SATISFIED).closed()
    closed(case)
    happened = sum((each.happened for each in balance.tallies(case.session, case.book)), Counter[Action]())
    assert (happened[Action.CLOSE], happened[Action.CLOSE_AS_RECORDED]) == (1, 1)
    rows = [ledger.entry(case.session, case.book, each.issue.number, at(NOW)) for each in (case, other)]
    assert [row.closed_as for row in rows] == [Action.CLOSE_AS_RECORDED, Action.CLOSE]
    case.reopened("2026-03-06 10:00")
    assert ledger.entry(case.session, case.book, case.issue.number, at("2026-03-06 10:00")).closed_as is None
    then = ledger.entry(case.session, case.book, case.issue.number, at(NOW), as_known=True)
    assert then.closed_as is Action.CLOSE_AS_RECORDED


def test_why_says_that_nobody_here_has_verified_it(case: Case) -> None:
    closed(case)
    said = render("why", "zh_CN", why.explain(case.session, case.book, case.issue.number, at(NOW)).facts())
    assert "来源记录 3月4日 周三 16:00 已办结，由 孙立 录入，按来源记录销号，没有在这里核实。" in said
    assert "核实销号。" not in said


def test_many_at_once_are_closed_each_by_the_nearest_post(session: Session, book: Rulebook) -> None:
    grids: Sequence[str | None] = ("east-1", "west-1", None) * 4
    happened = at(MONDAY)
    told = [Report(grid, "lighting", Severity.MAJOR, "灯", happened, by="W01") for grid in grids]
    issues = report_all(session, book, told, now=happened)
    done = close_as_recorded(
        session, book, [Closing(issue.id, at(CLOSED_THERE)) for issue in issues], by="C01", now=at(NOW)
    )
    assert done == Closed(closed=len(issues))
    assert {issue.stage for issue in session.scalars(select(Issue))} == {Stage.CLOSED}
    assert [each.post for issue in issues for each in heard(session, issue)] == ["river"] * 4  # as they were reported
    assert audited(session, book, NOW) == []


def test_it_is_not_written_before_what_is_known_already(case: Case) -> None:
    with refused(case.session, ClockBehind):
        closed(case, when=MONDAY, now="2026-03-02 10:59")


def test_nobody_else_says_that_something_is_closed(case: Case) -> None:
    with refused(case.session, IllegalTransition):
        case.closed(NOW)
    case.held(date(2026, 3, 20))
    with refused(case.session, OnHold):
        case.done(NOW)
