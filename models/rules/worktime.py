"""Working time: when is something due, and how much working time lies between two instants.

One source: the working segments of a calendar with their cumulative length, searched by bisection. Instants are aware
datetimes; inside, whole microseconds since the epoch. Results are in UTC. Practice: GB/T 30428 (four units of time;
working days keep the clock time), design: time and policy, section 1.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from models.errors import CalendarEnds
from models.rules.office import Office, Windows
from models.rules.segments import HOUR, at_clock, instant_of, micros, open_stretches, scaled
from models.vocabulary import Counting, TimeUnit

RUN_ON = frozenset({TimeUnit.URGENT_HOURS, TimeUnit.NATURAL_DAYS})
"""The units that run day and night, days off or not."""
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Allowance:
    """An amount of time in one of the four units; working and natural days are whole."""

    amount: Fraction
    unit: TimeUnit

    @classmethod
    def parse(cls, written: str) -> "Allowance":
        """Read ``3 working_days``.

        :raises ValueError: when the amount is not a positive number, days are not whole, or the unit is unknown.
        """
        amount, _, unit = written.strip().partition(" ")
        allowance = cls(fraction(amount), TimeUnit(unit.strip()))
        whole = allowance.unit in (TimeUnit.WORKING_DAYS, TimeUnit.NATURAL_DAYS)
        if allowance.amount <= 0 or (whole and allowance.amount.denominator != 1):
            raise ValueError(written)
        return allowance

    def __str__(self) -> str:
        number = self.amount.numerator if self.amount.denominator == 1 else float(self.amount)
        return f"{number} {self.unit}"


@dataclass(frozen=True)
class WorkCalendar:
    """An office and the days it works: ``days``, ascending, are every working day from ``first`` to ``last``."""

    office: Office
    days: tuple[date, ...]
    first: date
    last: date
    confirmed_until: date = field(default=date.max)

    @classmethod
    def of(cls, office: Office, days: Iterable[tuple[date, bool, bool]]) -> "WorkCalendar":
        """Build from rows of (day, worked, confirmed) without gaps, in any order.

        :raises ValueError: when there is no row.
        """
        rows = sorted(days)
        unsure = [day for day, _, confirmed in rows if not confirmed]
        until = unsure[0] - timedelta(days=1) if unsure else rows[-1][0]
        worked = tuple(day for day, at_work, _ in rows if at_work)
        return cls(office, worked, rows[0][0], rows[-1][0], until)

    @cached_property
    def hours(self) -> dict[date, Windows]:
        """The windows of each working day."""
        return {day: self.office.windows_on(day) for day in self.days}

    @cached_property
    def segments(self) -> tuple[list[int], list[int], list[int]]:
        """Starts, ends, and the working time before each start."""
        spans = list(open_stretches(self.office.zone, self.hours.items()))
        before = accumulate((end - start for start, end in spans), initial=0)
        return [start for start, _ in spans], [end for _, end in spans], list(before)

    @cached_property
    def horizon(self) -> tuple[datetime, datetime]:
        """The first instant the calendar knows, and the one it ends with."""
        return self._at(self.first, time()), self._at(self.last + timedelta(days=1), time())

    def _at(self, day: date, clock: time) -> datetime:
        return at_clock(self.office.zone, day, clock)

    def _within(self, instant: datetime) -> datetime:
        first, end = self.horizon
        if not first <= instant <= end:
            raise self._ends(instant.isoformat())
        return instant

    def _ends(self, wanted: object) -> CalendarEnds:
        return CalendarEnds(instant=wanted, first=self.first, last=self.last)

    def is_workday(self, day: date) -> bool:
        """Whether the office works on a local day."""
        return day in self.hours

    def windows_on(self, day: date) -> Windows:
        """When the office is open on a local day; on a day off it has no window."""
        return self.hours.get(day, ())

    def closes_on(self, day: date) -> datetime:
        """When the office closes on a local day, or would, if it worked."""
        return self._at(day, self.office.windows[-1][1])

    def same_clock_on(self, instant: datetime, day: date) -> datetime:
        """The instant of another local day at the same local clock time."""
        return self._at(day, instant.astimezone(self.office.zone).time())

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return self._at(day, time())

    def is_provisional(self, instant: datetime) -> bool:
        """Whether the day of an instant lies beyond the confirmed ones."""
        return instant.astimezone(self.office.zone).date() > self.confirmed_until

    def due_at(self, start: datetime, limit: Allowance) -> datetime:
        """The instant at which an allowance that starts to count at ``start`` is used up.

        :raises CalendarEnds: when that needs days the calendar doesn't know.
        """
        match limit.unit:
            case TimeUnit.WORKING_DAYS:
                return self._working_days_after(start, limit.amount.numerator)
            case TimeUnit.URGENT_HOURS:
                return start.astimezone(UTC) + timedelta(microseconds=scaled(HOUR, limit.amount))
            case TimeUnit.NATURAL_DAYS:
                local = start.astimezone(self.office.zone)
                return self._at(local.date() + timedelta(days=limit.amount.numerator), local.time())
            case TimeUnit.WORKING_HOURS:
                return self._instant_after(self._worked_until(start) + scaled(HOUR, limit.amount))

    def latest_start(self, due: datetime, limit: Allowance) -> datetime:
        """The latest instant from which a whole allowance remains until ``due``.

        Hours are counted backwards, of office time or of real time. Days keep the clock time and are counted back from
        the local day of ``due``; where it is a day off, working days are counted back from the last close before it.

        :raises CalendarEnds: when office time is counted and that or ``due`` lies outside the days the calendar knows.
        """
        match limit.unit:
            case TimeUnit.URGENT_HOURS:
                return due.astimezone(UTC) - timedelta(microseconds=scaled(HOUR, limit.amount))
            case TimeUnit.NATURAL_DAYS:
                local = due.astimezone(UTC).astimezone(self.office.zone)
                return self._at(local.date() - timedelta(days=limit.amount.numerator), local.time())
            case TimeUnit.WORKING_DAYS:
                return self._working_days_before(due, limit.amount.numerator)
            case TimeUnit.WORKING_HOURS:
                return self._instant_from(self._worked_until(due) - scaled(HOUR, limit.amount))

    def _working_days_before(self, due: datetime, days: int) -> datetime:
        local = self._within(due.astimezone(UTC)).astimezone(self.office.zone)
        at = bisect_right(self.days, local.date()) - 1
        if at < days:
            raise self._ends(local.date())
        clock = local.time() if self.days[at] == local.date() else self.windows_on(self.days[at])[-1][1]
        return self._at(self.days[at - days], clock)

    def _instant_from(self, worked: int) -> datetime:
        """The last instant by which no more working time has passed; at the end of a window, the next opening."""
        starts, _, before = self.segments
        if worked < 0:
            raise self._ends(self.first)
        at = bisect_right(before, worked) - 1
        return instant_of(starts[at] + worked - before[at])

    def counts_from(self, start: datetime) -> datetime:
        """From when working days count for something that arrives at ``start``: at once, or as the office says."""
        return self._counts_from(start).astimezone(UTC)

    def _counts_from(self, start: datetime) -> datetime:
        """The same, on the local clock."""
        instant = self._within(start.astimezone(UTC))
        local = instant.astimezone(self.office.zone)
        clock, windows = local.time(), self.windows_on(local.date())
        if not windows:
            counting = self.office.day_off
        elif clock < windows[0][0]:
            counting = self.office.before_opening
        else:
            counting = self.office.after_close if clock >= windows[-1][1] else Counting.AS_IS
        match counting:
            case Counting.AS_IS:
                return local
            case Counting.NEXT_OPENING:
                return self._office_time_from(instant).astimezone(self.office.zone)
            case Counting.SAME_TIME_NEXT_WORKDAY:
                return self._at(self._nth_workday_after(local.date(), 1), clock).astimezone(self.office.zone)

    def next_office_time(self, instant: datetime) -> datetime:
        """The instant itself in office hours, else the next opening.

        :raises CalendarEnds: when the calendar knows none.
        """
        return self._office_time_from(self._within(instant))

    def _office_time_from(self, instant: datetime) -> datetime:
        starts, ends, _ = self.segments
        at = bisect_right(ends, moment := micros(instant))
        if at >= len(starts):
            raise self._ends(instant.isoformat())
        return instant_of(max(moment, starts[at]))

    def _working_days_after(self, start: datetime, days: int) -> datetime:
        local = self._counts_from(start)
        return self._at(self._nth_workday_after(local.date(), days), local.time())

    def _nth_workday_after(self, day: date, nth: int) -> date:
        at = bisect_right(self.days, day) + nth - 1
        if at >= len(self.days):
            raise self._ends(day)
        return self.days[at]

    def _worked_until(self, instant: datetime) -> int:
        """Working time from the calendar's first day to an instant."""
        starts, ends, before = self.segments
        at = bisect_right(starts, moment := micros(self._within(instant))) - 1
        return 0 if at < 0 else before[at] + min(moment, ends[at]) - starts[at]

    def _instant_after(self, worked: int) -> datetime:
        """The first instant by which so much working time has passed; at the end of a window, that end."""
        starts, _, before = self.segments
        at = bisect_left(before, worked) - 1
        if at >= len(starts):
            raise self._ends(self.last)
        return instant_of(starts[max(at, 0)] + worked - before[max(at, 0)])

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The office time between two instants; negative when they stand the other way round."""
        worked = self._worked_until(end) - self._worked_until(start)
        return timedelta(microseconds=worked)

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The first instant by which so much office time has passed since ``start``.

        :raises CalendarEnds: when that needs days the calendar doesn't know.
        """
        return self._instant_after(self._worked_until(start) + worked // MICROSECOND)

    def share_at(self, start: datetime, due: datetime, share: Fraction, unit: TimeUnit) -> datetime:
        """The instant at which a share of the time from ``start`` to ``due`` is used, in the unit's own time.

        :return: ``due`` itself when no working time lies between.
        """
        if unit in RUN_ON:
            began = micros(start)
            return instant_of(began + scaled(micros(due) - began, share))
        before, until = self._worked_until(start), self._worked_until(due)
        return self._instant_after(before + scaled(until - before, share)) if until > before else due

    def skipped_between(self, start: datetime, end: datetime) -> list[date]:
        """The local days after the start's and up to the end's on which nobody works: what a count leaves out."""
        day, last = (i.astimezone(self.office.zone).date() for i in (start, end))
        span = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
        return [each for each in span if not self.is_workday(each)]


def fraction(written: str) -> Fraction:
    """A number as people write it: ``3``, ``0.5`` or ``1/2``.

    :raises ValueError: when it is none, a division by zero included.
    """
    try:
        return Fraction(written)
    except ZeroDivisionError as error:
        raise ValueError(written) from error
