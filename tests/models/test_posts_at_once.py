"""Posts change hands, people go away and units are suspended, all while people work and the nights run."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import absences, handing_over, night, suspending
from models.actions.absences import Leave
from models.actions.handing_over import HandedOver
from models.database import transaction
from models.errors import InvalidInput, NotFound, Refused, StaleIssue
from models.queries.rulebook import rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.notices import Notice
from models.tables.people import Absence, Posting, Suspension
from models.tables.places import Unit
from models.vocabulary import Action, DutyState
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county, reported
from tests.models.writing import TICK, Office, Turn

TURNS = 30
TODAY, TOMORROW, LATER = date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 14)


@pytest.fixture
def office(server_url: str) -> Office:
    url = fresh_database(server_url, "wangge_posts")
    with transaction(url) as session:
        load_small_county(session)
        return Office(url, rulebook(session, COUNTY))


def hand_over(turn: Turn) -> None:
    code, to = turn.dice.sample(["W01", "W02", "K01"], 2)
    handing_over.hand_over(turn.session, turn.book, code, to=to, on=TODAY, by="P01", now=turn.now)


def go_away(turn: Turn) -> None:
    code, deputy = turn.dice.sample(["W01", "W02", "W03", "S01"], 2)
    days = turn.dice.choice([(TODAY, TOMORROW), (TODAY, LATER), (TOMORROW, LATER)])
    absences.enter(turn.session, turn.book, Leave(code, *days, "…", deputy), by="C01", now=turn.now)


def come_back(turn: Turn) -> None:
    code = turn.dice.choice(["W01", "W02", "W03", "S01"])
    absences.cancel(turn.session, turn.book, code, by="C01", now=turn.now)


def suspend(turn: Turn) -> None:
    until = turn.now + turn.dice.randrange(1, 100) * TICK
    unit = turn.dice.choice(["east", "east-1", "works"])
    suspending.suspend(turn.session, turn.book, unit, cause="洪水", until=until, by="C01", now=turn.now)


def resume(turn: Turn) -> None:
    suspending.resume(turn.session, turn.book, turn.dice.choice(["east", "works"]), by="C01", now=turn.now)


ORDERS: tuple[Callable[[Turn], None], ...] = (hand_over, go_away, come_back, suspend, resume)


def orders(office: Office, seed: int) -> Counter[str]:
    """Somebody's turns of orders: what succeeded. Refusals are part of the work; any other error is a failure."""
    dice, succeeded = random.Random(seed), Counter[str]()
    for _ in range(TURNS):
        order = dice.choice(ORDERS)
        with suppress(Refused, InvalidInput, NotFound, StaleIssue), transaction(office.url) as session:
            order(Turn(session, office.book, dice, office.now()))
            session.flush()
            succeeded[order.__name__] += 1
    return succeeded


def test_orders_writers_and_nights_get_along(office: Office) -> None:
    with transaction(office.url) as session:
        communities = list(session.scalars(select(Unit.id).where(Unit.community_id == Unit.id)))
    with ThreadPoolExecutor(4 + 4 + len(communities)) as pool:
        nights = [pool.submit(office.nights, each) for each in communities]
        working = [pool.submit(office.write, seed) for seed in range(4)]
        ordering = [pool.submit(orders, office, seed) for seed in range(4)]
        try:
            written = sum((each.result() for each in working), Counter[Action]())
            ordered = sum((each.result() for each in ordering), Counter[str]())
        finally:
            office.closed.set()
        for each in nights:
            each.result()
    print(f"\n{dict(written)}, {dict(ordered)}")
    assert all(ordered[order.__name__] for order in ORDERS), ordered
    with transaction(office.url) as session:
        for community in communities:
            night.run(session, office.book, community, at("2026-03-16 02:30"))
        assert set(session.scalars(select(Duty.state))) & {DutyState.HELD} == set()
        assert session.scalars(select(Suspension.id).where(Suspension.ended_at.is_(None))).all() == []
        assert_one_holder_a_post(session)
        assert_absences_apart(session)


def assert_one_holder_a_post(session: Session) -> None:
    for day in (TODAY, TOMORROW, LATER):
        held = [
            each.post_id
            for each in session.scalars(select(Posting))
            if each.from_on <= day and (each.until_on is None or each.until_on > day)
        ]
        assert len(held) == len(set(held)), day


def assert_absences_apart(session: Session) -> None:
    rows = session.scalars(select(Absence).where(~Absence.cancelled).order_by(Absence.from_on, Absence.id)).all()
    for one in rows:
        others = [each for each in rows if each.person_id == one.person_id and each is not one]
        assert not any(one.from_on < each.until_on and each.from_on < one.until_on for each in others)


def test_of_two_hand_overs_at_once_one_takes_place(office: Office) -> None:
    with transaction(office.url) as session:
        issue = reported(session, office.book, "2026-03-02 09:00")
        night.run(session, office.book, issue.community_id, at("2026-03-02 10:00"))
    start = Barrier(2)

    def order(to: str) -> HandedOver:
        with transaction(office.url) as session:
            start.wait()
            return handing_over.hand_over(session, office.book, "W01", to=to, by="S01", now=at("2026-03-03 09:00"))

    with ThreadPoolExecutor(2) as pool:
        done = {to: pool.submit(order, to) for to in ("W02", "K01")}
        results = [future.result() for future in done.values()]
    assert sorted(results, key=lambda each: each.posts) == [HandedOver(), HandedOver(posts=1, duties=2)]
    with transaction(office.url) as session:
        assert len(session.scalars(select(Event.id).where(Event.action == Action.HAND_OVER)).all()) == 2
        assert len(session.scalars(select(Notice.id).where(Notice.step == 0)).all()) == 2
