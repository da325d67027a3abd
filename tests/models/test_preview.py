"""The preview: rolled back it leaves every table as it was, and the night then does exactly what it listed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import guards, handing_over, night, preview, promises
from models.actions.preview import Preview
from models.database import engine
from models.errors import CommunityBusy
from models.queries import units
from models.queries.doings import Doing
from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post as PostRow
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, DutyState, RequestKind, Role, StepAction
from tests.county import at, reported
from tests.models.cases import Case
from tests.models.chance import Chance
from tests.models.flood import suspend
from tests.models.ledger import everything, unit_id
from tests.rules.properties import quick

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


@quick(12)
@given(st.integers(0, 2**32), st.integers(20, 80), st.integers(0, 6))
def test_the_night_does_what_the_preview_listed(
    session: Session, book: Rulebook, seed: int, turns: int, days: int
) -> None:
    with session.begin_nested() as lived:
        life = Chance(session, book, Random(seed)).live(turns)
        now = life.now + timedelta(days=days, minutes=1)
        for community in units.communities(session, book.county.id):
            before = everything(session)
            with session.begin_nested() as tried:
                seen = preview.preview(session, life.book, community.id, now)
                tried.rollback()
            session.expire_all()
            assert everything(session) == before
            stood = Stood.now(session)
            assert night.run(session, life.book, community.id, now) == seen.counts
            session.expire_all()
            assert Counter(facts(each) for each in seen.doings) == written(session, stood)
        lived.rollback()
    session.expire_all()


Line = tuple[object, ...]


def facts(doing: Doing) -> Line:
    post = (doing.post.unit, doing.post.role) if doing.post else None
    return doing.number, doing.action, doing.duty, doing.step, doing.does, post


@dataclass(frozen=True)
class Stood:
    """What there was before a night: events and notices by id, and which duties stood still."""

    events: set[int]
    notices: set[int]
    held: set[int]

    @classmethod
    def now(cls, session: Session) -> "Stood":
        held = select(Duty.id).where(Duty.state == DutyState.HELD)
        return cls(*(set(session.scalars(each)) for each in (select(Event.id), select(Notice.id), held)))


def written(session: Session, before: Stood) -> Counter[Line]:
    """What the night wrote, read row by row from the tables."""
    events = [each for each in session.scalars(select(Event)) if each.id not in before.events]
    notices = [each for each in session.scalars(select(Notice)) if each.id not in before.notices and each.action]
    lines = Counter(told(session, each, events) for each in notices)
    heard = {(each.duty_id, each.step) for each in notices}
    unheard = (each for each in events if (each.duty_id, each.step) not in heard and each.action is not Action.BREAK)
    lines.update(by_rule(session, each) for each in unheard)
    resumed = {each.issue_id for each in events if each.action is Action.RESUME}
    open_now = [session.get_one(Duty, each) for each in before.held]
    lines.update(
        (number(session, duty.issue_id), Action.RESUME, duty.kind, None, None, None)
        for duty in open_now
        if duty.state is DutyState.OPEN and duty.issue_id not in resumed
    )
    return lines


def told(session: Session, notice: Notice, events: Sequence[Event]) -> Line:
    duty = session.get_one(Duty, notice.duty_id)
    step = any((each.duty_id, each.step) == (notice.duty_id, notice.step) for each in events)
    action = Action.STEP if step else Action.BREAK
    return number(session, duty.issue_id), action, duty.kind, notice.step, notice.action, seat(session, notice.post_id)


def by_rule(session: Session, event: Event) -> Line:
    kind = session.get_one(Duty, event.duty_id).kind if event.duty_id else None
    post = seat(session, event.post_id) if event.post_id else None
    return number(session, event.issue_id), event.action, kind, event.step, None, post


def number(session: Session, issue_id: int) -> str:
    return session.get_one(Issue, issue_id).number


def seat(session: Session, post_id: int) -> tuple[str, Role]:
    post = session.get_one(PostRow, post_id)
    return session.get_one(Unit, post.unit_id).name, post.role
