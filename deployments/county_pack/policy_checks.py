"""Whether what ``policy.yaml`` says makes sense, by itself and beside the county's tiers. Reads the text as written."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from deployments.county_pack.text import Finding, Place, repeated
from models.rules.escalation import Timing
from models.rules.pack_policy import HOLDER
from models.rules.pack_values import Window, attempt, timing
from models.vocabulary import DutyKind, StepAction, TimeUnit

CONDITIONS = ("category", "severity", "lane", "called_up")


def policy_findings(policy: Place, county: Place | None) -> Iterator[Finding]:
    """What makes no sense in the policy's file; without a county, what it says of tiers is not looked at."""
    levels = policy.get("service_levels").items()
    categories = policy.get("categories").items()
    yield from repeated(category.get("key") for category in categories)
    yield from repeated(category.get("name") for category in categories)
    yield from repeated(level.get("key") for level in levels)
    yield from _reference_findings(policy, levels)
    yield from _fallback_findings(policy.get("service_levels"))
    yield from _unreachable_findings(levels)
    for key, ladder in policy.get("escalation_policies").entries().items():
        yield from _ladder_findings(key, ladder.get("steps").items(), county)


def _reference_findings(policy: Place, levels: list[Place]) -> Iterator[Finding]:
    categories = [category.value for each in policy.get("categories").items() if (category := each.get("key"))]
    ladders = list(policy.get("escalation_policies").entries())
    for level in levels:
        for category in _listed(level.get("category")):
            yield from _unknown(category, "unknown_category", categories)
        yield from _unknown(level.get("escalation"), "unknown_escalation", ladders)


def _unknown(place: Place, kind: str, known: list[object] | list[str | int]) -> Iterator[Finding]:
    if isinstance(place.value, str) and place.value not in known:
        yield place.found(kind, known=", ".join(map(str, known)))


def _listed(place: Place) -> list[Place]:
    return [place] if isinstance(place.value, str) else place.items()


def _fallback_findings(levels: Place) -> Iterator[Finding]:
    """Every duty has a row that matches when no other does."""
    covered = {level.text("duty") for level in levels.items() if not _conditions(level)}
    for kind in DutyKind:
        if kind not in covered:
            yield levels.found("no_fallback", duty=kind)


def _conditions(level: Place) -> dict[str, set[str]]:
    """What the row asks for; a condition it doesn't name is left out."""
    named = {name: level.get(name) for name in CONDITIONS if level.get(name).value is not None}
    return {name: {str(each.plain()) for each in _listed(place)} for name, place in named.items()}


def _unreachable_findings(levels: list[Place]) -> Iterator[Finding]:
    """Rows for which an earlier one always matches first."""
    for number, level in enumerate(levels):
        for before in levels[:number]:
            if before.text("duty") == level.text("duty") and _matches_all(_conditions(before), _conditions(level)):
                yield level.found("unreachable", before=before.text("key"), line=before.line)
                break


def _matches_all(before: dict[str, set[str]], later: dict[str, set[str]]) -> bool:
    return all(name in later and later[name] <= asked for name, asked in before.items())


def _ladder_findings(key: str | int, steps: list[Place], county: Place | None) -> Iterator[Finding]:
    for step in steps:
        if step.entries() and not _addressees(step):
            yield step.found("idle_step", policy=key)
        yield from repeated(_addressees(step))
    tiers = [tier.get("key").value for tier in county.get("tiers").items()] if county else []
    if tiers:
        yield from _addressee_findings(steps, tiers)
    yield from _order_findings(steps, _office_hours(county))


def _addressees(step: Place) -> list[Place]:
    return [place for action in StepAction for place in step.get(action).items()]


def _addressee_findings(steps: list[Place], tiers: list[object]) -> Iterator[Finding]:
    """Every addressee is a tier or the holder, and supervision never goes back down the tree."""
    reached = len(tiers)
    for step in steps:
        for place in _addressees(step):
            yield from _unknown(place, "unknown_tier", [HOLDER, *tiers])
        depths = {tiers.index(place.value): place for place in step.get("supervise").items() if place.value in tiers}
        for depth, place in depths.items():
            if depth > reached:
                yield place.found("goes_down", reached=tiers[reached])
        reached = min(reached, *depths, reached)


class Position(NamedTuple):
    """Where a step lies: before, at or after the due time, and how long on which clock."""

    phase: int
    clock: str
    amount: Fraction


def _order_findings(steps: list[Place], office: Fraction) -> Iterator[Finding]:
    """Each step later than the one before it, as far as their clocks can be compared."""
    read = [(at, when) for step in steps if (when := attempt(timing, (at := step.get("at")).value))]
    for (earlier, before), (place, when) in pairwise(read):
        old, new = _position(before, office), _position(when, office)
        if old.clock != new.clock and old.phase == new.phase:
            yield place.found("incomparable", before=earlier.value)
        elif (new.phase, new.amount) <= (old.phase, old.amount):
            yield place.found("out_of_order", before=earlier.value)


def _position(when: Timing, office: Fraction) -> Position:
    if when.share is not None:
        return Position(0, "", when.share)
    if when.after is None:
        return Position(1, "", Fraction(0))
    hours = {TimeUnit.NATURAL_DAYS: Fraction(24), TimeUnit.WORKING_DAYS: office}.get(when.after.unit, Fraction(1))
    running = when.after.unit in (TimeUnit.NATURAL_DAYS, TimeUnit.URGENT_HOURS)
    return Position(2, "running" if running else "working", when.after.amount * hours)


def _office_hours(county: Place | None) -> Fraction:
    """The working hours of a working day; eight while the county's own can't be read."""
    written = county.get("calendar").get("office").items() if county else []
    windows = (attempt(Window.parse, place.value) for place in written)
    return sum((window.hours for window in windows if window), Fraction(0)) or Fraction(8)
