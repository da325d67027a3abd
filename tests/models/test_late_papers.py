"""Papers that come late: what was done counts from when it was done, by who held the post then."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework
from models.actions.people import Appointment, appoint
from models.errors import InvalidInput, NotAllowed
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.vocabulary import Action, DutyKind, DutyState, Rating, Role, Stage
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import steps


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def done(case: Case, happened: str, recorded: str, by: str = "W01") -> Case:
    casework.done(
        *(case.session, case.book, case.issue.number),
        evidence="photo",
        by=by,
        happened_at=at(happened),
        now=at(recorded),
    )
    return case


def test_work_counts_from_when_it_was_done_and_what_follows_from_when_that_is_known(case: Case) -> None:
    case.night("2026-03-06 02:30")
    done(case, "2026-03-04 16:00", "2026-03-06 09:00")
    assert (case.work.state, case.work.ended_at) == (DutyState.FULFILLED, at("2026-03-04 16:00"))
    asking = case.session.scalars(
        select(Duty).where(Duty.issue_id == case.issue.id, Duty.kind == DutyKind.EVALUATE)
    ).one()
    assert asking.opened_at == at("2026-03-06 09:00")
    assert [step for step, *_ in steps(case.session, case.issue, DutyKind.ACT)] == [1, 2]  # what was told was told


def test_nothing_happened_later_than_it_is_recorded_or_before_what_came_last(case: Case) -> None:
    with refused(case.session, InvalidInput, why="happened_later"):
        done(case, "2026-03-04 16:00", "2026-03-04 15:59")
    with refused(case.session, InvalidInput, why="happened_earlier"):
        done(case, "2026-03-02 10:59", "2026-03-04 16:00")
    assert done(case, "2026-03-02 11:00", "2026-03-04 16:00").issue.stage is Stage.EVALUATING


def test_what_was_taken_back_keeps_no_paper_out(case: Case) -> None:
    case.done("2026-03-04 16:00").voided("2026-03-04 17:00")
    assert done(case, "2026-03-03 10:00", "2026-03-05 08:00").work.ended_at == at("2026-03-03 10:00")


def test_who_held_the_post_that_day_did_it_whoever_holds_it_now(case: Case) -> None:
    successor = Appointment("east-1", Role.GRID_WORKER, "W09", "何平", date(2026, 3, 5))
    appoint(case.session, case.book.county.id, [successor], now=at("2026-03-04 18:00"))
    with refused(case.session, NotAllowed):
        done(case, "2026-03-04 16:00", "2026-03-06 09:00", by="W09")
    assert done(case, "2026-03-04 16:00", "2026-03-06 09:00", by="W01").issue.stage is Stage.EVALUATING


def test_an_issue_signed_for_on_paper_was_assigned_by_that_then(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY))
    for recorded in ("2026-03-03 09:00", "2026-03-03 11:00"):
        casework.sign(session, book, case.issue.number, by="W01", happened_at=at("2026-03-02 10:00"), now=at(recorded))
        case.voided("2026-03-03 10:00" if recorded < "2026-03-03 10:00" else "2026-03-03 12:00")
    rows = select(Event.action, Event.happened_at).where(Event.action.in_((Action.ASSIGN, Action.SIGN)))
    assert {happened for _, happened in session.execute(rows)} == {at("2026-03-02 10:00")}


def test_a_closure_on_paper_closed_it_then(case: Case) -> None:
    case.done("2026-03-03 10:00").rated(Rating.SATISFIED, "2026-03-03 11:00")
    casework.close(
        case.session,
        case.book,
        case.issue.number,
        by="S01",
        happened_at=at("2026-03-03 12:00"),
        now=at("2026-03-09 09:00"),
    )
    assert case.issue.closed_at == at("2026-03-03 12:00")
