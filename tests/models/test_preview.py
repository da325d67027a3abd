"""The preview: rolled back it leaves every table as it was, and the night then does exactly what it listed."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import guards, night, preview, promises
from models.actions.people import leave
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
from models.vocabulary import Action, DutyKind, RequestKind, Role, StepAction
from tests.county import START, at, reported
from tests.models.cases import Case
from tests.models.chance import Chance
from tests.models.ledger import everything, post_id, unit_id
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
    leave(session, post_id(session, "east-1", Role.GRID_WORKER), date(2026, 3, 3), now=START)
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


@quick(12)
@given(st.integers(0, 2**32), st.integers(20, 80), st.integers(0, 6))
def test_the_night_does_what_the_preview_listed(
    session: Session, book: Rulebook, seed: int, turns: int, days: int
) -> None:
    with session.begin_nested() as lived:
        now = Chance(session, book, Random(seed)).live(turns).now + timedelta(days=days, minutes=1)
        for community in units.communities(session, book.county.id):
            before = everything(session)
            with session.begin_nested() as tried:
                seen = preview.preview(session, book, community.id, now)
                tried.rollback()
            session.expire_all()
            assert everything(session) == before
            last = last_ids(session)
            counts = night.run(session, book, community.id, now)
            assert counts == seen.counts
            assert Counter(facts(each) for each in seen.doings) == written(session, *last)
        lived.rollback()
    session.expire_all()


def facts(doing: Doing) -> tuple[object, ...]:
    post = (doing.post.unit, doing.post.role) if doing.post else None
    return doing.number, doing.action, doing.duty, doing.step, doing.does, post


def last_ids(session: Session) -> tuple[int, int]:
    events, notices = session.scalars(select(Event.id)).all(), session.scalars(select(Notice.id)).all()
    return max(events, default=0), max(notices, default=0)


def written(session: Session, event_id: int, notice_id: int) -> Counter[tuple[object, ...]]:
    """What the night wrote, read row by row: its notices, and what nobody heard of."""
    lines = Counter[tuple[object, ...]]()
    told = session.execute(
        select(Issue.number, Notice.duty_id, Duty.kind, Notice.step, Notice.action, Unit.name, PostRow.role)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(PostRow, PostRow.id == Notice.post_id)
        .join(Unit, Unit.id == PostRow.unit_id)
        .where(Notice.id > notice_id)
    ).all()
    steps = {}
    for event in session.scalars(select(Event).where(Event.id > event_id)):
        number = session.get_one(Issue, event.issue_id).number
        if event.action in (Action.STEP, Action.BREAK):
            steps[event.duty_id, event.step] = event
        elif event.action is Action.ASSIGN:
            (assigned,) = (each for each in told if each.number == number and each.action is None)
            lines[number, event.action, None, None, None, (assigned.name, assigned.role)] += 1
        else:
            lines[number, event.action, None, None, None, None] += 1
    for each in told:
        if each.action is not None:
            action = Action.STEP if (each.duty_id, each.step) in steps else Action.BREAK
            lines[each.number, action, each.kind, each.step, each.action, (each.name, each.role)] += 1
    heard = {(each.duty_id, each.step) for each in told if each.action is not None}
    for (duty_id, step), event in steps.items():
        if event.action is Action.STEP and (duty_id, step) not in heard:
            duty = session.get_one(Duty, duty_id)
            lines[session.get_one(Issue, duty.issue_id).number, Action.STEP, duty.kind, step, None, None] += 1
    return lines
