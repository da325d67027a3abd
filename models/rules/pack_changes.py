"""What a pack would change of what is loaded, field by field, in the words the pack itself is written in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Any

from models.rules.announcing import Day
from models.rules.bounds import Bounds
from models.rules.pack import CountyPack, PlacedUnit
from models.rules.pack_policy import EscalationPolicy, Policy, ServiceLevel, Step

Fields = Mapping[str, str]
LEVELS = "service_levels."
KEPT = ("units.", "compounds.", "categories.")
"""What stays as it is when a pack no longer lists it."""
IN_DAYS = frozenset({"week", "holidays", "confirmed", "provisional", "closures", "extra_workdays"})
"""The parts of a calendar that say which days are worked: shown as the days they change."""


class How(StrEnum):
    """What becomes of something."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    STAYS = "stays"


@dataclass(frozen=True)
class Change:
    """One difference. ``what`` is a dotted field as faults name it, or days; ``old`` and ``new`` are as written."""

    what: str
    how: How
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True)
class Side:
    """A pack, or what is loaded of packs: its things by dotted name, each with its fields; and its days.

    Days that were announced to the county itself are its own: no pack changes them.
    """

    things: Mapping[str, Fields]
    days: Mapping[date, Day]
    announced: Collection[date] = ()


def changes(old: Side, new: Side) -> list[Change]:
    """All differences, in the order of a pack."""
    return [*_thing_changes(old.things, new.things), *_order_changes(old.things, new.things), *_day_changes(old, new)]


def _thing_changes(old: Mapping[str, Fields], new: Mapping[str, Fields]) -> Iterator[Change]:
    for name in {**new, **old}:
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield _whole(name, before, after)
        else:
            yield from _field_changes(name, before, after)


def _whole(name: str, before: Fields | None, after: Fields | None) -> Change:
    if before is None:
        return Change(name, How.ADDED, new=_listed(after or {}))
    return Change(name, How.STAYS if name.startswith(KEPT) else How.REMOVED, old=_listed(before))


def _listed(fields: Fields) -> str:
    return "; ".join(f"{field}: {text}" if field else text for field, text in fields.items())


def _field_changes(name: str, before: Fields, after: Fields) -> Iterator[Change]:
    for field in {**after, **before}:
        was, now = before.get(field), after.get(field)
        what = f"{name}.{field}" if field else name
        if was is None or now is None:
            yield Change(what, How.ADDED if was is None else How.REMOVED, was, now)
        elif was != now:
            yield Change(what, How.CHANGED, was, now)


def _order_changes(old: Mapping[str, Fields], new: Mapping[str, Fields]) -> Iterator[Change]:
    """Service levels that stand in another order: the first that matches wins."""
    was, now = ([name for name in side if name.startswith(LEVELS)] for side in (old, new))
    both = [name for name in was if name in now], [name for name in now if name in was]
    blocks = SequenceMatcher(None, *both, autojunk=False).get_matching_blocks()
    standing = {name for block in blocks for name in both[0][block.a : block.a + block.size]}
    for name in both[1]:
        if name not in standing:
            yield Change(name, How.MOVED, *(f"#{each.index(name) + 1}" for each in (was, now)))


def _day_changes(old: Side, new: Side) -> Iterator[Change]:
    """The days a pack gives that are loaded otherwise or not at all, those in a row together."""
    given = sorted(day for day in new.days if day not in old.announced)
    for words in (_worked, _sure):
        turns = [(day, _turn(words, old.days.get(day), new.days[day])) for day in given]
        for turn, run in groupby(turns, lambda each: each[1]):
            if turn:
                yield Change(_span([day for day, _ in run]), How.CHANGED, *turn)
    for unknown, days in groupby(given, lambda day: day not in old.days):
        if unknown:
            yield _new_days(list(days), new)


def _turn(words: Callable[[Day], str], was: Day | None, now: Day) -> tuple[str, str] | None:
    return (words(was), words(now)) if was and words(was) != words(now) else None


def _worked(day: Day) -> str:
    return "worked" if day.worked else "off"


def _sure(day: Day) -> str:
    return "confirmed" if day.confirmed else "provisional"


