"""The account of a replay as facts: for the page, and as they stand in the files beside it. No texts of residents."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from deployments.replay.account import Account
from deployments.replay.living import Life
from models.queries.replayed import Repeated
from models.queries.rulebook import Rulebook
from models.rules.replaying import FLOWS, STANDING
from models.tables.places import Unit
from models.vocabulary import StepAction

TOLD = ("new", *map(str, StepAction))
COUNTED = (*FLOWS, *STANDING)
FOREVER = datetime.max.replace(tzinfo=UTC)


def facts(of: Account, life: Life, book: Rulebook, file: str) -> dict[str, Any]:
    """Everything the page says, as data."""
    nights = [book.local_date(at) for at in life.nights]
    return {
        "file": file,
        "county": {"key": book.county.key, "name": book.county.name, "zone": book.county.zone},
        "first_on": book.local_date(life.history.lived[0].report.happened_at),
        "first_night": nights[0],
        "last_night": nights[-1],
        "last_night_at": life.nights[-1],
        "equation": {**asdict(of.equation), "closed": of.equation.closed, "balanced": of.equation.balanced},
        "agrees": of.agrees,
        "watches": life.watches,
        "messages": {str(kind): of.messages.get(kind, 0) for kind in ("digest", "urgent")},
        "tiers": _tiers(of, book),
        "units": [_unit(of, unit, book) for unit in of.units],
        "nights": _nights(of, book),
        "alike": _alike(of.repeated),
        "rejected": [{"line": each.line, "faults": dict(each.faults)} for each in life.history.turned],
        "repeated": list(life.history.repeated),
    }


def cells(of: Account, book: Rulebook) -> list[dict[str, Any]]:
    """A row for each night and unit with anything in it: about its own issues, and what its posts were told."""
    units = {unit.id: unit for unit in of.units}
    tiers = [tier["name"] for tier in book.county.tiers]
    keys = sorted({*of.figures.cells, *of.figures.addressed})
    return [
        {
            "night": book.local_date(of.figures.nights[night]),
            "unit": units[unit].key,
            "name": units[unit].name,
            "tier": tiers[units[unit].depth],
            **_counted(of.figures.cells.get((night, unit), {}), COUNTED),
            **{f"to_{name}": n for name, n in _counted(of.figures.addressed.get((night, unit), {}), TOLD).items()},
        }
        for night, unit in keys
    ]


def _counted(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def _tiers(of: Account, book: Rulebook) -> list[dict[str, Any]]:
    """What the posts of each tier were told."""
    told = [Counter[str]() for _ in book.county.tiers]
    for unit in of.units:
        told[unit.depth].update(of.figures.told(unit.id))
    return [
        {"key": tier["key"], "name": tier["name"], **_counted(counts, TOLD)}
        for tier, counts in zip(book.county.tiers, told, strict=True)
    ]


def _unit(of: Account, unit: Unit, book: Rulebook) -> dict[str, Any]:
    """A unit with all below it; of a unit above the grids that is more than its own."""
    units = {each.id: each for each in of.units}
    return {
        "key": unit.key,
        "name": unit.name,
        "depth": unit.depth,
        "tier": book.county.tiers[unit.depth]["name"],
        "under": units[unit.parent_id].key if unit.parent_id else None,
        **_counted(of.of_tree(unit), (*COUNTED, "most_overdue")),
        "told": _counted(of.figures.told(unit.id), TOLD),
    }


def _nights(of: Account, book: Rulebook) -> list[dict[str, Any]]:
    """What happened up to each night and on it, how things stood then, and what each tier was told."""
    tiers, depths = [tier["key"] for tier in book.county.tiers], {unit.id: unit.depth for unit in of.units}
    told: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for (night, unit), counts in of.figures.addressed.items():
        told[night, tiers[depths[unit]]].update(counts)
    return [
        {
            "night": book.local_date(at),
            "at": at,
            **_counted(counts, COUNTED),
            "to": {tier: _counted(told[number, tier], TOLD) for tier in tiers},
        }
        for number, (at, counts) in enumerate(zip(of.figures.nights, of.figures.by_night, strict=True))
    ]


def _alike(groups: Sequence[tuple[Repeated, ...]]) -> dict[str, Any]:
    """Groups of the same text by their numbers; while an earlier one was open, a later one could have been merged."""
    return {
        "groups": [[each.number for each in group] for group in groups],
        "issues": sum(map(len, groups)),
        "while_open": sum(_while_open(group) for group in groups),
    }


def _while_open(group: Sequence[Repeated]) -> int:
    """How many came while one before them was under way."""
    ends = [each.struck_at or FOREVER for each in group]
    return sum(end > each.recorded_at for end, each in zip(accumulate(ends, max), group[1:], strict=False))
