"""What can be ordered about people, posts and units: who is away, who takes over, where nothing can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.actions import absences, handing_over, suspending
from models.actions.absences import Leave
from models.queries.rulebook import Rulebook
from tests.county import STAFF
from tests.models.lifecycle.verbs import UNITS, minutes

COMMANDER = "C01"
"""Stays, and orders it all."""
OTHERS = [each.code for each in STAFF if each.code != COMMANDER]


@dataclass(frozen=True)
class Order:
    """A function and what it is told."""

    does: Callable[..., object]
    said: Mapping[str, st.SearchStrategy[Any]]


def go_away(session: Session, book: Rulebook, now: datetime, *, code: str, deputy: str | None, days: list[int]) -> None:
    start, length = days
    first = book.local_date(now + timedelta(days=start))
    last = book.local_date(now + timedelta(days=start + length))
    leave = Leave(code, first, last, "探亲", deputy)
    absences.enter(session, book, leave, by=COMMANDER, now=now)


def come_back(session: Session, book: Rulebook, now: datetime, *, code: str) -> None:
    absences.cancel(session, book, code, by=COMMANDER, now=now)


def hand_over(session: Session, book: Rulebook, now: datetime, *, code: str, to: str | None, days: int) -> None:
    on = book.local_date(now + timedelta(days=days))
    handing_over.hand_over(session, book, code, to=to, on=on, by=COMMANDER, now=now)


def suspend(session: Session, book: Rulebook, now: datetime, *, unit: str, length: timedelta) -> None:
    suspending.suspend(session, book, unit, cause="洪水", until=now + length, by=COMMANDER, now=now)


def go_on(session: Session, book: Rulebook, now: datetime, *, unit: str) -> None:
    suspending.resume(session, book, unit, by=COMMANDER, now=now)


CODES, PLACES = st.sampled_from(OTHERS), st.sampled_from(UNITS)
ORDERS = {
    "go_away": Order(
        go_away,
        {
            "code": CODES,
            "deputy": st.one_of(CODES, st.none()),
            "days": st.tuples(st.integers(0, 2), st.integers(0, 5)).map(list),
        },
    ),
    "come_back": Order(come_back, {"code": CODES}),
    "hand_over": Order(hand_over, {"code": CODES, "to": st.one_of(CODES, CODES, st.none()), "days": st.integers(0, 2)}),
    "suspend": Order(suspend, {"unit": PLACES, "length": minutes(30, 4 * 24 * 60)}),
    "suspend_again": Order(suspend, {"unit": PLACES, "length": minutes(30, 6 * 60)}),
    "suspend_it_all": Order(suspend, {"unit": st.just("works"), "length": minutes(30, 4 * 24 * 60)}),
    "go_on": Order(go_on, {"unit": PLACES}),
}
