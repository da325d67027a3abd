"""Stocks taken over and closings recorded by two at once, and beside nights and people at work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from threading import Event as Signal
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import casework, guards, holding
from models.actions.closing import close_as_recorded
from models.actions.stock import take_over_stock
from models.database import transaction
from models.queries.rulebook import Rulebook, rulebook
from models.rules.stock import Closing, StockRow
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import OWED, Action, DutyKind, RequestKind, Severity, Stage
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county
from tests.models.ledger import unit_id
from tests.models.mutations import audited
from tests.models.test_at_once import at_once, run_night

LIVE, NOW = at("2026-03-01 00:00"), at("2026-03-03 10:00")
SOURCES = count()


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    url = fresh_database(server_url, "wangge_stock_at_once")
    with transaction(url) as session:
        load_small_county(session)
    yield url
    with transaction(url) as session:
        assert audited(session, rulebook(session, COUNTY), NOW) == []


def stock(source: str, many: int = 12) -> list[StockRow]:
    """Issues of all grids, and of none."""
    grids = ("east-1", "west-1", "east-2", None)
    raised = [
        StockRow(
            *(str(n), source, grids[n % 4], "lighting", Severity.ORDINARY, "灯", at("2026-03-02 09:00"), "W01"),
            stage=Stage.RAISED,
        )
        for n in range(many)
    ]
    return [_signed(row) if row.grid == "east-1" else row for row in raised]


def _signed(row: StockRow) -> StockRow:
    return replace(row, stage=Stage.ACTING, signed_at=at("2026-03-02 10:00"), handler="S01")


def take(session: Session, book: Rulebook, rows: list[StockRow]) -> int:
    return len(take_over_stock(session, book, rows, live_at=LIVE, by="C01", now=NOW).issues)


def test_a_stock_that_two_bring_in_at_once_comes_once(url: str) -> None:
    rows, came = stock(f"two-{next(SOURCES)}"), list[int]()
    ends = at_once(
        url,
        lambda session, book: came.append(take(session, book, rows)),
        lambda session, book: came.append(take(session, book, rows[::-1])),
        run_night("east"),
        run_night("west"),
    )
    assert ends == [None] * 4
    assert sorted(came) == [0, 12]


def test_stocks_of_two_sources_that_come_crosswise_get_by_and_their_numbers_have_no_gaps(url: str) -> None:
    one, other = stock(f"one-{next(SOURCES)}"), stock(f"other-{next(SOURCES)}")
    ends = at_once(
        url,
        lambda session, book: take(session, book, [*one, *other]),
        lambda session, book: take(session, book, [*other, *one][::-1]),
        lambda session, book: take(session, book, other),
    )
    assert ends == [None] * 3
    with transaction(url) as session:
        numbers = session.scalars(select(Issue.number)).all()
    by_place: dict[str, set[int]] = {}
    for place, n in (each.rsplit("-", 1) for each in numbers):
        by_place.setdefault(place, set()).add(int(n))
    assert all(found == set(range(1, len(found) + 1)) for found in by_place.values())


def test_a_stock_waits_for_the_night_of_a_community(url: str) -> None:
    rows, done = stock(f"waits-{next(SOURCES)}"), Signal()

    def bring() -> None:
        with transaction(url) as session:
            take(session, rulebook(session, COUNTY), rows)
        done.set()

    with transaction(url) as session:
        guards.hold_night(session, unit_id(session, "west"), guards.PATIENCE)
        thread = Thread(target=bring)
        thread.start()
        sleep(0.3)
        assert not done.is_set()
    thread.join(10)
    assert done.is_set()


def test_what_two_sources_close_at_once_is_closed_once_whatever_people_and_nights_do(url: str) -> None:
    rows = stock(f"closed-{next(SOURCES)}")
    with transaction(url) as session:
        book = rulebook(session, COUNTY)
        ids = [*take_over_stock(session, book, rows, live_at=LIVE, by="C01", now=NOW).issues.values()]
        numbers = session.scalars(select(Issue.number).where(Issue.id.in_(ids)).order_by(Issue.id)).all()
        acting = session.scalars(select(Issue.number).where(Issue.id.in_(ids), Issue.stage == Stage.ACTING)).all()
    closings = [Closing(each, NOW) for each in numbers]
    hold, until = RequestKind.HOLD, date(2026, 3, 16)
    closed: list[int] = []
    ends = at_once(
        url,
        lambda session, book: closed.append(close_as_recorded(session, book, closings, by="C01", now=NOW).closed),
        lambda session, book: closed.append(close_as_recorded(session, book, closings[::-1], by="C01", now=NOW).closed),
        run_night("east"),
        run_night("west"),
        run_night("river"),
        lambda session, book: casework.done(session, book, acting[0], evidence="x", by="S01", now=NOW),
        lambda session, book: holding.ask(
            session, book, acting[1], what=hold, until=until, reason="x", by="S01", now=NOW
        ),
    )
    assert ends[:5] == [None] * 5
    assert sorted(closed) == [0, 12]
    with transaction(url) as session:
        assert set(session.scalars(select(Issue.stage).where(Issue.id.in_(ids)))) == {Stage.CLOSED}
        owed = select(func.count(Duty.id)).where(Duty.issue_id.in_(ids), Duty.state.in_(OWED))
        assert session.scalar(owed) == 0
        works = select(func.count(Duty.id)).where(Duty.issue_id.in_(ids), Duty.kind == DutyKind.ACT)
        assert session.scalar(works) == 12
        ends_ = select(func.count(Event.id)).where(Event.issue_id.in_(ids), Event.action == Action.CLOSE_AS_RECORDED)
        assert session.scalar(ends_) == 12
