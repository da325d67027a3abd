"""Ten people work at once on few issues while the nights run: no deadlock, no lost update, no step twice."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise
from threading import Event as Signal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.actions.messages import compose
from models.actions.reporting import Report, report
from models.database import transaction
from models.errors import CommunityBusy, InvalidInput, NotFound, Refused, StaleIssue
from models.queries.rulebook import Rulebook, rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, DutyState, MessageKind, Rating, Severity, Stage
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county

START = at("2026-03-12 12:00")
LONG_AGO = at("2026-02-24 09:00")
GRIDS = ("east-1", "east-2", "west-1")
WORKER = dict(zip(GRIDS, ("W01", "W02", "W03"), strict=True))
SECRETARY = {"east-1": "S01", "east-2": "S01", "west-1": "S02"}
WRITERS, TURNS = 10, 40

OWED: dict[Stage, list[set[DutyKind]]] = {
    Stage.RAISED: [{DutyKind.ACT}, {DutyKind.ACT, DutyKind.SIGN}, {DutyKind.ACT, DutyKind.DISPATCH}],
    Stage.ACTING: [{DutyKind.ACT}],
    Stage.EVALUATING: [{DutyKind.EVALUATE}, {DutyKind.CLOSE}],
    Stage.CLOSED: [set()],
}


@dataclass
class Turn:
    """What a writer has before them."""

    session: Session
    book: Rulebook
    dice: random.Random
    now: datetime

    def issue(self, stage: Stage, *, depth: int = 3) -> tuple[str, str]:
        """One of the first few issues at a stage, so that writers meet, and the unit it lies on."""
        wanted = select(Issue.number, Unit.key).join(Unit, Unit.id == Issue.unit_id)
        wanted = wanted.where(Issue.stage == stage, Unit.depth == depth)
        found = self.session.execute(wanted.order_by(Issue.id).limit(4)).all()
        if not found:
            raise NotFound(why="issue", number=stage)
        number, unit = self.dice.choice(found)
        return number, unit

    def report(self) -> None:
        place = self.dice.choice([*GRIDS, None])
        severity = self.dice.choice([Severity.ORDINARY, Severity.ORDINARY, Severity.URGENT])
        report(self.session, self.book, Report(place, "lighting", severity, "灯", LONG_AGO, by="W01"), now=self.now)

    def assign(self) -> None:
        number, _ = self.issue(Stage.RAISED, depth=0)
        casework.assign(self.session, self.book, number, grid=self.dice.choice(GRIDS), by="C01", now=self.now)

    def sign(self) -> None:
        number, unit = self.issue(Stage.RAISED)
        casework.sign(self.session, self.book, number, by=WORKER[unit], now=self.now)

    def act(self) -> None:
        casework.act(self.session, self.book, self.issue(Stage.ACTING)[0], note="…", by="P01", now=self.now)

    def done(self) -> None:
        number, unit = self.issue(Stage.ACTING)
        casework.done(self.session, self.book, number, evidence="photo", by=WORKER[unit], now=self.now)

    def evaluate(self) -> None:
        number, unit = self.issue(Stage.EVALUATING)
        rating = self.dice.choice([*Rating, Rating.SATISFIED])
        casework.evaluate(self.session, self.book, number, rating=rating, by=SECRETARY[unit], now=self.now)

    def close(self) -> None:
        number, unit = self.issue(Stage.EVALUATING)
        casework.close(self.session, self.book, number, by=SECRETARY[unit], now=self.now)

    def reopen(self) -> None:
        number, unit = self.issue(Stage.CLOSED)
        casework.reopen(self.session, self.book, number, reason="…", by=SECRETARY[unit], now=self.now)


WORK: dict[Action, Callable[[Turn], None]] = {
    Action.REPORT: Turn.report,
    Action.ASSIGN: Turn.assign,
    Action.SIGN: Turn.sign,
    Action.ACT: Turn.act,
    Action.DONE: Turn.done,
    Action.EVALUATE: Turn.evaluate,
    Action.CLOSE: Turn.close,
    Action.REOPEN: Turn.reopen,
}

ONWARD = (Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE)


@dataclass
class Office:
    """The common database, a clock that ticks for all, and a sign that the writers have gone home."""

    url: str
    book: Rulebook
    ticks: "count[int]" = field(default_factory=count)
    closed: Signal = field(default_factory=Signal)

    def now(self) -> datetime:
        return START + timedelta(milliseconds=10 * next(self.ticks))

    def write(self, seed: int) -> Counter[Action]:
        """A writer's turns: what succeeded. Refusals are part of the work; any other error is a failure."""
        dice, succeeded = random.Random(seed), Counter[Action]()
        for _ in range(TURNS):
            action = dice.choice([*WORK, *ONWARD])
            with suppress(Refused, InvalidInput, NotFound, StaleIssue):
                with transaction(self.url) as session:
                    WORK[action](Turn(session, self.book, dice, self.now()))
                succeeded[action] += 1
        return succeeded

    def messages(self, kind: MessageKind) -> Counter[str]:
        """Messages composed again and again until the writers are done: how many."""
        done = Counter[str]()
        while not self.closed.wait(0.05):
            with transaction(self.url) as session:
                done["messages"] += compose(session, self.book, self.now(), kind).messages
        return done

    def nights(self, community_id: int) -> Counter[str]:
        """Nights one after the other until the writers are done: what they did, and how many there were."""
        done = Counter[str]()
        while not self.closed.wait(0.01):
            with suppress(CommunityBusy), transaction(self.url) as session:
                counts = night.run(session, self.book, community_id, self.now())
                done += Counter({"nights": 1, "steps": counts.steps, "assigned": counts.assigned})
        return done


