"""Holds, extensions and requests in the corners: missed nights, messages, what changes between asking and deciding.

The issue is the one of test_holding: due on Thursday 5 March at 9:00, yellow on Wednesday the 4th at 10:45.
"""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.tables.events import Event
from models.vocabulary import Action
from tests.county import at, reported
from tests.models.cases import MONDAY, Case

MARCH_16 = date(2026, 3, 16)


@pytest.fixture
def raised(session: Session, book: Rulebook) -> Case:
    """An issue on east-1, given to its worker by the night."""
    return Case(session, book, reported(session, book, MONDAY)).assigned()


@pytest.fixture
def case(raised: Case) -> Case:
    """The same, signed for."""
    return raised.signed()


def test_who_lets_it_go_on_after_its_day_gains_no_time_by_nights_that_were_missed(case: Case) -> None:
    case.held(MARCH_16).resumed("2026-03-18 10:00")
    assert (case.work.due_at, case.work.basis_at) == (at("2026-03-17 16:30"), at("2026-03-16 00:00"))
    resumed = select(Event.happened_at, Event.recorded_at).where(Event.action == Action.RESUME)
    assert case.session.execute(resumed).one() == (at("2026-03-16 00:00"), at("2026-03-18 10:00"))
