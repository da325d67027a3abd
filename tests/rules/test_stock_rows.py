"""What a row of a stock must be like, all that is wrong said at once; and the history it tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.rules.intake import Known
from models.rules.stock import StockRow, deeds, faults
from models.vocabulary import Action, Rating, Severity, Stage

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
KNOWN = Known(
    grids={"east-1"},
    categories={"lighting": "lighting"},
    reporters={},
    since=START - timedelta(days=60),
    now=START + timedelta(days=10),
    ambiguous={"新区"},
)
RAISED = StockRow("7", "old", "east-1", "lighting", Severity.ORDINARY, "灯", START, "W01", Stage.RAISED)
ACTING = replace(RAISED, stage=Stage.ACTING, signed_at=START + timedelta(days=1), handler="W01")
DONE = replace(ACTING, stage=Stage.EVALUATING, done_at=START + timedelta(days=2), evidence="photo")
RATED = replace(DONE, rating=Rating.SATISFIED, rated_at=START + timedelta(days=3))
CLOSED = replace(RATED, stage=Stage.CLOSED, closed_at=START + timedelta(days=4), closed_by="S01")
SENT_BACK = replace(RATED, stage=Stage.ACTING, rating=Rating.DISSATISFIED)
RECORDED = replace(RAISED, stage=Stage.CLOSED, closed_at=START)


@pytest.mark.parametrize("row", [RAISED, ACTING, DONE, RATED, CLOSED, SENT_BACK, RECORDED, replace(RAISED, grid=None)])
def test_a_row_of_each_stage_is_right(row: StockRow) -> None:
    assert faults(row, KNOWN) == {}


@pytest.mark.parametrize(
    ("row", "otherwise", "wrong"),
    [
        (RAISED, {"external_id": " ", "summary": ""}, {"external_id": "missing", "summary": "missing"}),
        (RAISED, {"category": ""}, {"category": "missing"}),
        (RAISED, {"category": "fireworks", "grid": "north-1"}, {"category": "unknown", "grid": "unknown"}),
        (RAISED, {"grid": "新区"}, {"grid": "ambiguous"}),
        (ACTING, {"grid": None}, {"grid": "missing"}),
        (RAISED, {"severity": "grave"}, {"severity": "unknown"}),
        (RAISED, {"happened_at": START + timedelta(days=11)}, {"happened_at": "later"}),
        (RAISED, {"happened_at": START - timedelta(days=61)}, {"happened_at": "earlier"}),
        (ACTING, {"signed_at": START - timedelta(seconds=1)}, {"signed_at": "out_of_order"}),
        (RATED, {"done_at": START + timedelta(hours=1)}, {"done_at": "out_of_order"}),
        (CLOSED, {"closed_at": START + timedelta(days=11)}, {"closed_at": "later"}),
        (ACTING, {"signed_at": None}, {"signed_at": "missing", "stage": "disagrees"}),
        (DONE, {"evidence": None}, {"evidence": "missing"}),
        (DONE, {"evidence": " "}, {"evidence": "missing"}),
        (DONE, {"signed_at": None}, {"signed_at": "missing"}),
        (RATED, {"rating": None}, {"rating": "missing"}),
        (RATED, {"rated_at": None}, {"rated_at": "missing"}),
        (RATED, {"rating": Rating.DISSATISFIED}, {"stage": "disagrees"}),
        (RATED, {"stage": Stage.ACTING}, {"stage": "disagrees"}),
        (CLOSED, {"stage": Stage.EVALUATING}, {"stage": "disagrees"}),
        (CLOSED, {"closed_at": None}, {"closed_at": "missing"}),
        (RAISED, {"stage": Stage.MERGED}, {"stage": "not_taken"}),
        (RAISED, {"summary": "灯\0", "source": "x" * 201}, {"summary": "unstorable", "source": "long_key"}),
        (DONE, {"summary": "灯" * 8001}, {"summary": "too_long"}),
    ],
)
def test_what_is_wrong_is_said_of_each_field_at_once(
    row: StockRow, otherwise: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert faults(replace(row, **otherwise), KNOWN) == wrong


def test_a_row_tells_what_was_done_when_and_by_whom() -> None:
    assert [(each.action, each.by) for each in deeds(CLOSED)] == [
        (Action.REPORT, "W01"),
        (Action.SIGN, "W01"),
        (Action.DONE, "W01"),
        (Action.EVALUATE, None),
    ]


@pytest.mark.parametrize(
    ("otherwise", "verified"),
    [
        ({}, True),
        ({"closed_by": "W01"}, False),
        ({"closed_by": None}, False),
        ({"evidence": None}, False),
        ({"evidence": " "}, False),
        ({"handler": None}, False),
        ({"rating": Rating.DISSATISFIED}, False),
        ({"rating": None, "rated_at": None}, False),
    ],
)
def test_a_closing_counts_as_verified_where_it_would_have_been_let_through_here(
    otherwise: dict[str, Any], verified: bool
) -> None:
    assert replace(CLOSED, **otherwise).verified is verified
