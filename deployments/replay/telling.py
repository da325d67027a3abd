"""The account of a replay as facts: for the page, and as they stand in the files beside it. No texts of residents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from deployments.replay.account import Account
from deployments.replay.living import Life
from models.queries.replayed import Repeated
from models.queries.rulebook import Rulebook
from models.rules.replaying import FLOWS, STANDING, reach
from models.tables.places import Unit
from models.vocabulary import MessageKind, StepAction

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
        "findings": [{"key": each.key, "kind": each.kind, "facts": each.facts} for each in of.findings],
        "odd_hours": _odd_hours(of, book),
        "watches": life.watches,
        "messages": {str(kind): of.messages.get(kind, 0) for kind in MessageKind},
        "tiers": [{"key": tier["key"], "name": tier["name"]} for tier in book.county.tiers],
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
            **_flat(_to(of.figures.cells.get((night, unit), {}), book)),
            **{f"to_it_{name}": n for name, n in _counted(of.figures.addressed.get((night, unit), {}), TOLD).items()},
        }
        for night, unit in keys
    ]


def _counted(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def _unit(of: Account, unit: Unit, book: Rulebook) -> dict[str, Any]:
    """A unit with all below it; of a unit above the grids that is more than its own."""
    units, counts = {each.id: each for each in of.units}, of.of_tree(unit)
    return {
        "key": unit.key,
        "name": unit.name,
        "depth": unit.depth,
        "tier": book.county.tiers[unit.depth]["name"],
        "under": units[unit.parent_id].key if unit.parent_id else None,
        **_counted(counts, (*COUNTED, "most_overdue")),
        "to": _to(counts, book),
        "to_it": _counted(of.figures.told(unit.id), TOLD),
    }


def _odd_hours(of: Account, book: Rulebook) -> list[dict[str, Any]]:
    """The nights that came at another hour than most: the clocks were changed."""
    shown = [at.astimezone(book.calendar.office.zone) for at in of.figures.nights]
    (usual, _), *_ = Counter(at.time() for at in shown).most_common()
    return [{"night": at.date(), "clock": f"{at:%H:%M}"} for at in shown if at.time() != usual]


def _nights(of: Account, book: Rulebook) -> list[dict[str, Any]]:
    """What happened up to each night and on it, how things stood then, and what each tier was told."""
    counted = zip(of.figures.nights, of.figures.by_night, strict=True)
    return [
        {"night": book.local_date(at), "at": at, **_counted(counts, COUNTED), "to": _to(counts, book)}
        for at, counts in counted
    ]


def _to(counts: Mapping[str, int], book: Rulebook) -> dict[str, dict[str, int]]:
    """Notices about some issues, by the tier told and what for."""
    return {
        tier["key"]: {does: counts.get(reach(does, depth), 0) for does in TOLD}
        for depth, tier in enumerate(book.county.tiers)
    }


def _flat(to: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The same in one row."""
    return {f"{does}_{tier}": count for tier, counts in to.items() for does, count in counts.items()}


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
