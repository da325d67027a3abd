"""What late papers and what was taken back do to the ledger, the history and the explanation."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework
from models.errors import InvalidInput
from models.queries import ledger
from models.queries.history import history
from models.queries.rulebook import Rulebook
from models.queries.why import explain
from models.tables.duties import Duty
from models.vocabulary import Action, DutyKind, Rating, RequestKind, Stage
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.ledger import owed

WEDNESDAY, NEXT_MONDAY = "2026-03-04 16:00", "2026-03-09 10:00"


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00, the secretary's on Friday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def late(case: Case, happened: str = WEDNESDAY, recorded: str = NEXT_MONDAY) -> Case:
    """Done in time, as the paper says, which reaches the office only after three steps have fired."""
    for night in ("2026-03-05", "2026-03-06", "2026-03-07"):
        case.night(f"{night} 02:30")
    return done(case, happened, recorded)


def done(case: Case, happened: str, recorded: str, by: str = "W01") -> Case:
    casework.done(
        case.session,
        case.book,
        case.issue.number,
        evidence="form 8",
        by=by,
        now=at(recorded),
        happened_at=at(happened),
    )
    return case


def entry(case: Case, now: str, *, as_known: bool = False) -> ledger.Entry:
    return ledger.entry(case.session, case.book, case.issue.number, at(now), as_known=as_known)


def test_closed_it_counts_as_done_in_time(case: Case) -> None:
    late(case).rated(Rating.SATISFIED, "2026-03-09 11:00").closed("2026-03-09 15:00")
    closed = explain(case.session, case.book, case.issue.number, at(NEXT_MONDAY)).closed
    assert closed is not None
    assert (closed.in_time, closed.due_at, closed.done_at) == (True, at("2026-03-05 09:00"), at(WEDNESDAY))
    assert (closed.recorded_at, closed.steps, closed.steps_after) == (at(NEXT_MONDAY), 1, 2)  # yellow came before


def test_without_the_paper_it_was_late(case: Case) -> None:
    late(case, happened=NEXT_MONDAY).rated(Rating.SATISFIED, "2026-03-09 11:00").closed("2026-03-09 15:00")
    closed = explain(case.session, case.book, case.issue.number, at(NEXT_MONDAY)).closed
    assert closed is not None
    assert (closed.in_time, closed.late.days, closed.late.hours) == (False, 2, 1)  # Thursday 9:00 to Monday 10:00
    assert (closed.recorded_at, closed.steps, closed.steps_after) == (None, 3, 0)


def test_the_ledger_has_the_times_at_which_it_was_done(case: Case) -> None:
    late(case)
    now = entry(case, NEXT_MONDAY)
    assert (now.signed_at, now.done_at, now.stage) == (at("2026-03-02 11:00"), at(WEDNESDAY), Stage.EVALUATING)
    before = entry(case, "2026-03-09 09:00", as_known=True)
    assert (before.done_at, before.stage, before.light, before.steps_fired) == (None, Stage.ACTING, "red", 3)


def test_a_signature_on_paper_was_in_time(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    late_paper = {"now": at("2026-03-03 09:00"), "happened_at": at("2026-03-02 11:30")}
    casework.sign(session, book, case.issue.number, by="W01", **late_paper)
    (sign,) = (duty for duty in owed(session, case.issue) if duty.kind is DutyKind.SIGN)
    assert (sign.due_at, sign.ended_at) == (at("2026-03-02 12:00"), at("2026-03-02 11:30"))
    why = explain(session, book, case.issue.number, at("2026-03-03 10:00"))
    assert why.since == at("2026-03-02 11:30")


def test_an_answer_and_a_strike_off_on_paper_happened_when_they_say(case: Case) -> None:
    late(case)
    number, session, book = case.issue.number, case.session, case.book
    casework.evaluate(
        session,
        book,
        number,
        rating=Rating.SATISFIED,
        by="S01",
        now=at("2026-03-11 09:00"),
        happened_at=at("2026-03-09 14:00"),
    )
    asked = session.scalars(select(Duty).where(Duty.kind == DutyKind.EVALUATE)).one()
    assert (asked.due_at, asked.ended_at) == (at("2026-03-10 10:00"), at("2026-03-09 14:00"))
    casework.close(session, book, number, by="S01", now=at("2026-03-12 09:00"), happened_at=at("2026-03-11 16:00"))
    assert entry(case, "2026-03-12 10:00").closed_at == at("2026-03-11 16:00")
    closed = explain(session, book, number, at("2026-03-12 10:00")).closed
    assert closed is not None
    assert closed.at == at("2026-03-11 16:00")


def act(case: Case, happened: str, recorded: str) -> None:
    casework.act(
        case.session,
        case.book,
        case.issue.number,
        note="half",
        by="W01",
        now=at(recorded),
        happened_at=at(happened),
    )


def test_of_two_late_papers_the_second_is_the_later_one(case: Case) -> None:
    act(case, "2026-03-03 15:00", "2026-03-04 09:00")
    with pytest.raises(InvalidInput):
        act(case, "2026-03-03 14:59", "2026-03-04 10:00")
    act(case, "2026-03-03 16:00", "2026-03-04 10:00")


def test_what_was_taken_back_is_no_reason_to_refuse_an_earlier_paper(case: Case) -> None:
    """Done is recorded for Wednesday by mistake; it was Tuesday 15:00."""
    case.done("2026-03-04 16:00").voided("2026-03-05 10:00")
    assert entry(case, "2026-03-05 10:00").done_at is None
    done(case, "2026-03-03 15:00", NEXT_MONDAY)
    assert case.work.ended_at == at("2026-03-03 15:00")
    assert entry(case, NEXT_MONDAY).done_at == at("2026-03-03 15:00")


def test_what_was_taken_back_counts_neither_in_the_ledger_nor_in_the_explanation(case: Case) -> None:
    """Struck off by mistake as done in time, taken back twice over; really done on Friday, a day late."""
    case.done("2026-03-04 10:00").rated(Rating.SATISFIED, "2026-03-04 11:00").closed("2026-03-04 12:00")
    assert entry(case, "2026-03-04 12:00").closed_at == at("2026-03-04 12:00")
    for minute in range(3):
        case.voided(f"2026-03-05 10:0{minute}")
    assert (entry(case, "2026-03-05 11:00").closed_at, entry(case, "2026-03-05 11:00").done_at) == (None, None)
    case.done("2026-03-06 10:00").rated(Rating.SATISFIED, "2026-03-06 11:00").closed("2026-03-06 12:00")
    closed = explain(case.session, case.book, case.issue.number, at("2026-03-06 13:00")).closed
    assert closed is not None
    assert (closed.done_at, closed.in_time, closed.late.days) == (at("2026-03-06 10:00"), False, 1)


def test_a_reopening_taken_back_leaves_the_first_closure_and_its_work(case: Case) -> None:
    case.done("2026-03-04 10:00").rated(Rating.SATISFIED, "2026-03-04 11:00").closed("2026-03-04 12:00")
    before = entry(case, "2026-03-10 10:00")
    case.reopened("2026-03-09 10:00").voided("2026-03-09 11:00")
    assert entry(case, "2026-03-10 10:00") == before
    why = explain(case.session, case.book, case.issue.number, at("2026-03-10 10:00"))
    assert why.returned is None
    assert why.closed is not None
    assert (why.closed.due_at, why.closed.in_time) == (at("2026-03-05 09:00"), True)


def test_the_history_has_both_times_and_strikes_what_was_taken_back(case: Case) -> None:
    late(case).voided("2026-03-09 11:00")
    lines = [row for row in history(case.session, case.book, case.issue.number) if row.person]
    assert [(row.action, row.at, row.recorded_at, row.voided) for row in lines] == [
        (Action.REPORT, at(MONDAY), at(MONDAY), False),
        (Action.SIGN, at("2026-03-02 11:00"), at("2026-03-02 11:00"), False),
        (Action.DONE, at(WEDNESDAY), at(NEXT_MONDAY), True),
        (Action.VOID, at("2026-03-09 11:00"), at("2026-03-09 11:00"), False),
    ]
    taken_back = lines[-1].takes_back
    assert taken_back is not None
    assert (taken_back.action, taken_back.at) == (Action.DONE, at(WEDNESDAY))


@pytest.mark.parametrize(("known_at", "voided"), [("2026-03-09 10:30", False), ("2026-03-09 11:00", True)])
def test_before_it_was_taken_back_nobody_knew_that_it_would_be(case: Case, known_at: str, *, voided: bool) -> None:
    late(case).voided("2026-03-09 11:00")
    known = history(case.session, case.book, case.issue.number, at(known_at))
    assert [row.voided for row in known if row.action is Action.DONE] == [voided]
    assert max(row.recorded_at for row in known) <= at(known_at)


def test_work_done_on_paper_while_it_was_on_hold_was_done_then(case: Case) -> None:
    """On hold from Tuesday to the 16th; what was left, 12 office hours, makes it due on the 17th at 16:30."""
    case.asked(RequestKind.HOLD, date(2026, 3, 16)).approved().night("2026-03-16 02:30")
    done(case, "2026-03-13 15:00", "2026-03-18 09:00")
    assert (case.work.ended_at, case.work.due_at) == (at("2026-03-13 15:00"), at("2026-03-17 16:30"))
