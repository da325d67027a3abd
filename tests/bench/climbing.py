"""The climb of a whole county in one night: as the product does it, by hand, and the least of all."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import count
from math import log

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions import guards, night
from models.database import engine, transaction
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.tables.places import County
from tests.bench.database import a_ledger, settle
from tests.bench.ledger import ROUNDS, fill, moment, written
from tests.bench.measuring import Line, interleaved, seconds

Climb = Callable[[datetime], int]


def climbing(server_url: str, sizes: list[int], rounds: int) -> Iterator[Line]:
    """The lines of every size, then of the largest with what is due scattered over the table, then how it grows."""
    taken = {}
    for size in sizes:
        with a_ledger(server_url, partial(fill, open_duties=size, scattered=False)) as url:
            taken[size] = _medians(url, size, rounds)
        yield from _lines(f"{size:,} open, {size // ROUNDS:,} due", taken[size])
    largest, smallest = max(sizes), min(sizes)
    with a_ledger(server_url, partial(fill, open_duties=largest, scattered=True)) as url:
        yield from _lines(f"{largest:,} open, the due ones scattered", _medians(url, largest, rounds))
    if largest > smallest:
        grown = log(taken[largest]["product"] / taken[smallest]["product"]) / log(largest / smallest)
        yield Line(f"growth from {smallest:,} to {largest:,}: exponent", grown, most=1.05, unit="")


def _lines(size: str, taken: Mapping[str, float]) -> Iterator[Line]:
    product, by_hand = taken["product"], taken["by hand"]
    yield Line(
        f"climb, {size}, one community after another; against one statement by hand", product, by_hand, most_times=1.15
    )
    yield Line(
        "four communities at a time, as the flow does; against the same", taken["four"], by_hand, most_times=1.15
    )
    yield Line("one after another; against the minimal schema", product, taken["minimal"], most_times=1.5)
    yield Line("once more the same night, nothing to do; against the first", taken["again"], product, most_times=0.15)


def _medians(url: str, size: int, rounds: int) -> dict[str, float]:
    ways = Ways(url)
    due, turns, minimal_turns = size // ROUNDS, count(), count()

    def timed(way: Climb, at: datetime, expected: int = due) -> float:
        moved = []
        taken = seconds(lambda: moved.append(way(at)))
        if moved != [expected]:
            raise AssertionError(way, moved, expected)
        return taken

    def product() -> dict[str, float]:
        at = moment(next(turns))
        settle(url)
        return {"product": timed(ways.product, at), "again": timed(ways.product, at, 0)}

    def once(name: str, way: Climb, turn: Iterator[int]) -> Callable[[], dict[str, float]]:
        def measured() -> dict[str, float]:
            settle(url)
            return {name: timed(way, moment(next(turn)))}

        return measured

    others = [
        once("by hand", ways.by_hand, turns),
        once("four", ways.four_at_a_time, turns),
        once("minimal", ways.minimal, minimal_turns),
    ]
    return interleaved([product, *others], rounds)


class Ways:
    """The ways to climb; each returns how many duties moved."""

    def __init__(self, url: str) -> None:
        self._url = url
        with transaction(url) as session:
            session.execute(text(written("minimal_ledger")))
            key = session.scalars(select(County.key)).one()
            self._book: Rulebook = rulebook(session, key)
            self._communities = [unit.id for unit in units.communities(session, self._book.county.id)]

    def product(self, at: datetime) -> int:
        return sum(self._community(each, at) for each in self._communities)

    def four_at_a_time(self, at: datetime) -> int:
        with ThreadPoolExecutor(4) as threads:
            return sum(threads.map(lambda each: self._community(each, at), self._communities))

    def _community(self, community_id: int, at: datetime) -> int:
        with transaction(self._url) as session:
            guards.hold_night(session, community_id, guards.PATIENCE)
            return night.climb(session, self._book, community_id, at)["climbed"]

    def by_hand(self, at: datetime) -> int:
        with transaction(self._url) as session:
            return climb_by_hand(session, self._book.county.id, at)

    def minimal(self, at: datetime) -> int:
        with engine(self._url).begin() as connection:
            return connection.execute(text(written("minimal")), {"now": at}).rowcount


def climb_by_hand(session: Session, county_id: int, at: datetime) -> int:
    """The statement by hand; here a notice for each duty moved, so its rows count the duties."""
    moved = session.connection().execute(text(written("by_hand")), {"county": county_id, "now": at})
    return moved.rowcount
