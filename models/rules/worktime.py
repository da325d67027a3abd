"""Working time: when is something due, and how much working time lies between two instants.

One source: the working segments of a calendar with their cumulative seconds, searched by bisection. Instants are aware
datetimes; inside, whole and fractional seconds since the epoch. Results are in UTC. Practice: GB/T 30428 (four units of
time; working days keep the clock time), design: time and policy, section 1.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

from models.errors import CalendarEnds
from models.vocabulary import Counting, TimeUnit

HOUR = 3600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
class Office:
    """When people work on a working day, and from when what arrives outside counts.

    ``windows`` are local, ascending, disjoint; none crosses midnight.
    """

    zone: ZoneInfo
    windows: tuple[tuple[time, time], ...]
    before_opening: Counting = Counting.AS_IS
    after_close: Counting = Counting.NEXT_OPENING
    day_off: Counting = Counting.NEXT_OPENING


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
    def _segments(self) -> tuple[list[float], list[float], list[float]]:
        """Starts, ends, and the working seconds before each start."""
        spans = [
            (_epoch(self._at(day, opens)), _epoch(self._at(day, closes)))
            for day in self.days
            for opens, closes in self.office.windows
        ]
        spans = [(start, end) for start, end in spans if end > start]  # a clock change may swallow a window
        before = accumulate((end - start for start, end in spans), initial=0.0)
        return [start for start, _ in spans], [end for _, end in spans], list(before)

    @cached_property
    def _horizon(self) -> tuple[datetime, datetime]:
        return self._at(self.first, time()), self._at(self.last + timedelta(days=1), time())

    def _at(self, day: date, clock: time) -> datetime:
        """The instant of a local clock time; one a clock change skips or repeats is read with the offset before it."""
        first = clock.replace(fold=0) if clock.fold else clock
        return datetime.combine(day, first, tzinfo=self.office.zone).astimezone(UTC)

    def _within(self, instant: datetime) -> datetime:
        first, end = self._horizon
        if not first <= instant <= end:
            raise CalendarEnds(instant=instant.isoformat(), first=self.first, last=self.last)
        return instant

    def is_workday(self, day: date) -> bool:
        """Whether the office works on a local day."""
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

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
                return start.astimezone(UTC) + timedelta(hours=1) * limit.amount.numerator / limit.amount.denominator
            case TimeUnit.NATURAL_DAYS:
                local = start.astimezone(self.office.zone)
                return self._at(local.date() + timedelta(days=limit.amount.numerator), local.time())
            case TimeUnit.WORKING_HOURS:
                return self._instant_after(self._worked_until(self._within(start)) + float(limit.amount) * HOUR)

    def latest_start(self, due: datetime, limit: Allowance) -> datetime:
        """The latest instant from which a whole allowance remains until ``due``.

        Hours are counted backwards, of office time or of real time. Days keep the clock time and are counted back from
        the local day of ``due``; where it is a day off, working days are counted back from the last close before it.

        :raises CalendarEnds: when office time is counted and that or ``due`` lies outside the days the calendar knows.
        """
        local = due.astimezone(UTC).astimezone(self.office.zone)
        match limit.unit:
            case TimeUnit.URGENT_HOURS:
                return due.astimezone(UTC) - timedelta(hours=1) * limit.amount.numerator / limit.amount.denominator
            case TimeUnit.NATURAL_DAYS:
                return self._at(local.date() - timedelta(days=limit.amount.numerator), local.time())
            case TimeUnit.WORKING_DAYS:
                return self._working_days_before(self._within(local), limit.amount.numerator)
            case TimeUnit.WORKING_HOURS:
                return self._instant_from(self._worked_until(self._within(due)) - float(limit.amount) * HOUR)

    def _working_days_before(self, due: datetime, days: int) -> datetime:
        at = bisect_right(self.days, due.date()) - 1
        if at < days:
            raise CalendarEnds(instant=due.date(), first=self.first, last=self.last)
        clock = due.time() if self.is_workday(due.date()) else self.office.windows[-1][1]
        return self._at(self.days[at - days], clock)

    def _instant_from(self, worked: float) -> datetime:
        """The last instant by which no more working seconds have passed; at the end of a window, the next opening."""
        starts, _, before = self._segments
        if worked < 0:
            raise CalendarEnds(instant=worked, first=self.first, last=self.last)
        at = bisect_right(before, worked) - 1
        return _instant(starts[at] + worked - before[at])

    def counts_from(self, start: datetime) -> datetime:
        """From when working days count for something that arrives at ``start``: at once, or as the office says."""
        return self._counts_from(start).astimezone(UTC)

    def _counts_from(self, start: datetime) -> datetime:
        """The same, on the local clock."""
        local = self._within(start).astimezone(UTC).astimezone(self.office.zone)
        day, clock = local.date(), local.time()
        opens, closes = self.office.windows[0][0], self.office.windows[-1][1]
        if not self.is_workday(day):
            counting = self.office.day_off
        elif clock < opens:
            counting = self.office.before_opening
        else:
            counting = self.office.after_close if clock >= closes else Counting.AS_IS
        return local if counting is Counting.AS_IS else self._put_off(local, counting).astimezone(self.office.zone)

    def _put_off(self, local: datetime, counting: Counting) -> datetime:
        day, clock, opens = local.date(), local.time(), self.office.windows[0][0]
        if counting is Counting.SAME_TIME_NEXT_WORKDAY:
            return self._at(self._nth_workday_after(day, 1), clock)
        if self.is_workday(day) and clock < opens:
            return self._at(day, opens)
        return self._at(self._nth_workday_after(day, 1), opens)

    def _working_days_after(self, start: datetime, days: int) -> datetime:
        local = self._counts_from(start)
        return self._at(self._nth_workday_after(local.date(), days), local.time())

    def _nth_workday_after(self, day: date, nth: int) -> date:
        at = bisect_right(self.days, day) + nth - 1
        if at >= len(self.days):
            raise CalendarEnds(instant=day, first=self.first, last=self.last)
        return self.days[at]

    def _worked_until(self, instant: datetime) -> float:
        """Working seconds from the calendar's first day to an instant."""
        starts, ends, before = self._segments
        at = bisect_right(starts, moment := _epoch(instant)) - 1
        return 0.0 if at < 0 else before[at] + min(moment, ends[at]) - starts[at]

    def _instant_after(self, worked: float) -> datetime:
        """The first instant by which so many working seconds have passed; at the end of a window, that end."""
        starts, _, before = self._segments
        at = bisect_left(before, worked) - 1
        if at >= len(starts):
            raise CalendarEnds(instant=worked, first=self.first, last=self.last)
        return _instant(starts[max(at, 0)] + worked - before[max(at, 0)])

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The office time between two instants; negative when they stand the other way round."""
        return timedelta(seconds=self._worked_until(self._within(end)) - self._worked_until(self._within(start)))

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The first instant by which so much office time has passed since ``start``.

        :raises CalendarEnds: when that needs days the calendar doesn't know.
        """
        return self._instant_after(self._worked_until(self._within(start)) + worked.total_seconds())

    def share_at(self, start: datetime, due: datetime, share: Fraction, unit: TimeUnit) -> datetime:
        """The instant at which a share of the time from ``start`` to ``due`` is used, in the unit's own time.

        :return: ``due`` itself when no working time lies between.
        """
        if unit in (TimeUnit.URGENT_HOURS, TimeUnit.NATURAL_DAYS):
            return (start + (due - start) * share.numerator / share.denominator).astimezone(UTC)
        before, until = self._worked_until(self._within(start)), self._worked_until(self._within(due))
        return self._instant_after(before + (until - before) * float(share)) if until > before else due

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


def _epoch(instant: datetime) -> float:
    return (instant - EPOCH).total_seconds()


def _instant(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=round(seconds, 6))
