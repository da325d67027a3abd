"""A stock taken over, compared with the same lives lived here and with times walked minute by minute."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from models.actions.stock import take_over_stock
from models.queries import duties as owing
from models.queries.night import night_facts
from models.queries.rulebook import Rulebook, rulebook
from models.rules.stock import StockRow
from models.tables.issues import Issue
from models.vocabulary import Rating, Severity, Stage
from tests.county import COUNTY, ZONE, at
from tests.models import stock_by_hand, stock_lives
from tests.models.mutations import audited
from tests.models.stock_lives import Doing, Life, Place, live, lives, nights, read
from tests.rules.levels import walked

ROUNDING = timedelta(microseconds=3)
SATURDAY = at("2026-03-14 10:00")
NIGHTS = ("15 02:30", "17 02:30", "18 02:30", "20 02:30", "25 02:30")
PLACES = {
    "an ordinary month": Place(ZONE),
    "the spring festival": Place(ZONE, -19),
    "clocks going forward": Place(ZoneInfo("America/New_York")),
    "clocks going back": Place(ZoneInfo("America/New_York"), 238),
}
HERE_ONLY = ("dispatch", "sign")
"""What is owed from the taking over on, as a source knows nothing of it."""


@dataclass(frozen=True)
class World:
    """A county, the lives in it, when they came there, and the nights after."""

    session: Session
    book: Rulebook
    lives: list[Life]
    now: datetime
    live_at: datetime
    nights: list[datetime]

    @classmethod
    def of(cls, session: Session, place: Place, seed: int, many: int) -> "World":
        book = rulebook(session, COUNTY) if place.zone == ZONE else stock_lives.bronx(session)
        later, back = timedelta(days=place.later), Random(seed).choice((0, 600, 1440, 3000, 6000))
        now = SATURDAY + later
        after = [at(f"2026-03-{each}") + later for each in NIGHTS]
        return cls(session, book, lives(seed, many, place), now, now - timedelta(minutes=back), after)

    def comes(self, live_at: datetime | None = None) -> dict[int, str]:
        """The lives are taken over, as their source tells of them: the numbers they get, by their place."""
        rows = [each.row for each in self.lives]
        at_ = self.live_at if live_at is None else live_at
        done = take_over_stock(self.session, self.book, rows, live_at=at_, by="C01", now=self.now)
        assert (len(done.issues), done.rejected) == (len(rows), {})
        return {place: self.session.get_one(Issue, issue_id).number for place, issue_id in done.issues.items()}

    def audited(self, now: datetime) -> list[object]:
        return [(each.key, each.facts) for each in audited(self.session, self.book, now)]

    def standing(self, each: Life) -> Any:
        """What is known of an issue, what is owed, and what was, as far as its source tells of it."""
        owed = read(self.session, stock_lives.OWED, each.row.external_id)
        still = [row for row in owed if row.ended_at is None and row.kind not in apart(each.row)]
        told = [row for row in owed if row.ended_at and row.kind not in HERE_ONLY and each.rounds < 2]  # the last round
        return read(self.session, stock_lives.ISSUE, each.row.external_id), still, told

    def future(self, each: Life) -> Any:
        """The steps after the go-live moment that were given, and what posts heard of them.

        Of a signature that an overdue work silences here nobody is silent elsewhere.
        """
        key = each.row.external_id
        instants: dict[tuple[str, datetime, int], datetime] = {}
        for duty in read(self.session, stock_lives.OWED, key):
            instants |= {(duty.kind, duty.opened_at, n): instant for n, instant in enumerate(duty.steps_at, 1)}
        steps = read(self.session, stock_lives.STEPS, key)
        heard = read(self.session, stock_lives.HEARD, key)
        return [row for row in steps if row.happened_at > self.live_at and row.kind not in apart(each.row)], [
            row
            for row in heard
            if instants[row.kind, row.opened_at, row.step] > self.live_at and row.kind not in HERE_ONLY
        ]

    def goes_on(self, seed: int) -> list[Any]:
        """How everything stands, and after some nights, and after what people do then and more nights."""
        stood: list[Any] = [{each.row.external_id: self.standing(each) for each in self.lives}]
        nights(self.session, self.book, *self.nights[:3])
        stood.append({each.row.external_id: (self.standing(each), self.future(each)) for each in self.lives})
        live(self.session, self.book, afterwards(Random(seed), self.lives, self.nights[2] + timedelta(hours=8)))
        nights(self.session, self.book, *self.nights[3:])
        stood.append({each.row.external_id: (self.standing(each), self.future(each)) for each in self.lives})
        return stood


def apart(row: StockRow) -> Iterable[str]:
    return HERE_ONLY if row.severity is Severity.URGENT else HERE_ONLY[:1]


def afterwards(dice: Random, all_lives: list[Life], since: datetime) -> list[Doing]:
    """What is done here next: with most the next thing."""
    return [
        Doing(since + timedelta(minutes=n), 0, what, each.row.external_id, said)
        for n, each in enumerate(all_lives)
        if each.row.grid and dice.random() < 0.8
        for what, said in [following(dice, each.row)]
    ]


def following(dice: Random, row: StockRow) -> tuple[str, dict[str, Any]]:
    """The next thing to do with an issue."""
    worker = stock_lives.HANDLERS[row.grid or ""][0]
    match row.stage:
        case Stage.RAISED:
            return "sign", {"by": worker}
        case Stage.ACTING:
            return "done", {"by": worker, "evidence": "z"}
        case Stage.CLOSED:
            return "reopen", {"by": "P01", "reason": "x"}
    if row.rating is None:
        return "evaluate", {"by": "P01", "rating": dice.choice((Rating.SATISFIED, Rating.DISSATISFIED))}
    return "close", {"by": "P01"}


@pytest.mark.parametrize(("place", "seed"), [(place, seed) for seed, place in enumerate([*PLACES][:3])])
def test_what_comes_from_elsewhere_is_owed_as_if_it_had_been_lived_here(
    session: Session, place: str, seed: int
) -> None:
    world = World.of(session, PLACES[place], seed, 6)
    aside = session.begin_nested()
    live(session, world.book, [doing for each in world.lives for doing in each.doings])
    lived = world.goes_on(seed)
    aside.rollback()
    session.expire_all()
    world.comes()
    assert world.audited(world.now) == []
    came = world.goes_on(seed)
    for then, ours in zip(lived, came, strict=True):
        for each in world.lives:
            assert ours[each.row.external_id] == then[each.row.external_id], each
    fired = [row for each in world.lives for row in read(session, stock_lives.STEPS, each.row.external_id)]
    assert all(row.happened_at > world.live_at for row in fired)
    assert world.audited(world.nights[-1]) == []


@pytest.mark.parametrize(("place", "seed"), [(place, seed) for seed, place in enumerate([*PLACES][1:])])
def test_the_nights_give_what_a_clerk_gives_who_counts_minutes(session: Session, place: str, seed: int) -> None:
    world = World.of(session, PLACES[place], seed, 10)
    office, rows = walked(world.book.calendar), [each.row for each in world.lives]
    owed = [duty for row in rows for duty in stock_by_hand.owed(office, row, world.now)]
    instants = [at for duty in owed for at in (duty.life.due_at, *duty.life.steps_at) if at < world.now]
    live_at = Random(seed).choice([*instants, world.now])  # the very instant of a step, mostly
    numbers = world.comes(live_at)
    overdue = {
        (numbers[n], duty.kind)
        for n, row in enumerate(rows)
        for duty in stock_by_hand.owed(office, row, world.now)
        if duty.ended_at is None and duty.life.due_at <= live_at
    }
    found = owing.owed(session, world.book, owing.Wanted(taken_over=True), world.now)
    assert {(each.number, each.kind) for each in found} == overdue
    for n, night in enumerate(world.nights):
        nights(session, world.book, night)
        told = night_facts(session, world.book, world.book.local_date(night), night)["taken_over"]
        assert {(each["number"], each["kind"]) for each in told} == (overdue if n == 0 else set())
    assert sum(agrees(world, row, live_at) for row in rows) > 2
    assert world.audited(world.nights[-1]) == []


def agrees(world: World, row: StockRow, live_at: datetime) -> int:
    """What is owed about an issue, its times and what the nights gave are as worked out by hand: how many steps."""
    hands = stock_by_hand.worked(walked(world.book.calendar), row, live_at, world.now, world.nights)
    there = read(world.session, stock_lives.OWED, row.external_id)
    duties = sorted(hands.owed, key=lambda each: (each.life.opened_at, each.kind))
    assert [(each.kind, each.post, each.opened_at, each.ended_at) for each in there] == [
        (each.kind, each.post, each.life.opened_at, each.ended_at) for each in duties
    ], row
    for one, other in zip(there, duties, strict=True):
        for ours, theirs in zip((one.due_at, *one.steps_at), (other.life.due_at, *other.life.steps_at), strict=True):
            assert abs(ours - theirs) <= ROUNDING, (row, one, other)
    steps = [(kind, opened, n, night) for kind, opened, n, _, night in read_steps(world, row)]
    assert steps == sorted((each.kind, each.opened_at, each.step, each.night) for each in hands.fired), (row, live_at)
    heard = [tuple(each)[:-1] for each in read(world.session, stock_lives.HEARD, row.external_id)]
    assert sorted(heard) == sorted(hands.told), (row, live_at)
    return len(steps)


def read_steps(world: World, row: StockRow) -> list[Any]:
    return read(world.session, stock_lives.STEPS, row.external_id)
