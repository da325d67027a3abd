"""The ledger as it was known: rebuilt from history it equals, field by field, what was stored then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.queries import duties, ledger
from models.queries.rulebook import Rulebook
from models.tables.history import Revision
from models.vocabulary import Action
from tests.models.lives import BEGIN, Deed, Life, deeds, thrown
from tests.rules.properties import quick

EVENTFUL = 7
"""Dice that let a county live through much in little time."""
HAPPENS = {
    *(Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE, Action.REOPEN, Action.TRANSFER, Action.MERGE),
    *(Action.REJECT, Action.WITHDRAW, Action.ASK, Action.HOLD, Action.RESUME, Action.PROMISE, Action.CALL_UP),
    *(Action.VOID, "hand over", "absent", "flood", "calendar", "leave"),
}


@dataclass(frozen=True)
class Stored:
    """What stood in the ledger at an instant, and all that was owed."""

    at: datetime
    entries: list[ledger.Entry]
    owed: list[duties.Owed]


def stored(session: Session, book: Rulebook, now: datetime, **how: Any) -> Stored:
    owed = duties.owed(session, book, duties.Wanted(), now, **how)
    return Stored(now, list(ledger.entries(session, book, now, **how)), owed)


def check(session: Session, life: Life, lived: Sequence[Deed]) -> None:
    """Let a county live, storing its ledger now and then; in the end rebuild what was stored."""
    then = []
    for deed in lived:
        known = session.scalar(select(func.max(Revision.id))) or 0
        life.live(deed)
        assert recorded_since(session, known) <= {life.now}
        if deed.what % 3 == 0:
            then.append(stored(session, life.book, life.now))
    for each in then:
        assert stored(session, life.book, each.at, as_known=True) == each


def recorded_since(session: Session, known: int) -> set[datetime]:
    """The instants at which later revisions say that they were recorded."""
    session.flush()
    return set(session.scalars(select(Revision.recorded_at).where(Revision.id > known)))


def test_the_ledger_of_an_eventful_county_is_rebuilt_as_it_stood(session: Session, book: Rulebook) -> None:
    dice, life = Random(EVENTFUL), Life(session, book)
    check(session, life, [thrown(dice) for _ in range(120)])
    assert len(HAPPENS & life.done.keys()) >= len(HAPPENS) * 3 / 4  # of all kinds of things most have happened


@quick(4)
@given(lived=st.lists(deeds, min_size=30, max_size=50))
def test_any_ledger_is_rebuilt_as_it_stood(session: Session, book: Rulebook, lived: list[Deed]) -> None:
    before = session.begin_nested()
    check(session, Life(session, book), lived)
    before.rollback()


def test_before_anything_was_raised_the_ledger_was_empty(session: Session, book: Rulebook) -> None:
    life = Life(session, book)
    life.live(Deed(0, 0, 1, timedelta(hours=1)))
    assert stored(session, book, life.now).entries
    assert stored(session, book, BEGIN, as_known=True) == Stored(BEGIN, [], [])


def test_what_was_recorded_at_an_instant_was_known_then(session: Session, book: Rulebook) -> None:
    life = Life(session, book)
    life.live(Deed(0, 0, 1, timedelta(hours=1)))
    instant = timedelta(microseconds=1)
    assert [len(stored(session, book, life.now + each, as_known=True).entries) for each in (-instant, 0 * instant)] == [
        0,
        1,
    ]
