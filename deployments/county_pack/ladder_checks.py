"""Whether the ladders in ``policy.yaml`` make sense: who is addressed is there, and steps stand in order.

What comes first may hang on the limit: half of two hours lies before the third hour from the opening, half of three
days after it. Then the steps are compared under each service level that uses the ladder.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from models.rules.escalation import Timing
from models.rules.pack_policy import HOLDER
from models.rules.pack_values import Window, allowance, attempt, timing
from models.rules.worktime import Allowance
from models.vocabulary import StepAction, TimeUnit
from tasks.written import Finding, Place, repeated


class Rung(NamedTuple):
    """A step's time: where it is written, and what it says."""

    at: Place
    when: Timing


class Under(NamedTuple):
    """A service level that uses a ladder."""

    level: str | None
    limit: Allowance


class Spot(NamedTuple):
    """Where a step lies: so many hours of a clock after the due time or the opening; what lies before is negative.

    While no limit is known, a share lies on a clock of its own, on which the opening is at minus one.
    """

    from_opening: bool
    clock: str
    hours: Fraction


def ladder_findings(policy: Place, county: Place | None) -> Iterator[Finding]:
    """What makes no sense in the escalation policies; without a county, what they say of tiers is not looked at."""
    tiers = [tier.get("key").value for tier in county.get("tiers").items()] if county else []
    office = _office_hours(county)
    for key, ladder in policy.get("escalation_policies").entries().items():
        steps = ladder.get("steps").items()
        yield from _step_findings(key, steps)
        if tiers:
            yield from _addressee_findings(steps, tiers)
        yield from _order_findings(steps, _users(policy, key), office)


def _users(policy: Place, ladder: str | int) -> list[Under]:
    """The service levels that use a ladder, as far as their limits can be read."""
    own = (level for level in policy.get("service_levels").items() if level.get("escalation").value == ladder)
    read = ((level, attempt(allowance, level.get("limit").value)) for level in own)
    return [Under(level.text("key"), limit) for level, limit in read if limit]


def _step_findings(key: str | int, steps: list[Place]) -> Iterator[Finding]:
    for step in steps:
        if step.entries() and not _addressees(step):
            yield step.found("idle_step", policy=key)
        yield from repeated(_addressees(step))


def _addressees(step: Place) -> list[Place]:
    return [place for action in StepAction for place in step.get(action).items()]


def _addressee_findings(steps: list[Place], tiers: list[object]) -> Iterator[Finding]:
    """Every addressee is a tier or the holder, and supervision never goes back down the tree."""
    known, reached = [HOLDER, *tiers], len(tiers)
    for step in steps:
        for place in _addressees(step):
            if isinstance(place.value, str) and place.value not in known:
                yield place.found("unknown_tier", known=", ".join(map(str, known)))
        depths = {tiers.index(place.value): place for place in step.get("supervise").items() if place.value in tiers}
        for depth, place in depths.items():
            if depth > reached:
                yield place.found("goes_down", reached=tiers[reached])
        reached = min(reached, *depths, reached)


def _order_findings(steps: list[Place], users: list[Under], office: Fraction) -> Iterator[Finding]:
    """Each step later than the one before it, the first later than the opening, as far as it can be said."""
    rungs = [Rung(at, when) for step in steps if (when := attempt(timing, (at := step.get("at")).value))]
    for before, rung in pairwise(rungs):
        later = _later(_spot(before.when, None, office), _spot(rung.when, None, office))
        if later is None and (_hangs_on_limit(before.when) or _hangs_on_limit(rung.when)):
            yield from _limit_findings(before, rung, users, office)
        elif not later:
            yield rung.at.found("incomparable" if later is None else "out_of_order", before=before.at.value)
    for first in rungs[:1]:
        yield from _opening_findings(first, users, office)


def _hangs_on_limit(when: Timing) -> bool:
    return when.share is not None or when.opened is not None


def _limit_findings(before: Rung, rung: Rung, users: list[Under], office: Fraction) -> Iterator[Finding]:
    for level, limit in users:
        later = _later(_spot(before.when, limit, office), _spot(rung.when, limit, office))
        if not later:
            kind = "incomparable_under" if later is None else "out_of_order_under"
            yield rung.at.found(kind, before=before.at.value, level=level, limit=limit)


def _opening_findings(first: Rung, users: list[Under], office: Fraction) -> Iterator[Finding]:
    """Whether the first step would stand where the duty opens, or before it."""
    for level, limit in users:
        opening = _from_opening(_clock(limit), Fraction(0), limit, office)
        if _later(opening, _spot(first.when, limit, office)) is False:
            yield first.at.found("before_opening", level=level, limit=limit)


def _later(old: Spot, new: Spot) -> bool | None:
    """Whether a spot is later than another; None when nobody can say."""
    if old.from_opening is not new.from_opening:
        return None
    if old.clock == new.clock or (old.hours < 0) != (new.hours < 0) or not old.hours or not new.hours:
        return new.hours > old.hours
    return None


def _spot(when: Timing, limit: Allowance | None, office: Fraction) -> Spot:
    if when.share is not None and limit is None:
        return Spot(from_opening=False, clock="share", hours=when.share - 1)
    if when.share is not None and limit is not None:
        return _from_opening(_clock(limit), when.share * _hours(limit, office), limit, office)
    if when.opened is not None:
        return _from_opening(_clock(when.opened), _hours(when.opened, office), limit, office)
    if when.allowance is None:
        return Spot(from_opening=False, clock="", hours=Fraction(0))
    sign = -1 if when.before else 1
    return Spot(from_opening=False, clock=_clock(when.allowance), hours=sign * _hours(when.allowance, office))


def _from_opening(clock: str, hours: Fraction, limit: Allowance | None, office: Fraction) -> Spot:
    """The due time is known from the opening only on the limit's own clock."""
    if limit is None or clock != _clock(limit):
        return Spot(from_opening=True, clock=clock, hours=hours)
    return Spot(from_opening=False, clock=clock, hours=hours - _hours(limit, office))


def _clock(length: Allowance) -> str:
    return "running" if length.unit in (TimeUnit.NATURAL_DAYS, TimeUnit.URGENT_HOURS) else "working"


def _hours(length: Allowance, office: Fraction) -> Fraction:
    hours = {TimeUnit.NATURAL_DAYS: Fraction(24), TimeUnit.WORKING_DAYS: office}.get(length.unit, Fraction(1))
    return length.amount * hours


def _office_hours(county: Place | None) -> Fraction:
    """The working hours of a working day; eight while the county's own can't be read."""
    written = county.get("calendar").get("office").items() if county else []
    windows = (attempt(Window.parse, place.value) for place in written)
    return sum((window.hours for window in windows if window), Fraction(0)) or Fraction(8)
