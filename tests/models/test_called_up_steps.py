"""Calling up a unit changes the level of the work: what was given of its steps is not given again."""

from sqlalchemy.orm import Session

from models.actions import calling
from models.queries.rulebook import Rulebook
from models.vocabulary import DutyKind
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.ledger import heard, steps
from tests.models.test_policy_versions import duty, run_night


def test_after_a_call_up_the_steps_go_on_where_they_stood(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    run_night(session, "2026-03-04 11:00")  # 75 % of three working days
    calling.call_up(
        session, book, case.issue.number, unit="works", reason="要挖路", by="S01", now=at("2026-03-04 14:00")
    )
    work = duty(session, case.issue)
    assert (work.step, work.due_at, work.next_step_at) == (1, *[at("2026-03-16 09:00")] * 2)
    assert work.steps_at[0] == at("2026-03-12 09:00")
    for when in ("2026-03-13 02:00", "2026-03-16 10:00", "2026-03-17 10:00"):
        run_night(session, when)
    assert [step for step, _, _ in steps(session, case.issue, DutyKind.ACT)] == [1, 2, 3]
    assert [each.step for each in heard(session, case.issue) if each.kind is DutyKind.ACT and each.step] == [1, 2, 2, 3]