def _new_days(days: list[date], new: Side) -> Change:
    counted = Counter(_worked(new.days[day]) for day in days)
    return Change(_span(days), How.ADDED, new=", ".join(f"{count} {word}" for word, count in counted.most_common()))


def _span(days: Sequence[date]) -> str:
    return f"days.{days[0]}" if len(days) == 1 else f"days.{days[0]}..{days[-1]}"


def written(pack: CountyPack, days: Iterable[tuple[date, bool, bool]]) -> Side:
    """A pack; `days` are (day, worked, confirmed)."""
    tiers = [tier.model_dump(mode="json") for tier in pack.tiers]
    units = {placed.unit.key: placed for placed in pack.units()}
    compounds = [(key, each) for key, placed in units.items() for each in placed.unit.compounds]
    things = {
        **county_things(_fields(pack.county.model_dump(mode="json")), tiers, pack.calendar.model_dump(mode="json")),
        **{f"units.{key}": _unit(placed) for key, placed in units.items()},
        **{f"compounds.{key}.{each.key}": compound(each.name, each.kind, each.households) for key, each in compounds},
        **policy_things(pack.policy),
    }
    return Side(things, {day: Day(worked, confirmed) for day, worked, confirmed in days})


def _unit(placed: PlacedUnit) -> Fields:
    covers = ((each.compound, each.households, each.buildings) for each in placed.unit.covers)
    return unit(placed.unit.name, placed.parent, covers)


def unit(name: str, under: str | None, covers: Iterable[tuple[str, int, str | None]]) -> Fields:
    """A unit with the one above it and what it covers: (compound, households, buildings)."""
    parts = (f"{key} {households}" + (f" ({houses})" if houses else "") for key, households, houses in covers)
    return _fields({"name": name, "under": under, "covers": sorted(parts)})


def compound(name: str, kind: str, households: int) -> Fields:
    """A compound."""
    return _fields({"name": name, "kind": kind, "households": households})


def county_things(county: Fields, tiers: Sequence[Mapping[str, Any]], calendar: Mapping[str, Any]) -> dict[str, Fields]:
    """A county, its tiers from the top down, and how its office works."""
    things = {"county": county, "tiers": {"order": _text([tier["key"] for tier in tiers])}}
    things |= {f"tiers.{tier['key']}": _fields(tier, but={"key"}) for tier in tiers}
    return {**things, "calendar": _fields(calendar, but=IN_DAYS)}


def policy_things(policy: Policy) -> dict[str, Fields]:
    """Everything a policy says; what it leaves to its defaults, too."""
    bounds = Bounds.read(policy.model_dump(mode="json"))
    return {
        "version": {"": policy.version},
        **{f"categories.{each.key}": {"name": each.name} for each in policy.categories},
        **{f"escalation_policies.{key}": _ladder(each) for key, each in policy.escalation_policies.items()},
        **{LEVELS + each.key: _level(each) for each in policy.service_levels},
        "quiet_hours": {"": str(policy.quiet_hours)},
        "holds": {"longest": str(bounds.longest_hold)},
        "extensions": {"most": str(bounds.most_extensions), "longest": str(bounds.longest_extended)},
        "disclosure": {"": _text(sorted(bounds.disclosure))},
        "privacy": _fields(policy.privacy.model_dump(mode="json") if policy.privacy else {}),
    }


def _ladder(ladder: EscalationPolicy) -> Fields:
    steps = {f"steps[{n}]": f"{step.at}: {_addressed(step)}" for n, step in enumerate(ladder.steps)}
    return {"immediate": _text(ladder.immediate), **steps}


def _addressed(step: Step) -> str:
    return ", ".join(f"{action} {whom}" for action, whom in step.addressed())


def _level(level: ServiceLevel) -> Fields:
    return _fields(level.model_dump(mode="json", by_alias=True), but={"key"})


def _fields(written: Mapping[str, Any], but: Collection[str] = ()) -> Fields:
    """The fields that say anything, as text."""
    return {name: _text(value) for name, value in written.items() if name not in but and value not in (None, [], ())}


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
