"""What becomes of a stock after the take-over: nights, casework, corrections, suspensions; and what is said of it."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from models.actions import calendars, casework, holding, voiding
from models.errors import GateClosed, InvalidInput
from models.queries import ledger, why
from models.queries.rulebook import Rulebook, rulebook
from models.vocabulary import (
    Basis,
    DutyKind,
    DutyState,
    Rating,
    RequestKind,
    Stage,
    StepAction,
)
from notifications.render import render
from tests.county import COUNTY, at
from tests.models.cases import refused
from tests.models.flood import suspend
from tests.models.ledger import Heard, heard, owed, steps, unit_id
from tests.models.mutations import audited
from tests.models.test_stock import ACTING, DONE, NOW, RAISED, RATED, came, nights


def test_a_go_live_still_to_come_is_refused(session: Session, book: Rulebook) -> None:
    with refused(session, InvalidInput, why="live_later"):
        came(session, book, ACTING, live="2026-03-09 09:01")


def test_work_of_somebody_unknown_is_the_grids_not_the_importers(session: Session, book: Rulebook) -> None:
    case = came(session, book, replace(ACTING, handler="X99"))
    assert [duty.post for duty in owed(session, case.issue)] == ["east-1"]
    assert case.work.unit_id == case.issue.unit_id


def test_work_sent_back_lies_where_its_post_is(session: Session, book: Rulebook) -> None:
    back = replace(RATED, stage=Stage.ACTING, rating=Rating.DISSATISFIED, handler="S01")
    case = came(session, book, back)
    assert case.work.unit_id == unit_id(session, "east")
    assert audited(session, book, NOW) == []


def test_signing_is_reminded_of_though_the_work_was_overdue_before(session: Session, book: Rulebook) -> None:
    case = came(session, book, replace(RAISED, happened_at=at("2026-02-02 09:00")))
    case.night("2026-03-10 02:30").night("2026-03-11 02:30")
    assert Heard(DutyKind.SIGN, 2, "east-1", StepAction.REMIND) in heard(session, case.issue)
    assert (case.work.step, steps(session, case.issue, DutyKind.ACT)) == (5, [])
    assert audited(session, book, "2026-03-11 03:00") == []


def test_an_overdue_one_that_is_worked_on_goes_its_way(session: Session, book: Rulebook) -> None:
    case = came(session, book, RAISED).assigned("2026-03-10 02:30").signed("2026-03-10 09:00")
    case.asked(RequestKind.HOLD, date(2026, 3, 16), "2026-03-10 10:00").approved("2026-03-10 11:00")
    nights(session, book, 11, 16, 17)
    case.done("2026-03-17 10:00").rated(Rating.SATISFIED, "2026-03-17 11:00").closed("2026-03-17 12:00")
    case.reopened("2026-03-18 10:00")
    assert (case.work.step, case.work.opened_at) == (0, at("2026-03-18 10:00"))
    nights(session, book, 24)
    assert case.work.step == 2
    assert [(each.key, each.facts) for each in audited(session, book, "2026-03-24 03:00")] == []


def test_a_step_that_a_corrected_calendar_moves_before_the_go_live_is_passed_over(
    session: Session, book: Rulebook
) -> None:
    due_then = replace(ACTING, happened_at=at("2026-03-04 09:00"), signed_at=at("2026-03-04 10:00"))
    case = came(session, book, due_then, live="2026-03-09 08:00")
    assert (case.work.due_at, case.work.step) == (at("2026-03-09 09:00"), 1)
    days = {date(2026, 3, 7): True}
    calendars.import_days(session, COUNTY, days, now=at("2026-03-09 10:00"))
    session.expire_all()
    case.book = rulebook(session, COUNTY)
    assert (case.work.due_at, case.work.step) == (at("2026-03-07 09:00"), 2)
    nights(session, case.book, 10)
    assert [step for step, *_ in steps(session, case.issue, DutyKind.ACT)] == [3]
    assert audited(session, case.book, "2026-03-10 03:00") == []


def test_what_was_done_elsewhere_is_not_taken_back_here(session: Session, book: Rulebook) -> None:
    case = came(session, book, DONE)
    with refused(session, GateClosed, why="done_elsewhere"):
        voiding.void(session, book, case.issue.number, reason="x", by="S01", now=at("2026-03-09 10:00"))
    case.rated(Rating.SATISFIED, "2026-03-09 11:00").voided("2026-03-09 12:00")
    assert case.issue.stage is Stage.EVALUATING
    assert audited(session, book, "2026-03-09 13:00") == []


def test_it_is_not_closed_by_who_did_it_there(session: Session, book: Rulebook) -> None:
    case = came(session, book, replace(RATED, handler="S01"))
    with refused(session, GateClosed, why="same_person"):
        casework.close(session, book, case.issue.number, by="S01", now=at("2026-03-09 10:00"))
    case.closed("2026-03-09 11:00", by="P01")
    assert case.issue.stage is Stage.CLOSED


def test_where_a_unit_is_suspended_the_clocks_of_a_stock_stand_still(session: Session, book: Rulebook) -> None:
    suspend(session, book, until="2026-03-12 12:00", now="2026-03-06 09:00")
    case = came(session, book, replace(ACTING, happened_at=at("2026-03-06 08:30"), signed_at=at("2026-03-06 10:00")))
    assert case.work.state is DutyState.HELD
    nights(session, book, 10, 13)
    assert case.work.basis is Basis.RESUMPTION
    assert audited(session, book, "2026-03-13 03:00") == []


def test_what_a_suspension_kept_from_coming_before_the_go_live_comes_when_it_is_over(
    session: Session, book: Rulebook
) -> None:
    suspend(session, book, until="2026-03-12 12:00", now="2026-03-04 09:00")
    case = came(session, book, ACTING)  # its first step fell on the 4th at 10:45, the second on the 5th
    assert (case.work.state, case.work.step) == (DutyState.HELD, 0)
    assert audited(session, book, NOW) == []
    nights(session, book, 10, 14)
    assert [step for step, *_ in steps(session, case.issue, DutyKind.ACT)] == [1, 2]
    assert audited(session, book, "2026-03-14 03:00") == []


def test_why_says_that_it_came_from_elsewhere(session: Session, book: Rulebook) -> None:
    case = came(session, book, ACTING)
    said = render("why", "zh_CN", why.explain(session, book, case.issue.number, NOW).facts())
    assert "随存量转入，3月9日 周一 00:00 启用" in said


def test_what_was_passed_over_counts_as_no_step_that_fired(session: Session, book: Rulebook) -> None:
    case = came(session, book, ACTING)
    assert case.work.step > 0
    assert ledger.entry(session, book, case.issue.number, NOW).steps_fired == 0
    assert ledger.entry(session, book, case.issue.number, NOW, as_known=True).steps_fired == 0


def test_an_extension_of_an_overdue_one_is_asked_too_late_as_ever(session: Session, book: Rulebook) -> None:
    case = came(session, book, ACTING)
    with refused(session, GateClosed, why="past_due"):
        holding.ask(
            *(session, book, case.issue.number),
            what=RequestKind.EXTENSION,
            until=date(2026, 3, 20),
            reason="x",
            by="W01",
            now=at("2026-03-09 10:00"),
        )