@pytest.fixture(scope="module")
def office(server_url: str) -> Office:
    url = fresh_database(server_url, "wangge_writers")
    with transaction(url) as session:
        load_small_county(session)
        return Office(url, rulebook(session, COUNTY))


def test_ten_writers_and_the_nights_get_along(office: Office) -> None:
    with transaction(office.url) as session:
        communities = list(session.scalars(select(Unit.id).where(Unit.community_id == Unit.id)))
    with ThreadPoolExecutor(WRITERS + len(communities) + len(MessageKind)) as pool:
        machines = [pool.submit(office.nights, each) for each in communities]
        machines += [pool.submit(office.messages, each) for each in MessageKind]
        writing = [pool.submit(office.write, seed) for seed in range(WRITERS)]
        try:
            succeeded = sum((each.result() for each in writing), Counter[Action]())
        finally:
            office.closed.set()
        ran = sum((each.result() for each in machines), Counter[str]())
    with transaction(office.url) as session:
        for issue in session.scalars(select(Issue)).all():
            assert_whole(session, issue)
        events = Counter(session.scalars(select(Event.action)))
        by_rule = select(Event.id).where(Event.action == Action.ASSIGN, Event.person_id.is_(None))
        assigned_by_rule = len(session.scalars(by_rule).all())
        urgent_on_grid = select(Issue.id).join(Unit, Unit.id == Issue.unit_id).where(Issue.severity == Severity.URGENT)
        at_once = len(session.scalars(urgent_on_grid.where(~Issue.number.startswith("河县"))).all())
        signing = len(session.scalars(select(Duty.id).where(Duty.kind == DutyKind.SIGN)).all())
        assert_told_once(session, ran["messages"])
    print(f"\n{WRITERS} writers, {dict(ran)}: {dict(succeeded)}")
    for action in WORK:
        assert events[action] == succeeded[action] or action is Action.ASSIGN, action
    assert events[Action.STEP] == ran["steps"] > 0
    assert assigned_by_rule == ran["assigned"] + at_once
    assert signing == events[Action.ASSIGN]
    assert all(succeeded[action] for action in WORK), succeeded


def assert_told_once(session: Session, count_of_messages: int) -> None:
    """Each notice stands in one message at most, and in the one it names."""
    messages = session.scalars(select(Message)).all()
    told = [(notice_id, message.id) for message in messages for notice_id in message.facts["notices"]]
    named = session.execute(select(Notice.id, Notice.message_id).where(Notice.message_id.is_not(None)))
    assert sorted(told) == sorted((notice_id, message_id) for notice_id, message_id in named)
    assert len(messages) == count_of_messages > 0


def assert_whole(session: Session, issue: Issue) -> None:
    """An issue is what its history made of it, and its duties fit its stage."""
    events = session.scalars(select(Event).where(Event.issue_id == issue.id).order_by(Event.id)).all()
    moves = [event for event in events if event.action is not Action.STEP]
    assert moves[0].action is Action.REPORT
    assert all(after.stage_from == before.stage_to for before, after in pairwise(moves))
    assert issue.stage == moves[-1].stage_to
    assert issue.reopenings == sum(event.action is Action.REOPEN for event in moves)
    assert (issue.handler_id, issue.rating) == remembered(moves)
    duties = session.scalars(select(Duty).where(Duty.issue_id == issue.id)).all()
    assert {duty.kind for duty in duties if duty.state is DutyState.OPEN} in OWED[issue.stage]
    for duty in duties:
        steps = [event.step for event in events if event.duty_id == duty.id]
        assert steps == list(range(1, duty.step + 1))


def remembered(moves: "list[Event]") -> tuple[int | None, Rating | None]:
    """Who said done and what the resident says, as the history has it."""
    handler, rating = None, None
    for event in moves:
        if event.action is Action.DONE:
            handler, rating = event.person_id, None
        elif event.action is Action.EVALUATE:
            rating = Rating((event.facts or {})["rating"])
        elif event.action is Action.REOPEN:
            handler, rating = None, None
    return handler, rating
