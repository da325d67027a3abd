"""A history of reports and closings lived again: ten thousand reports of three days, thirty nights, to its figures."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from deployments.county_pack.loading import load_pack
from deployments.replay.replaying import Wanted, replay
from models.rules.pack import CountyPack
from tasks.sources import Line as Row
from tests.bench.database import PACK
from tests.bench.measuring import Line

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
NIGHTS = 30
MOST = 120
"""Seconds for 9,989 reports and 90 nights, asked for; thirty nights of ten thousand have to be quicker than that."""


def replaying(server_url: str, count: int) -> Iterator[Line]:
    """Once: it takes its time."""
    pack = load_pack(PACK)
    wanted = Wanted("invented", list(_rows(pack, count)), pack, NIGHTS)
    start = time.perf_counter()
    facts = replay(server_url, wanted, lambda *_: None).facts
    taken = time.perf_counter() - start
    if not (facts["equation"]["balanced"] and facts["agrees"]) or facts["findings"]:
        raise AssertionError(facts["equation"])
    what = f"{count:,} reports of three days lived through {NIGHTS} nights, {len(facts['units'])} units, with the audit"
    yield Line(what, taken, most=MOST)


def _rows(pack: CountyPack, count: int) -> Iterator[Row]:
    """Most are closed within a week or two, a few never; one in a hundred lies on no grid, one in fifty is urgent."""
    dice, deepest = Random(4), len(pack.tiers) - 1
    grids = [placed.unit.key for placed in pack.units() if placed.depth == deepest]
    kinds = [each.key for each in pack.policy.categories]
    for number in range(count):
        raised = FIRST + timedelta(minutes=dice.randrange(3 * 24 * 60))
        shut = raised + timedelta(minutes=dice.randrange(1, int(dice.expovariate(1 / 5000)) + 2))
        said: dict[str, Any] = {
            "external_id": str(number),
            "happened_at": raised,
            "closed_at": None if dice.random() < 0.01 else shut,
            "grid": None if dice.random() < 0.01 else dice.choice(grids),
            "category": dice.choice(kinds),
            "severity": "urgent" if dice.random() < 0.02 else "ordinary",
            "summary": f"report {number % 9000}",
            "source": "bench",
        }
        yield Row(number + 2, (), said, {})
