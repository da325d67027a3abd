"""A promise stops reminders up to its day and nothing else; broken, it re-arms the step where the duty stands."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import promises
from models.errors import IllegalTransition, InvalidInput, NotAllowed
from models.queries.rulebook import Rulebook
from models.tables.events import Event
from models.tables.history import Revision
from models.tables.notices import Notice
from models.vocabulary import Action, DutyKind, RequestKind, Role, StepAction
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import post_id, steps

FRIDAY, TUESDAY = date(2026, 3, 6), date(2026, 3, 10)


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00, the secretary's on Friday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def promised(case: Case, until: date, when: str = "2026-03-03 10:00", by: str = "W01") -> Case:
    promises.promise(case.session, case.book, case.issue.number, until=until, by=by, now=at(when))
    return case


def told(case: Case, unit: str, role: Role) -> list[tuple[int, int, StepAction | None]]:
    """Step, arming and action of what a post heard of the work."""
    rows = case.session.execute(
        select(Notice.step, Notice.arming, Notice.action)
        .where(Notice.duty_id == case.work.id, Notice.post_id == post_id(case.session, unit, role))
        .order_by(Notice.id)
    )
    return [tuple(row) for row in rows]


def broken(case: Case) -> list[tuple[object, object]]:
    rows = case.session.execute(
        select(Event.happened_at, Event.recorded_at).where(Event.duty_id == case.work.id, Event.action == Action.BREAK)
    )
    return [tuple(row) for row in rows]


def test_until_the_promised_day_ends_the_holder_is_not_reminded(case: Case) -> None:
    promised(case, FRIDAY).night("2026-03-05 02:30").night("2026-03-06 02:30")
    assert case.work.promised_at == at("2026-03-06 17:30")
    assert [step for step, *_ in steps(case.session, case.issue, DutyKind.ACT)] == [1, 2]
    assert told(case, "east-1", Role.GRID_WORKER) == []


def test_others_hear_of_it_all_the_same(case: Case) -> None:
    promised(case, FRIDAY).night("2026-03-06 02:30")
    assert told(case, "east", Role.FIRST_SECRETARY) == [(2, 0, StepAction.TELL)]


def test_a_broken_promise_is_recorded_and_the_standing_step_reminded_of_again(case: Case) -> None:
    promised(case, FRIDAY).night("2026-03-06 02:30").night("2026-03-09 02:30")
    assert broken(case) == [(at("2026-03-06 17:30"), at("2026-03-09 02:30"))]
    assert (case.work.promised_at, case.work.promises) == (None, 1)
    assert told(case, "east-1", Role.GRID_WORKER) == [(2, 0, StepAction.REMIND)]
    case.night("2026-03-10 02:30")
    assert len(broken(case)) == 1


def test_what_the_holder_had_heard_before_is_told_again_when_the_promise_is_broken(case: Case) -> None:
    case.night("2026-03-06 02:30")
    assert told(case, "east-1", Role.GRID_WORKER) == [(2, 0, StepAction.REMIND)]
    promised(case, FRIDAY, "2026-03-06 08:40").night("2026-03-07 02:30")
    assert told(case, "east-1", Role.GRID_WORKER) == [(2, 0, StepAction.REMIND), (2, 1, StepAction.REMIND)]


def test_a_kept_promise_says_nothing_more(case: Case) -> None:
    promised(case, FRIDAY).done("2026-03-06 15:00").night("2026-03-09 02:30")
    assert broken(case) == []
    assert told(case, "east-1", Role.GRID_WORKER) == []


def test_a_new_promise_takes_the_place_of_the_last(case: Case) -> None:
    promised(promised(case, FRIDAY), TUESDAY, "2026-03-06 10:00").night("2026-03-09 02:30")
    assert broken(case) == []
    assert (case.work.promised_at, case.work.promises) == (at("2026-03-10 17:30"), 2)


def test_a_hold_ends_a_promise(case: Case) -> None:
    promised(case, FRIDAY).asked(RequestKind.HOLD, date(2026, 3, 16), "2026-03-03 11:00").approved("2026-03-03 11:30")
    assert case.work.promised_at is None


def test_a_day_whose_office_has_closed_cannot_be_promised(case: Case) -> None:
    with refused(case.session, InvalidInput, why="promised_past"):
        promised(case, date(2026, 3, 3), "2026-03-03 17:30")
    promised(case, date(2026, 3, 3), "2026-03-03 17:29")


def test_only_work_under_way_is_promised_and_only_by_its_people(session: Session, book: Rulebook, case: Case) -> None:
    raised = Case(session, book, reported(session, book, "2026-03-02 12:00"))
    with refused(session, IllegalTransition):
        promised(raised, FRIDAY)
    with refused(session, NotAllowed):
        promised(case, FRIDAY, by="W02")


def test_a_promise_given_again_for_the_same_day_is_kept_as_one_of_two(case: Case) -> None:
    promised(case, FRIDAY)
    promised(case, FRIDAY, "2026-03-03 11:00")
    kept = select(Revision.content["promises"], Revision.recorded_at)
    kept = kept.where(Revision.kind == "duties", Revision.row_id == case.work.id).order_by(Revision.id.desc()).limit(2)
    assert [tuple(row) for row in case.session.execute(kept)] == [
        (2, at("2026-03-03 11:00")),
        (1, at("2026-03-03 10:00")),
    ]
