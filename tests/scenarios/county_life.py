"""A county that lives on: a few hundred issues in all states to begin with, then a day's work between the nights."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, holding, messages, night, promises, side_exits, voiding
from models.actions.people import leave
from models.actions.reporting import Report, report_all
from models.database import transaction
from models.errors import InvalidInput, Refused
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import DutyKind, DutyState, MessageKind, Rating, RequestKind, Role, Severity, Stage
from tests.county import COUNTY, SECRET, ZONE, load_small_county
from tests.models.ledger import post_id

FIRST_DAY = date(2026, 1, 26)
DAYS_BEFORE = 20
REPORTS_BEFORE, REPORTS_A_DAY = 15, 8
TURNS_BEFORE, TURNS_A_DAY = 14, 8

GRIDS = ("east-1", "east-2", "west-1")
WORKER = dict(zip(GRIDS, ("W01", "W02", "W03"), strict=True))
SECRETARY = dict(zip(GRIDS, ("S01", "S01", "S02"), strict=True))
STAGES = (Stage.RAISED, Stage.ACTING, Stage.EVALUATING, Stage.CLOSED)
KINDS = (DutyKind.DISPATCH, DutyKind.SIGN, DutyKind.ACT, DutyKind.EVALUATE, DutyKind.CLOSE)
CATEGORIES = ("lighting", "roads", "noise", "safety")


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of a day."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


@dataclass(frozen=True)
class Turn:
    """One thing done to one issue by somebody on a day."""

    session: Session
    book: Rulebook
    number: str
    grid: str
    now: datetime

    def sign(self) -> None:
        casework.sign(self.session, self.book, self.number, by=WORKER[self.grid], now=self.now)

    def done(self) -> None:
        casework.done(self.session, self.book, self.number, evidence="photo", by=WORKER[self.grid], now=self.now)

    def reopen(self) -> None:
        casework.reopen(self.session, self.book, self.number, reason="again", by=SECRETARY[self.grid], now=self.now)

    def answer(self, rating: Rating) -> None:
        by = SECRETARY[self.grid]
        casework.evaluate(self.session, self.book, self.number, rating=rating, by=by, now=self.now)

    def close(self) -> None:
        casework.close(self.session, self.book, self.number, by=SECRETARY[self.grid], now=self.now)

    def ask(self, what: RequestKind, until: date) -> None:
        by = SECRETARY[self.grid]
        if what is RequestKind.EXTENSION:
            by = WORKER[self.grid]
        holding.ask(self.session, self.book, self.number, what=what, until=until, reason="waiting", by=by, now=self.now)

    def held(self, until: date) -> None:
        self.ask(RequestKind.HOLD, until)
        self.decide()

    def decide(self) -> None:
        holding.approve(self.session, self.book, self.number, secret=SECRET, by="P01", now=self.now)

    def promise(self, until: date) -> None:
        promises.promise(self.session, self.book, self.number, until=until, by=WORKER[self.grid], now=self.now)

    def transfer(self, to: str) -> None:
        side_exits.transfer(self.session, self.book, self.number, to=to, reason="there", by="P01", now=self.now)

    def reject(self) -> None:
        side_exits.reject(self.session, self.book, self.number, reason="not ours", by="P01", now=self.now)

    def void(self) -> None:
        voiding.void(self.session, self.book, self.number, reason="a mistake", by="P01", now=self.now)


def lived(session: Session) -> None:
    """Load the small county and let it live through some weeks: at their end, issues stand at every stage."""
    load_small_county(session)
    book = rulebook(session, COUNTY)
    for n in range(DAYS_BEFORE):
        day = FIRST_DAY + timedelta(days=n)
        if n % 3:  # some nights are missed
            nights(session, book, on(day, 2, 30))
            messages.compose(session, book, on(day, 7, 45), MessageKind.DIGEST)
        work(session, book, day, reports=REPORTS_BEFORE, turns=TURNS_BEFORE)
        if n == DAYS_BEFORE // 2:
            worker, last = post_id(session, "east-2", Role.GRID_WORKER), day + timedelta(days=DAYS_BEFORE)
            leave(session, worker, last, now=on(day, 18), to_the_tier_above=True)


def work(session: Session, book: Rulebook, day: date, *, reports: int, turns: int) -> None:
    """A day's reports and casework, the same for the same day and ledger."""
    dice = Random(day.toordinal())
    report_all(session, book, [_report(dice, day) for _ in range(reports)], now=on(day, 17))
    for n in range(turns):
        _turn(session, book, dice, on(day, 17, 10) + timedelta(seconds=n))


