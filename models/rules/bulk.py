"""Due times and steps of many duties at once, as when a calendar is corrected: what `freeze` says, over arrays.

Instants are whole microseconds since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.errors import CalendarEnds
from models.rules.escalation import ServiceLevel, Timing
from models.rules.segments import DAY, FIRST_DAY, HOUR, change_between, clock_micros, micros, offset_at, scaled
from models.rules.worktime import RUN_ON, Allowance, WorkCalendar
from models.vocabulary import Counting, TimeUnit

Instants = NDArray[np.int64]
EXACT = 10**6
"""Up to this denominator a share of any length of time fits into 64 bits on the way."""


@dataclass(frozen=True)
class Schedules:
    """The frozen times of many duties, in their order: a row of ``steps_at`` for each, step n at position n - 1."""

    due_at: Instants
    steps_at: Instants
    provisional: NDArray[np.bool_]


def freeze_all(level: ServiceLevel, opened_at: Sequence[int] | Instants, calendar: WorkCalendar) -> Schedules:
    """The schedules of duties of one service level, each equal to `freeze` of it alone.

    :raises CalendarEnds: when the calendar doesn't reach far enough for one of them.
    """
    opened = np.asarray(opened_at, dtype=np.int64)
    if not len(opened):
        return Schedules(opened, opened.reshape(0, len(level.escalation.steps)), opened.astype(bool))
    counting = _counting(calendar, *_range(level, opened, calendar))
    due = counting.due_at(opened, level.limit)
    steps = [_instants(step.timing, level, opened, due, counting) for step in level.escalation.steps]
    steps_at = np.maximum.accumulate(np.stack([opened, *steps], axis=1), axis=1)[:, 1:]
    last = np.maximum(due, steps_at[:, -1]) if steps else due
    return Schedules(due, steps_at, counting.is_provisional(last))


def differing(
    level: ServiceLevel, opened_at: Sequence[int] | Instants, before: WorkCalendar, after: WorkCalendar
) -> list[int]:
    """The places of those duties of one service level which two calendars give other times.

    :raises CalendarEnds: when a calendar doesn't reach far enough for one of them.
    """
    old, new = (freeze_all(level, opened_at, calendar) for calendar in (before, after))
    moved = (old.due_at != new.due_at) | (old.steps_at != new.steps_at).any(axis=1)
    places: list[int] = np.flatnonzero(moved | (old.provisional != new.provisional)).tolist()
    return places


def _instants(timing: Timing, level: ServiceLevel, opened: Instants, due: Instants, counting: "_Counting") -> Instants:
    if timing.share is not None:
        return counting.share_at(opened, due, timing.share, level.limit.unit)
    if timing.opened is not None:
        return counting.due_at(opened, timing.opened)
    if timing.before is not None:
        return counting.latest_start(due, timing.before)
    return counting.due_at(due, timing.after) if timing.after else due


def _range(level: ServiceLevel, opened: Instants, calendar: WorkCalendar) -> tuple[int, int]:
    """From which to which day the local clock may be asked for: what runs on may run out of the calendar."""
    allowances = [level.limit, *(step.timing.allowance for step in level.escalation.steps if step.timing.allowance)]
    lengths = {TimeUnit.URGENT_HOURS: HOUR, TimeUnit.NATURAL_DAYS: DAY}
    outward = sum(scaled(lengths.get(each.unit, 0), each.amount) for each in allowances)
    first, end = map(micros, calendar.horizon)
    earliest, latest = min(first, int(opened.min())) - outward, max(end, int(opened.max())) + outward
    return earliest // DAY, latest // DAY + 1


@lru_cache(maxsize=8)
def _counting(calendar: WorkCalendar, first: int, last: int) -> "_Counting":
    """Made once for a calendar: one duty is asked for as often as many."""
    return _Counting(calendar, LocalClock(calendar.office.zone, first, last))


class LocalClock:
    """What the clocks of a zone show, from one day to another."""

    def __init__(self, zone: ZoneInfo, first: int, last: int) -> None:
        nights = [day * DAY for day in range(first - 2, last + 4)]
        offsets = [offset_at(zone, night) for night in nights]
        turns = [n for n in range(1, len(nights)) if offsets[n] != offsets[n - 1]]
        self.changes = np.array([change_between(zone, nights[n - 1], nights[n]) for n in turns], dtype=np.int64)
        self.offsets = np.array([offsets[0], *(offsets[n] for n in turns)], dtype=np.int64)
        # A time a change skips or repeats is read with the offset before it: the new one is for times beyond both.
        self.changes_shown = self.changes + np.maximum(self.offsets[:-1], self.offsets[1:])

    def shown(self, instants: Instants) -> Instants:
        """The local times at some instants, as if they were instants of UTC."""
        return instants + self.offsets[np.searchsorted(self.changes, instants, "right")]

    def instants(self, shown: Instants) -> Instants:
        """The instants of local times."""
        return shown - self.offsets[np.searchsorted(self.changes_shown, shown, "right")]


class _Counting:
    """The counting of a `WorkCalendar`, over arrays; each method is named for the one it follows."""

    def __init__(self, calendar: WorkCalendar, clock: LocalClock) -> None:
        self.calendar, self.clock = calendar, clock
        self.starts, self.ends, self.before = (np.array(each, dtype=np.int64) for each in calendar.segments)

    @cached_property
    def days(self) -> Instants:
        """The local midnights of the working days."""
        return np.array([(day.toordinal() - FIRST_DAY) * DAY for day in self.calendar.days], dtype=np.int64)

    @cached_property
    def opening_hours(self) -> tuple[Instants, Instants]:
        """The first opening and the last close of each working day, from its midnight."""
        windows = [self.calendar.windows_on(day) for day in self.calendar.days]
        opens, closes = ([clock_micros(each[n][n]) for each in windows] for n in (0, -1))
        return np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64)

    def due_at(self, start: Instants, limit: Allowance) -> Instants:
        match limit.unit:
            case TimeUnit.WORKING_DAYS:
                shown = self.counts_from(start)
                return self.clock.instants(self.nth_workday_after(shown, limit.amount.numerator) + shown % DAY)
            case TimeUnit.URGENT_HOURS:
                return start + scaled(HOUR, limit.amount)
            case TimeUnit.NATURAL_DAYS:
                return self.clock.instants(self.clock.shown(start) + limit.amount.numerator * DAY)
            case TimeUnit.WORKING_HOURS:
                return self.instant_after(self.worked_until(self.within(start)) + scaled(HOUR, limit.amount))

    def latest_start(self, due: Instants, limit: Allowance) -> Instants:
        match limit.unit:
            case TimeUnit.WORKING_DAYS:
                return self.working_days_before(self.clock.shown(self.within(due)), limit.amount.numerator)
            case TimeUnit.URGENT_HOURS:
                return due - scaled(HOUR, limit.amount)
            case TimeUnit.NATURAL_DAYS:
                return self.clock.instants(self.clock.shown(due) - limit.amount.numerator * DAY)
            case TimeUnit.WORKING_HOURS:
                return self.instant_from(self.worked_until(self.within(due)) - scaled(HOUR, limit.amount))

    def working_days_before(self, shown: Instants, days: int) -> Instants:
        at = np.searchsorted(self.days, shown, "right") - 1
        self._demand(at >= days)
        worked = self.days[at] == shown - shown % DAY
        return self.clock.instants(self.days[at - days] + np.where(worked, shown % DAY, self.opening_hours[1][at]))

    def counts_from(self, start: Instants) -> Instants:
        """The local times from which working days count."""
        shown = self.clock.shown(self.within(start)).copy()
        counting = self._counting_outside(shown)
        later = counting == _NUMBER[Counting.NEXT_OPENING]
        shown[later] = self.clock.shown(self.next_office_time(start[later]))
        same = counting == _NUMBER[Counting.SAME_TIME_NEXT_WORKDAY]
        moved = self.nth_workday_after(shown[same], 1) + shown[same] % DAY
        shown[same] = self.clock.shown(self.clock.instants(moved))
        return shown

    def _counting_outside(self, shown: Instants) -> NDArray[np.int64]:
        """How the office counts what comes at local times; in its hours, as it is."""
        office, clock = self.calendar.office, shown % DAY
        if not len(self.days):
            return np.full(shown.shape, _NUMBER[office.day_off])
        at = np.minimum(np.searchsorted(self.days, shown - clock), len(self.days) - 1)
        opens, closes = (hours[at] for hours in self.opening_hours)
        cases = [self.days[at] != shown - clock, clock < opens, clock >= closes]
        kinds = [_NUMBER[each] for each in (office.day_off, office.before_opening, office.after_close)]
        return np.select(cases, kinds, _NUMBER[Counting.AS_IS])

    def nth_workday_after(self, shown: Instants, nth: int) -> Instants:
        """The local midnight of the n-th working day after that of each local time."""
        return self._known(self.days, np.searchsorted(self.days, shown, "right") + nth - 1)

    def next_office_time(self, instants: Instants) -> Instants:
        inside = self.within(instants)
        return np.maximum(inside, self._known(self.starts, np.searchsorted(self.ends, inside, "right")))

    def worked_until(self, instants: Instants) -> Instants:
        if not len(self.starts):
            return np.zeros_like(instants)
        at = np.searchsorted(self.starts, instants, "right") - 1
        return np.where(at < 0, 0, self.before[at] + np.minimum(instants, self.ends[at]) - self.starts[at])

    def instant_after(self, worked: Instants) -> Instants:
        at = np.searchsorted(self.before, worked) - 1
        return self._known(self.starts, np.maximum(at, 0)) + worked - self.before[np.maximum(at, 0)]

    def instant_from(self, worked: Instants) -> Instants:
        self._demand(worked >= 0)
        at = np.searchsorted(self.before, worked, "right") - 1
        return self._known(self.starts, at) + worked - self.before[at]

    def share_at(self, start: Instants, due: Instants, share: Fraction, unit: TimeUnit) -> Instants:
        if unit in RUN_ON:
            return start + scaled_all(due - start, share)
        before, until = (self.worked_until(self.within(each)) for each in (start, due))
        used = due.copy()
        some = until > before
        used[some] = self.instant_after(before[some] + scaled_all(until[some] - before[some], share))
        return used

    def is_provisional(self, instants: Instants) -> NDArray[np.bool_]:
        confirmed = (self.calendar.confirmed_until.toordinal() + 1 - FIRST_DAY) * DAY
        return self.clock.shown(instants) >= confirmed

    def within(self, instants: Instants) -> Instants:
        first, end = map(micros, self.calendar.horizon)
        self._demand((first <= instants) & (instants <= end))
        return instants

    def _known(self, known: Instants, at: NDArray[np.int64]) -> Instants:
        self._demand(at < len(known))
        return known[at]

    def _demand(self, known: NDArray[np.bool_]) -> None:
        if not known.all():
            raise CalendarEnds(instant=self.calendar.last, first=self.calendar.first, last=self.calendar.last)


_NUMBER = {counting: number for number, counting in enumerate(Counting)}


def scaled_all(amounts: Instants, share: Fraction) -> Instants:
    """A share of each amount, to the nearest whole."""
    over = share.denominator
    if over > EXACT:
        return np.array([scaled(amount, share) for amount in amounts.tolist()], dtype=np.int64)
    whole, rest = np.divmod(amounts, over)
    return np.asarray(whole * share.numerator + (2 * rest * share.numerator + over) // (2 * over), dtype=np.int64)
