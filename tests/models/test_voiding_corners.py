"""Taking back in the corners: what happened by rule since the mistake stays, and what was asked for is found again."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import calling, casework, holding, promises, side_exits
from models.actions.messages import compose
from models.errors import GateClosed
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.notices import Message, Notice
from models.tables.places import Post, Unit
from models.tables.requests import Request
from models.vocabulary import Action, DutyKind, DutyState, MessageKind, Rating, RequestKind, Role, Stage
from tests.county import SECRET, at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import history, post_id, steps, still_owed

MARCH_16 = date(2026, 3, 16)


@pytest.fixture
def raised(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which is nobody's yet."""
    return Case(session, book, reported(session, book, MONDAY))


@pytest.fixture
def case(raised: Case) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00, the secretary's on Friday 9:00."""
    return raised.assigned().signed()


def promise(case: Case, until: date, when: str) -> Case:
    promises.promise(case.session, case.book, case.issue.number, until=until, by="W01", now=at(when))
    return case


def act(case: Case, when: str) -> Case:
    casework.act(case.session, case.book, case.issue.number, note="在修", by="W01", now=at(when))
    return case


def pending(case: Case) -> RequestKind:
    return case.session.scalars(select(Request.what).where(Request.decided_at.is_(None))).one()


def test_a_promise_broken_meanwhile_is_not_broken_again(case: Case) -> None:
    act(promise(case, date(2026, 3, 6), "2026-03-03 10:00"), "2026-03-05 10:00")
    case.night("2026-03-07 02:30").voided("2026-03-09 09:00").night("2026-03-10 02:30")
    broken = select(func.count()).where(Event.issue_id == case.issue.id, Event.action == Action.BREAK)
    assert case.session.scalars(broken).one() == 1
    assert case.work.promised_at is None


def test_a_promise_taken_back_was_not_given(case: Case) -> None:
    promise(promise(case, date(2026, 3, 6), "2026-03-03 10:00"), date(2026, 3, 6), "2026-03-03 11:00")
    assert case.work.promises == 2
    case.done("2026-03-04 10:00").voided("2026-03-04 11:00")
    assert (case.work.promises, case.work.promised_at) == (2, at("2026-03-06 17:30"))
    case.voided("2026-03-04 12:00").voided("2026-03-04 13:00")
    assert (case.work.promises, case.work.promised_at) == (0, None)


def test_what_the_night_gave_to_a_grid_meanwhile_is_its_own_still(raised: Case) -> None:
    raised.asked(RequestKind.HOLD, MARCH_16, "2026-03-02 17:00").assigned("2026-03-03 02:30")
    owed = still_owed(raised.session, raised.issue)
    raised.voided("2026-03-03 09:00")
    del owed[DutyKind.APPROVE]
    assert still_owed(raised.session, raised.issue) == owed
    raised.night("2026-03-04 02:30")
    assert [entry.action for entry in history(raised.session, raised.issue)].count(Action.ASSIGN) == 1


def test_what_the_night_opened_meanwhile_is_held_with_the_rest(raised: Case) -> None:
    raised.held(MARCH_16, "2026-03-02 16:00", "2026-03-02 17:00").resumed("2026-03-03 01:00")
    raised.assigned("2026-03-03 02:30").voided("2026-03-03 09:00")
    signing = select(Duty).where(Duty.issue_id == raised.issue.id, Duty.kind == DutyKind.SIGN)
    duty = raised.session.scalars(signing.execution_options(populate_existing=True)).one()
    assert (duty.state, duty.held_at) == (DutyState.HELD, at("2026-03-03 09:00"))
    assert (raised.work.state, raised.work.held_at) == (DutyState.HELD, at("2026-03-02 17:00"))


def test_a_step_given_before_a_call_up_taken_back_is_not_given_again(case: Case) -> None:
    case.night("2026-03-05 02:30")
    calling.call_up(
        case.session, case.book, case.issue.number, unit="works", reason="x", by="W01", now=at("2026-03-05 08:40")
    )
    case.voided("2026-03-05 08:50").night("2026-03-06 02:30")
    assert [step for step, *_ in steps(case.session, case.issue, DutyKind.ACT)] == [1, 2]


def test_a_decision_taken_back_is_about_what_was_asked_for_then(case: Case) -> None:
    case.asked(RequestKind.HOLD, MARCH_16)
    holding.refuse(
        case.session, case.book, case.issue.number, reason="不必等", secret=SECRET, by="S01", now=at("2026-03-03 10:00")
    )
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-03 10:00")
    case.voided("2026-03-03 10:00").voided("2026-03-03 10:00")
    assert pending(case) is RequestKind.HOLD
    assert case.approved("2026-03-03 11:00").issue.held_until == MARCH_16


def test_what_was_not_told_because_it_was_over_by_mistake_is_told(case: Case) -> None:
    case.night("2026-03-06 02:30").done("2026-03-06 07:00")
    compose(case.session, case.book, at("2026-03-06 07:45"), MessageKind.DIGEST)
    case.voided("2026-03-06 09:00")
    compose(case.session, case.book, at("2026-03-07 07:45"), MessageKind.DIGEST)
    rows = select(Unit.key, Notice.step, Message.composed_at).join(Message, Message.id == Notice.message_id)
    rows = rows.join(Post, Post.id == Notice.post_id).join(Unit, Unit.id == Post.unit_id)
    told = case.session.execute(rows.where(Notice.duty_id == case.work.id).order_by(Notice.id)).all()
    saturday = at("2026-03-07 07:45")
    assert sorted(map(tuple, told)) == [("east", 2, saturday), ("east-1", 0, saturday), ("east-1", 2, saturday)]


def test_nobody_takes_back_what_a_tier_above_has_done(case: Case) -> None:
    case.done("2026-03-03 10:00").rated(Rating.SATISFIED).closed().reopened(by="P01")
    with refused(case.session, GateClosed, why="done_above", unit="社区党工委"):
        case.voided("2026-03-09 11:00", by="S01")
    assert case.voided("2026-03-09 11:00", by="C01").issue.stage is Stage.CLOSED


def test_a_transfer_is_not_taken_back_by_where_it_went(case: Case) -> None:
    side_exits.transfer(
        case.session, case.book, case.issue.number, to="west-1", reason="x", by="P01", now=at("2026-03-03 10:00")
    )
    with refused(case.session, GateClosed, why="done_above"):
        case.voided("2026-03-03 11:00", by="S02")
    case.voided("2026-03-03 11:00", by="P01")
    assert case.work.post_id == post_id(case.session, "east-1", Role.GRID_WORKER)


def test_an_answer_from_elsewhere_is_taken_back_by_whose_issue_it_is(case: Case) -> None:
    number = case.issue.number
    calling.call_up(case.session, case.book, number, unit="west", reason="x", by="W01", now=at("2026-03-03 10:00"))
    calling.answer(case.session, case.book, number, note="x", by="S02", now=at("2026-03-03 11:00"))
    case.voided("2026-03-03 12:00", by="S01")
    assert DutyKind.ANSWER in still_owed(case.session, case.issue)
