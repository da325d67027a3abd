"""A duty's clock by walking: opened, held, resumed, extended.

A clock is "office" (only minutes inside the office's windows pass) or "real" (every minute passes). All amounts of time
are minutes, whole or not; all instants are in UTC: Python compares two times of one zone by the clock, wrongly in a
repeated hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import lru_cache

from tests.rules.oracles.working_time import (
    EPOCH,
    MINUTE,
    MINUTES_OF_A_DAY,
    BeyondCalendarError,
    Office,
    at_clock,
    due_at,
    instant,
    is_working,
    later,
    latest_start,
    real_minutes_between,
)

BEYOND = 10**12
"""Stands for every minute after the calendar's last."""

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Timing:
    """When a step falls: at a share of the allowance, at the due time, or an amount of a unit from somewhere.

    That is after the opening ("opened"), before the due time ("before") or after it ("after").
    """

    share: Fraction | None = None
    amount: Fraction | None = None
    unit: str = ""
    counted: str = "after"


@dataclass(frozen=True)
class Terms:
    """What a duty is given: so much of a unit, and its steps in order."""

    amount: Fraction
    unit: str
    steps: tuple[Timing, ...]


@dataclass(frozen=True)
class Life:
    """The times of a duty."""

    opened_at: datetime
    due_at: datetime
    steps_at: tuple[datetime, ...]


def opened(office: Office, terms: Terms, at: datetime) -> Life:
    """A duty opened at an instant."""
    start = at.astimezone(UTC)
    due = runs_out(office, start, terms.amount, terms.unit)
    return Life(start, due, ladder(office, terms, start, due))


def resumed(
    office: Office, terms: Terms, life: Life, held_at: datetime, resumed_at: datetime, *, measured: Office | None = None
) -> Life:
    """The duty after its clock stood still from one instant to the other.

    What had passed when it was held stays where it is. `measured` is the office that says what was left, if another.
    """

    def moved(old: datetime, clock: str) -> datetime:
        if old <= held_at:
            return old
        left = passed(measured or office, clock, held_at, old)
        return come_to(office, clock, resumed_at, left, old)

    steps = [moved(old, clock_of_step(terms, t)) for old, t in zip(life.steps_at, terms.steps, strict=True)]
    return replace(life, due_at=moved(life.due_at, clock_of(terms.unit)), steps_at=tuple(never_backwards(steps)))


def extended(office: Office, terms: Terms, life: Life, fired: int, until: date) -> Life:
    """The duty with another due date, at the clock time of the old; the first `fired` steps have fired and stay.

    The others are where they would be, had it been due then from the start.
    """
    due = at_clock(office, until, life.due_at.astimezone(office.zone).time())
    anew = ladder(office, terms, life.opened_at, due)
    return replace(life, due_at=due, steps_at=tuple(never_backwards([*life.steps_at[:fired], *anew[fired:]])))


def ladder(office: Office, terms: Terms, start: datetime, due: datetime) -> tuple[datetime, ...]:
    """Where all steps fall: none before the opening."""
    return tuple(max(start, at) for at in never_backwards([fall(office, terms, t, start, due) for t in terms.steps]))


def fall(office: Office, terms: Terms, timing: Timing, start: datetime, due: datetime) -> datetime:
    """Where a step falls for itself, from opening and due time."""
    if timing.share is not None:
        clock = clock_of(terms.unit)
        whole = passed(office, clock, start, due)
        return after(office, clock, start, timing.share * whole) if whole else due
    if timing.amount is None:
        return due
    if timing.counted == "before":
        return latest_start(office, due, int(timing.amount), timing.unit)
    return runs_out(office, {"opened": start, "after": due}[timing.counted], timing.amount, timing.unit)


def runs_out(office: Office, start: datetime, amount: Fraction, unit: str) -> datetime:
    """When so much of a unit has passed since an instant: days by the walk from day to day, hours on their clock."""
    if unit in {"working_days", "natural_days"}:
        return due_at(office, start, int(amount), unit)
    return after(office, clock_of(unit), start, amount * 60)


def never_backwards(steps: list[datetime]) -> list[datetime]:
    """Each step at least where its predecessor is."""
    found: list[datetime] = []
    for step in steps:
        found.append(step if not found or step >= found[-1] else found[-1])
    return found


def clock_of(unit: str) -> str:
    """The clock of a unit."""
    return {"working_days": "office", "working_hours": "office", "urgent_hours": "real", "natural_days": "real"}[unit]


def clock_of_step(terms: Terms, timing: Timing) -> str:
    """The clock of a step: of the unit it is written in, else of the allowance."""
    return clock_of(timing.unit if timing.amount is not None else terms.unit)


def come_to(office: Office, clock: str, resumed_at: datetime, left: Fraction, old: datetime) -> datetime:
    """The instant that has so much left from `resumed_at` on: the old one if it has, else the first; none is before it.

    Many instants have the same office time left: all those of one night. Whoever stands on one of them stays there.
    """
    if resumed_at <= old and passed(office, clock, resumed_at, old) == left:
        return old
    return after(office, clock, resumed_at, left)


def passed(office: Office, clock: str, start: datetime, end: datetime) -> Fraction:
    """How many minutes the clock goes on between two instants."""
    if clock == "real":
        return real_minutes_between(start, end)
    return sum((within(minute, start, end) for minute in working_minutes(office, start, end)), Fraction(0))


def after(office: Office, clock: str, start: datetime, left: Fraction) -> datetime:
    """The first instant at which the clock has gone on so many minutes since `start`."""
    if clock == "real" or not left:
        return later(start, left)
    for minute in working_minutes(office, start):
        has = within(minute, start)
        if left <= has:
            return later(max(instant(minute), start), left)
        left -= has
    raise AssertionError("the walk ends only by returning or raising")


def within(minute: int, start: datetime, end: datetime | None = None) -> Fraction:
    """How much of a minute lies between two instants."""
    begins, ends = instant(minute), instant(minute + 1)
    if start <= begins and (end is None or ends <= end):
        return WHOLE
    return real_minutes_between(max(begins, start), ends if end is None else min(ends, end))


def working_minutes(office: Office, start: datetime, end: datetime | None = None) -> Iterator[int]:
    """The working minutes of which something lies between two instants; without an end until BeyondCalendarError."""
    first = (start - EPOCH) // MINUTE
    last = None if end is None else -((EPOCH - end) // MINUTE)
    day = first // MINUTES_OF_A_DAY
    while last is None or day * MINUTES_OF_A_DAY < last:
        for minute in working_minutes_of(office, day):
            if last is not None and minute >= last:
                return
            if minute == BEYOND:
                raise BeyondCalendarError(str(office.last))
            if minute >= first:
                yield minute
        day += 1


@lru_cache(maxsize=1000)
def working_minutes_of(office: Office, utc_day: int) -> list[int]:
    """The working minutes of a UTC day, and BEYOND where the calendar ends; some are kept because asking is slow."""
    found: list[int] = []
    for minute in range(utc_day * MINUTES_OF_A_DAY, (utc_day + 1) * MINUTES_OF_A_DAY):
        try:
            working = is_working(office, minute)
        except BeyondCalendarError:
            return [*found, BEYOND]
        if working:
            found.append(minute)
    return found
