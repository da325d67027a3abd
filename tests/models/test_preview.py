"""The preview: rolled back it leaves every table as it was, and the night then does exactly what it listed."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.actions import guards, handing_over, preview, promises
from models.actions.preview import Preview
from models.database import engine
from models.errors import CommunityBusy
from models.queries.doings import Doing
from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.vocabulary import Action, DutyKind, RequestKind, Role, StepAction
from tests.county import at, reported
from tests.models.cases import Case
from tests.models.flood import suspend
from tests.models.ledger import unit_id

WORKER = Post("东街第1网格", Role.GRID_WORKER)
SECRETARY = Post("东街", Role.FIRST_SECRETARY)
SIGN, ACT = DutyKind.SIGN, DutyKind.ACT


def previewed(session: Session, book: Rulebook, community: int, now: str) -> Preview:
    """A preview, rolled back."""
    with session.begin_nested() as tried:
        seen = preview.preview(session, book, community, at(now))
        tried.rollback()
    session.expire_all()
    return seen


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    return Case(session, book, reported(session, book, "2026-03-02 09:00"))


def test_an_assignment_is_listed_with_whose_it_becomes(session: Session, book: Rulebook, case: Case) -> None:
    seen = previewed(session, book, case.issue.community_id, "2026-03-02 10:00")
    assert seen.doings == (Doing(case.issue.number, Action.ASSIGN, None, None, None, WORKER, "李青"),)


def test_each_step_is_listed_with_whom_it_reaches(session: Session, book: Rulebook, case: Case) -> None:
    case.assigned().signed()
    number = case.issue.number
    seen = previewed(session, book, case.issue.community_id, "2026-03-06 02:30")
    assert seen.doings == (
        Doing(number, Action.STEP, ACT, 1, None, None, None),
        Doing(number, Action.STEP, ACT, 2, StepAction.TELL, SECRETARY, "周敏"),
        Doing(number, Action.STEP, ACT, 2, StepAction.REMIND, WORKER, "李青"),
    )
    assert (seen.counts.steps, seen.counts.reminded, seen.counts.told) == (2, 1, 1)


def test_who_answers_for_a_vacant_post_is_named(session: Session, book: Rulebook, case: Case) -> None:
    case.assigned().signed()
    handing_over.hand_over(session, book, "W01", to=None, by="S01", now=at("2026-03-03 09:00"))
    seen = previewed(session, book, case.issue.community_id, "2026-03-05 02:30")
    assert [(each.post, each.person) for each in seen.doings] == [(WORKER, "周敏")]


def test_the_end_of_a_hold_and_a_broken_promise_are_listed(session: Session, book: Rulebook, case: Case) -> None:
    case.assigned().signed()
    promises.promise(session, book, case.issue.number, until=date(2026, 3, 3), by="W01", now=at("2026-03-02 12:00"))
    other = Case(session, book, reported(session, book, "2026-03-02 12:10", grid="east-2"))
    other.assigned("2026-03-02 12:20").signed("2026-03-02 12:30", by="W02")
    other.asked(RequestKind.HOLD, date(2026, 3, 4), "2026-03-02 14:00", by="W02").approved("2026-03-02 15:00")
    seen = previewed(session, book, case.issue.community_id, "2026-03-04 02:30")
    assert seen.doings == (
        Doing(other.issue.number, Action.RESUME, None, None, None, None, None),
        Doing(case.issue.number, Action.BREAK, ACT, 0, StepAction.REMIND, WORKER, "李青"),
    )
    assert (seen.counts.resumed, seen.counts.broken) == (1, 1)


def test_a_community_another_run_has_is_busy(session: Session, database_url: str, book: Rulebook) -> None:
    east = unit_id(session, "east")
    with Session(engine(database_url)) as elsewhere:
        guards.hold_night(elsewhere, east, timedelta(0))
        with pytest.raises(CommunityBusy):
            previewed(session, book, east, "2026-03-03 02:30")
    assert previewed(session, book, east, "2026-03-03 02:30").doings == ()


def test_clocks_that_go_on_after_a_suspension_and_what_changes_hands_are_listed(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.assigned().signed()
    number = case.issue.number
    suspend(session, book, until="2026-03-05 09:00")
    on = date(2026, 3, 5)
    handing_over.hand_over(session, book, "W01", to="K01", on=on, by="S01", now=at("2026-03-03 11:00"))
    seen = previewed(session, book, case.issue.community_id, "2026-03-05 12:00")
    assert seen.doings == (
        Doing(number, Action.RESUME, ACT, None, None, None, None),
        Doing(number, Action.HAND_OVER, ACT, None, None, WORKER, "钱进"),
    )
