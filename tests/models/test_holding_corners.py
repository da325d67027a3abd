"""Holds, extensions and requests in the corners: missed nights, messages, what changes between asking and deciding.

The issue is the one of test_holding: due on Thursday 5 March at 9:00, yellow on Wednesday the 4th at 10:45.
"""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import calling
from models.actions.messages import compose
from models.errors import GateClosed, NotAllowed, OnHold
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import ON_HOLD
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.notices import Message, Notice
from models.vocabulary import Action, Basis, DutyKind, MessageKind, Rating, RequestKind, Stage
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Heard, heard, still_owed

MARCH_16 = date(2026, 3, 16)


@pytest.fixture
def raised(session: Session, book: Rulebook) -> Case:
    """An issue on east-1, given to its worker by the night."""
    return Case(session, book, reported(session, book, MONDAY)).assigned()


@pytest.fixture
def case(raised: Case) -> Case:
    """The same, signed for."""
    return raised.signed()


def test_who_lets_it_go_on_after_its_day_gains_no_time_by_nights_that_were_missed(case: Case) -> None:
    case.held(MARCH_16).resumed("2026-03-18 10:00")
    assert (case.work.due_at, case.work.basis_at) == (at("2026-03-17 16:30"), at("2026-03-16 00:00"))
    resumed = select(Event.happened_at, Event.recorded_at).where(Event.action == Action.RESUME)
    assert case.session.execute(resumed).one() == (at("2026-03-16 00:00"), at("2026-03-18 10:00"))


def told(case: Case, kind: DutyKind) -> list[tuple[int, object]]:
    """The notices of a kind of duty that stand in a message: step and when it was composed."""
    rows = case.session.execute(
        select(Notice.step, Message.composed_at)
        .join(Message, Message.id == Notice.message_id)
        .join(Duty, Duty.id == Notice.duty_id)
        .where(Duty.issue_id == case.issue.id, Duty.kind == kind)
        .order_by(Notice.id)
    )
    return [tuple(row) for row in rows]


def test_what_was_recorded_before_a_hold_is_told_when_the_clock_goes_on(case: Case) -> None:
    case.asked(RequestKind.HOLD, MARCH_16).night("2026-03-06 02:30").approved("2026-03-06 07:00")
    compose(case.session, case.book, at("2026-03-06 07:45"), MessageKind.DIGEST)
    assert told(case, DutyKind.ACT) == []
    case.night("2026-03-16 02:30")
    compose(case.session, case.book, monday := at("2026-03-16 07:45"), MessageKind.DIGEST)
    assert told(case, DutyKind.ACT) == [(2, monday), (2, monday)]


def test_who_has_to_sign_hears_so_after_a_hold(raised: Case) -> None:
    raised.held(MARCH_16, "2026-03-02 10:10", "2026-03-02 10:20")
    compose(raised.session, raised.book, at("2026-03-03 07:45"), MessageKind.DIGEST)
    raised.night("2026-03-16 02:30")
    compose(raised.session, raised.book, monday := at("2026-03-16 07:45"), MessageKind.DIGEST)
    assert told(raised, DutyKind.SIGN) == [(0, monday)]


def test_more_time_is_not_less_than_a_call_up_has_given_meanwhile(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10))
    calling.call_up(
        case.session, case.book, case.issue.number, unit="works", reason="x", by="W01", now=at("2026-03-03 09:30")
    )
    assert case.work.due_at == at("2026-03-16 09:00")
    with refused(case.session, GateClosed, why="due_later", due_at=at("2026-03-16 09:00")):
        case.approved()


def test_more_time_after_a_hold_counts_no_share_of_the_time_that_stood_still(case: Case) -> None:
    """27 h lie between Friday the 13th, when it went on, and the new due time: three quarters of them are 20 h 15."""
    case.held(date(2026, 3, 13)).night("2026-03-13 02:30")
    assert (case.work.due_at, case.work.steps_at[0]) == (at("2026-03-16 16:30"), at("2026-03-16 09:15"))
    case.asked(RequestKind.EXTENSION, date(2026, 3, 18), "2026-03-13 09:00").approved("2026-03-13 10:00")
    assert (case.work.due_at, case.work.basis) == (at("2026-03-18 16:30"), Basis.EXTENSION)
    assert case.work.next_step_at == case.work.steps_at[0] == at("2026-03-17 16:45")


def test_a_decision_goes_up_with_the_work_it_is_about(raised: Case) -> None:
    raised.asked(RequestKind.HOLD, MARCH_16, "2026-03-02 10:30").signed("2026-03-02 11:00", by="S01")
    assert still_owed(raised.session, raised.issue)[DutyKind.APPROVE].post == "works"
    assert heard(raised.session, raised.issue)[-1] == Heard(DutyKind.APPROVE, 0, "works", None)
    with refused(raised.session, NotAllowed):
        raised.approved("2026-03-02 12:00", by="S01")
    assert raised.approved("2026-03-02 12:00", by="P01").issue.held_until == MARCH_16


def test_a_decision_stays_where_it_is_when_the_work_stays_below(raised: Case) -> None:
    raised.asked(RequestKind.HOLD, MARCH_16, "2026-03-02 10:30").signed("2026-03-02 11:00")
    assert still_owed(raised.session, raised.issue)[DutyKind.APPROVE].post == "east"
    assert [each.post for each in heard(raised.session, raised.issue) if each.kind is DutyKind.APPROVE] == ["east"]


def test_what_the_topmost_unit_has_nobody_can_hold(session: Session, book: Rulebook) -> None:
    unowned = Case(session, book, reported(session, book, MONDAY, grid=None))
    with refused(session, GateClosed, why="nobody_above", unit="河县"):
        unowned.asked(RequestKind.HOLD, MARCH_16, by="C01")


def test_more_time_asked_for_before_signing_is_given_before_signing(raised: Case) -> None:
    raised.asked(RequestKind.EXTENSION, date(2026, 3, 10), "2026-03-02 10:30").approved("2026-03-02 10:45")
    assert (raised.issue.stage, raised.work.due_at) == (Stage.RAISED, at("2026-03-10 09:00"))


def test_on_hold_every_refusal_names_what_a_hold_allows(case: Case) -> None:
    case.held(MARCH_16)
    with refused(case.session, OnHold, allowed=ON_HOLD):
        case.rated(Rating.SATISFIED, "2026-03-04 10:00")


def test_more_time_is_not_asked_for_beyond_what_policy_gives(case: Case) -> None:
    """Ten days on hold bring the due time to the 25th; fifteen working days from the opening end on the 23rd."""
    case.held(date(2026, 3, 24)).night("2026-03-24 02:30")
    with refused(case.session, GateClosed, why="longest_reached", latest=date(2026, 3, 23)):
        case.asked(RequestKind.EXTENSION, date(2026, 3, 27), "2026-03-24 09:00")
