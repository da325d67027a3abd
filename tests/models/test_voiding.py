"""A mistake is corrected by a new event: the issue and its duties stand as before it, clocks included."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import calendars, calling, casework, side_exits, voiding
from models.errors import GateClosed, InvalidInput, NotAllowed
from models.queries.rulebook import Rulebook, rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.notices import Notice
from models.vocabulary import Action, Basis, DutyKind, DutyState, Rating, RequestKind, Stage
from tests.county import COUNTY, at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import history, owed, steps, still_owed


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00, the secretary's on Friday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def standing(case: Case) -> dict[str, object]:
    """How the issue and its duties stand, but for when they last changed and duties that ended."""
    case.session.expire_all()
    said = {c.name: getattr(case.issue, c.name) for c in case.issue.__table__.columns if c.name != "changed_at"}
    wanted = select(Duty).where(Duty.issue_id == case.issue.id, Duty.state.in_((DutyState.OPEN, DutyState.HELD)))
    duties = [
        {c.name: getattr(duty, c.name) for c in Duty.__table__.columns if c.name != "changed_at"}
        for duty in case.session.scalars(wanted.order_by(Duty.id))
    ]
    return {"issue": said, "duties": duties}


def test_done_by_mistake_is_owed_again_with_its_old_clock(case: Case) -> None:
    before = standing(case)
    case.done("2026-03-03 10:00").voided("2026-03-03 11:00")
    assert standing(case) == before
    assert [entry.action for entry in history(case.session, case.issue)][-2:] == [Action.DONE, Action.VOID]
    assert {duty.kind: duty.state for duty in owed(case.session, case.issue)}[DutyKind.EVALUATE] is DutyState.CANCELLED


def test_the_event_says_which_one_it_takes_back(case: Case) -> None:
    case.done("2026-03-03 10:00").voided("2026-03-03 11:00")
    done, void = case.session.scalars(
        select(Event).where(Event.issue_id == case.issue.id, Event.person_id.is_not(None)).order_by(Event.id)
    ).all()[-2:]
    assert (void.action, void.voids_id, void.reason) == (Action.VOID, done.id, "记错了")
    assert (void.stage_from, void.stage_to) == (Stage.EVALUATING, Stage.ACTING)


def test_steps_that_the_mistake_kept_from_firing_fire_the_next_night(case: Case) -> None:
    case.done("2026-03-03 10:00").night("2026-03-06 02:30")
    assert steps(case.session, case.issue, DutyKind.ACT) == []
    case.voided("2026-03-06 10:00").night("2026-03-07 02:30")
    fired = [(step, happened) for step, happened, _ in steps(case.session, case.issue, DutyKind.ACT)]
    assert fired == [(1, at("2026-03-04 10:45")), (2, at("2026-03-05 09:00")), (3, at("2026-03-06 09:00"))]


def test_steps_that_fired_have_fired(case: Case) -> None:
    case.night("2026-03-06 02:30").done("2026-03-06 10:00").voided("2026-03-06 11:00")
    assert (case.work.step, case.work.next_step_at) == (2, at("2026-03-06 09:00"))


def test_whoever_owes_it_again_hears_so(case: Case) -> None:
    case.done("2026-03-03 10:00").voided("2026-03-03 11:00")
    told = case.session.execute(
        select(Notice.step, Notice.arming, Notice.recorded_at).where(Notice.duty_id == case.work.id)
    ).all()
    assert [tuple(row) for row in told] == [(0, 0, at("2026-03-03 11:00"))]


def test_one_after_the_other_back_to_the_report_which_stays(case: Case) -> None:
    case.done("2026-03-03 10:00")
    case.voided("2026-03-03 11:00").voided("2026-03-03 11:01")
    assert (case.issue.stage, set(still_owed(case.session, case.issue))) == (
        Stage.RAISED,
        {DutyKind.ACT, DutyKind.SIGN},
    )
    with refused(case.session, GateClosed, why="nothing_to_void"):
        case.voided("2026-03-03 11:02")


def test_an_issue_struck_off_by_mistake_waits_for_it_again(case: Case) -> None:
    case.done("2026-03-03 10:00").rated(Rating.SATISFIED)
    before = standing(case)
    case.closed().voided("2026-03-05 09:00")
    assert standing(case) == before
    assert case.issue.closed_at is None


def test_a_reopening_by_mistake_leaves_the_closure_as_it_was(case: Case) -> None:
    case.done("2026-03-03 10:00").rated(Rating.SATISFIED).closed()
    before = standing(case)
    case.reopened().voided("2026-03-09 11:00")
    assert standing(case) == before
    assert (case.issue.stage, case.issue.reopenings) == (Stage.CLOSED, 0)


@pytest.mark.parametrize("exit_", ["reject", "withdraw", "merge", "transfer", "call_up"])
def test_every_side_exit_can_be_taken_back(session: Session, book: Rulebook, exit_: str) -> None:
    other = reported(session, book, MONDAY)
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    if exit_ == "call_up":
        case.signed()
    before, number, when = standing(case), case.issue.number, at("2026-03-03 10:00")
    match exit_:
        case "reject":
            side_exits.reject(session, book, number, reason="x", by="S01", now=when)
        case "withdraw":
            side_exits.withdraw(session, book, number, reason="x", by="W01", now=when)
        case "merge":
            side_exits.merge(session, book, number, into=other.number, reason="x", by="S01", now=when)
        case "transfer":
            side_exits.transfer(session, book, number, to="west-1", reason="x", by="P01", now=when)
        case _:
            calling.call_up(session, book, number, unit="works", reason="x", by="W01", now=when)
    assert standing(case) != before
    case.voided("2026-03-03 11:00", by="P01")
    assert standing(case) == before


def test_a_hold_taken_back_never_stopped_the_clock_and_is_asked_for_still(case: Case) -> None:
    case.asked(RequestKind.HOLD, date(2026, 3, 16))
    before = standing(case)
    case.approved().voided("2026-03-04 10:00")
    assert standing(case) == before
    assert case.approved("2026-03-04 11:00").issue.held_until == date(2026, 3, 16)


def test_a_request_taken_back_is_not_decided(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).voided("2026-03-03 09:30")
    with refused(case.session, GateClosed, why="nothing_asked"):
        case.approved()
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-03 09:40").approved()
    assert case.work.due_at == at("2026-03-10 09:00")


def test_an_extension_taken_back_leaves_the_old_due_time_and_does_not_count(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).approved().voided("2026-03-03 11:00")
    assert (case.work.due_at, case.work.basis) == (at("2026-03-05 09:00"), Basis.POLICY)
    case.approved("2026-03-03 12:00")
    assert case.work.due_at == at("2026-03-10 09:00")


def test_going_on_by_mistake_is_held_again_since_when_it_was(case: Case) -> None:
    case.held(date(2026, 3, 16))
    before = standing(case)
    case.resumed("2026-03-09 10:00").voided("2026-03-09 11:00")
    assert standing(case) == before
    case.night("2026-03-16 02:30")
    assert case.work.due_at == at("2026-03-17 16:30")


def test_ratings_and_publications_are_taken_back_like_all_else(case: Case) -> None:
    case.done("2026-03-03 10:00")
    before = standing(case)
    case.rated(Rating.DISSATISFIED).voided("2026-03-04 11:00")
    assert standing(case) == before
    casework.publish(case.session, case.book, case.issue.number, where="x", by="S01", now=at("2026-03-04 12:00"))
    case.voided("2026-03-04 12:30")
    assert standing(case) == before


def test_taking_back_wants_a_reason_and_somebody_of_the_community_or_above(case: Case) -> None:
    with refused(case.session, InvalidInput, why="reason"):
        voiding.void(case.session, case.book, case.issue.number, reason=" ", by="S01", now=at("2026-03-03 10:00"))
    with refused(case.session, NotAllowed, action=Action.VOID):
        case.voided("2026-03-03 10:00", by="W01")


@pytest.mark.parametrize("mistake", ["done", "signed"])
def test_what_is_owed_again_is_owed_by_the_calendar_as_corrected_meanwhile(case: Case, mistake: str) -> None:
    """With Wednesday off it is due on Friday 9:00; yellow after 15.75 hours: 6.5 Monday, 7 Tuesday, 2.25 Thursday."""
    if mistake == "done":
        case.done("2026-03-03 10:00")
    calendars.import_days(case.session, COUNTY, {date(2026, 3, 4): False}, now=at("2026-03-03 11:00"))
    case.book = rulebook(case.session, COUNTY)
    case.voided("2026-03-03 12:00")
    assert case.work.due_at == at("2026-03-06 09:00")
    assert case.work.next_step_at == case.work.steps_at[0] == at("2026-03-05 10:45")
