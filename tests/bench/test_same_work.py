"""What is measured against each other does the same to the same ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions import night
from models.queries import units
from models.queries.rulebook import Rulebook
from tests.bench.climbing import climb_by_hand
from tests.bench.ledger import ROUNDS, fill, moment, raise_anew

OPEN = 400
WRITTEN = {
    "duties": "SELECT id, step, next_step_at FROM duties",
    "events": "SELECT county_id, issue_id, duty_id, action, step, happened_at, recorded_at FROM events",
    "notices": "SELECT county_id, duty_id, step, post_id, action, immediate, recorded_at FROM notices",
}

Rows = dict[str, list[tuple[object, ...]]]


def done_by(session: Session, climb: Callable[[], object]) -> Rows:
    """The rows a climb leaves, in an order of their own; the climb is undone."""
    with session.begin_nested() as undone:
        climb()
        left = {
            name: sorted(map(tuple, session.execute(text(statement)).all()), key=repr)
            for name, statement in WRITTEN.items()
        }
        undone.rollback()
    return left


@pytest.mark.parametrize("scattered", [True, False])
@pytest.mark.parametrize("at", [moment(0), moment(5), moment(ROUNDS - 1), moment(0) + timedelta(days=61)])
def test_the_climb_by_hand_leaves_the_rows_the_product_leaves(
    session: Session, book: Rulebook, at: datetime, scattered: bool
) -> None:
    if (session.connection().dialect.server_version_info or (0,)) < (18,):
        pytest.skip("by hand is written for PostgreSQL 18")
    fill(session, OPEN, scattered=scattered)
    raise_anew(session, 3)  # some are nobody's
    communities = [unit.id for unit in units.communities(session, book.county.id)]

    by_product = done_by(session, lambda: [night.climb(session, book, each, at) for each in communities])
    by_hand = done_by(session, lambda: climb_by_hand(session, book.county.id, at))

    assert by_product == by_hand
    rounds = min((at - moment(0)).days + 1, ROUNDS)
    assert len({duty for _, _, duty, *_ in by_product["events"]}) == rounds * OPEN // ROUNDS