def _report(dice: Random, day: date) -> Report:
    severity = dice.choices(list(Severity), [8, 3, 1])[0]
    grid = dice.choice([*GRIDS, *GRIDS, None])
    happened_at = on(day, 16, 50) - timedelta(minutes=dice.randrange(2 * 24 * 60))
    return Report(grid, dice.choice(CATEGORIES), severity, "…", happened_at, by="W01")


def _turn(session: Session, book: Rulebook, dice: Random, now: datetime) -> None:
    stage = dice.choices(STAGES, [4, 4, 5, 1])[0]
    wanted = select(Issue.number, Unit.key, Issue.rating).join(Unit, Unit.id == Issue.unit_id)
    found = session.execute(wanted.where(Issue.stage == stage, Unit.key.in_(GRIDS)).order_by(Issue.number)).all()
    if not found:
        return
    number, grid, rating = dice.choice(found)
    turn = Turn(session, book, number, grid, now)
    answer = dice.choices(list(Rating), [6, 2, 2, 1])[0]
    onward: dict[Stage, Callable[[], None]] = {
        Stage.RAISED: turn.sign,
        Stage.ACTING: turn.done,
        Stage.EVALUATING: turn.close if rating else lambda: turn.answer(answer),
        Stage.CLOSED: turn.reopen,
    }
    if _still_held(session, grid, now):
        with suppress(Refused, InvalidInput):  # on hold, asked already, past its due time: the county tries things
            if dice.randrange(4):
                onward[stage]()
            else:
                _aside(turn, stage, dice)


def _aside(turn: Turn, stage: Stage, dice: Random) -> None:
    """Something off the usual course; each in a transaction of its own, for it may be refused."""
    soon = turn.now.date() + timedelta(days=dice.randrange(2, 7))
    ways: dict[Stage, list[Callable[[], None]]] = {
        Stage.RAISED: [lambda: turn.transfer(dice.choice(GRIDS)), turn.reject],
        Stage.ACTING: [
            lambda: turn.promise(soon),
            lambda: turn.held(soon),
            lambda: turn.ask(RequestKind.EXTENSION, soon),
            turn.decide,
            turn.void,
        ],
        Stage.EVALUATING: [turn.void, lambda: turn.ask(RequestKind.HOLD, soon), turn.decide],
        Stage.CLOSED: [turn.void],
    }
    with turn.session.begin_nested():
        dice.choice(ways[stage])()


def _still_held(session: Session, grid: str, now: datetime) -> bool:
    """Whether the grid still has its worker; east-2 loses its own one day."""
    return grid != "east-2" or now.date() < FIRST_DAY + timedelta(days=DAYS_BEFORE + DAYS_BEFORE // 2)


def nights(session: Session, book: Rulebook, now: datetime) -> None:
    """The night of every community and of the top."""
    for community in units.communities(session, book.county.id):
        night.run(session, book, community.id, now)


def night_and_morning(url: str, day: date, *, only_undone: bool) -> None:
    """A night as the tasks run it: every community in a transaction of its own; then the morning's messages.

    :param only_undone: leave out the communities whose night is done, as a retried flow does.
    """
    now = on(day, 2, 30)
    with transaction(url) as session:
        county = rulebook(session, COUNTY).county.id
        communities = [unit.id for unit in units.communities(session, county)]
        done = night.nights_done(session, communities, day) if only_undone else set()
    for community in communities:
        if community not in done:
            with transaction(url) as session:
                night.run(session, rulebook(session, COUNTY), community, now)
    with transaction(url) as session:
        messages.compose(session, rulebook(session, COUNTY), on(day, 7, 45), MessageKind.DIGEST)


def standing(session: Session) -> tuple[dict[Stage, int], dict[DutyKind, int]]:
    """How many issues stand at each stage, and how many duties of each kind are open."""
    stages = list(session.scalars(select(Issue.stage)))
    owed = list(session.scalars(select(Duty.kind).where(Duty.state == DutyState.OPEN)))
    return {stage: stages.count(stage) for stage in Stage}, {kind: owed.count(kind) for kind in DutyKind}
