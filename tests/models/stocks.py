"""Stocks at random: rows as another system may have them, of every stage, with people known here and not."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from models.rules.stock import StockRow
from models.vocabulary import Rating, Severity, Stage
from tests.county import STAFF
from tests.models.lifecycle.verbs import GRIDS

PEOPLE = (*(each.code for each in STAFF), "X99", None)
SIGNED, DONE, RATED, CLOSED = ("signed_at",), ("done_at", "evidence"), ("rated_at", "rating"), ("closed_at",)
TOLD = (
    (Stage.RAISED, ()),
    (Stage.ACTING, SIGNED),
    (Stage.ACTING, SIGNED + DONE + RATED),
    (Stage.EVALUATING, SIGNED + DONE),
    (Stage.EVALUATING, SIGNED + DONE + RATED),
    (Stage.CLOSED, SIGNED + DONE + RATED + CLOSED),
    (Stage.CLOSED, SIGNED + CLOSED),
    (Stage.CLOSED, CLOSED),
)
"""What a row of a stage may tell; of an acting one that was done and rated, the resident was not content."""
CONTENT = (Rating.SATISFIED, Rating.FAIRLY_SATISFIED, Rating.UNREACHABLE)


def row(dice: Random, number: object, now: datetime, *, longest: timedelta = timedelta(days=20)) -> StockRow:
    """A row without faults, reported no longer ago."""
    stage, told = dice.choice(TOLD)
    times = sorted(now - longest * dice.random() for _ in range(5))
    facts: dict[str, Any] = dict(zip(("signed_at", "done_at", "rated_at", "closed_at"), times[1:], strict=True))
    facts |= {"evidence": "照片", "rating": Rating.DISSATISFIED if stage is Stage.ACTING else dice.choice(CONTENT)}
    return StockRow(
        external_id=str(number),
        source="old",
        grid=dice.choice(GRIDS if "signed_at" in told else (*GRIDS, None)),
        category=dice.choice(("lighting", "drainage", "noise")),
        severity=dice.choice(list(Severity)),
        summary="灯",
        happened_at=times[0],
        reported_by=dice.choice(PEOPLE),
        stage=stage,
        handler=dice.choice(PEOPLE),
        closed_by=dice.choice(PEOPLE),
        **{name: facts[name] for name in told},
    )
