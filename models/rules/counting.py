"""How a limit was counted over a calendar, for people to follow: from when, what was left out, what is left."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from models.errors import CalendarEnds
from models.rules.segments import instant_of
from models.rules.worktime import RUN_ON, Allowance, WorkCalendar
from models.vocabulary import TimeUnit

REAL_DAY = timedelta(hours=24)


class Outside(StrEnum):
    """In which way an instant lies outside office hours."""

    DAY_OFF = "day_off"
    BEFORE_OPENING = "before_opening"
    MIDDAY = "midday"
    AFTER_CLOSE = "after_close"


@dataclass(frozen=True)
class Span:
    """A length of time to the minute: days, and what is left over beside them.

    When ``working``, its days are working days from one clock time to the same, the rest is office time; else its days
    have 24 hours.
    """

    days: int
    hours: int
    minutes: int
    working: bool


@dataclass(frozen=True)
class Counted:
    """How a due time came about.

    ``start`` is from when it counted; it is later than the opening when that lay outside office hours, as ``outside``
    says; ``same_time`` when that is the same time of day on a working day, not an opening of the office. ``skipped``
    are the days off left out, ``adjusted`` the usual days of rest that were worked and counted.
    ``agrees`` is false when the calendar, corrected since, would count otherwise.
    """

    amount: float
    unit: TimeUnit
    start: datetime
    outside: Outside | None
    same_time: bool
    skipped: tuple[date, ...]
    adjusted: tuple[date, ...]
    agrees: bool


def counted(calendar: WorkCalendar, limit: Allowance, opened_at: datetime, due_at: datetime) -> Counted:
    """How a limit that began at ``opened_at`` led to ``due_at``.

    :raises CalendarEnds: when the calendar does not know the days in between.
    """
    runs_on = limit.unit in RUN_ON
    start = opened_at if runs_on else _start(calendar, limit.unit, opened_at)
    return Counted(
        amount=float(limit.amount),
        unit=limit.unit,
        start=start,
        outside=_outside(calendar, opened_at) if start > opened_at else None,
        same_time=start > opened_at and _same_time(calendar, opened_at, start),
        skipped=() if runs_on else _skipped(calendar, opened_at, due_at),
        adjusted=() if runs_on else _adjusted(calendar, opened_at, due_at),
        agrees=_agrees(calendar, limit, opened_at, due_at),
    )


def _start(calendar: WorkCalendar, unit: TimeUnit, opened_at: datetime) -> datetime:
    return calendar.next_office_time(opened_at) if unit is TimeUnit.WORKING_HOURS else calendar.counts_from(opened_at)


def _same_time(calendar: WorkCalendar, opened_at: datetime, start: datetime) -> bool:
    """Whether it counts from the time of day at which it came, which is none at which the office opens."""
    came, begins = (instant.astimezone(calendar.office.zone) for instant in (opened_at, start))
    opens = {since for since, _ in calendar.windows_on(begins.date())}
    return came.time() == begins.time() and begins.time() not in opens


def _outside(calendar: WorkCalendar, instant: datetime) -> Outside:
    local = instant.astimezone(calendar.office.zone)
    windows = calendar.windows_on(local.date())
    if not windows:
        return Outside.DAY_OFF
    if local.time() < windows[0][0]:
        return Outside.BEFORE_OPENING
    return Outside.AFTER_CLOSE if local.time() >= windows[-1][1] else Outside.MIDDAY


def _skipped(calendar: WorkCalendar, start: datetime, end: datetime) -> tuple[date, ...]:
    """The days off from the first day to the last, both included."""
    first = start.astimezone(calendar.office.zone).date()
    own = [] if calendar.is_workday(first) else [first]
    return (*own, *calendar.skipped_between(start, end))


def _adjusted(calendar: WorkCalendar, start: datetime, end: datetime) -> tuple[date, ...]:
    """The working days in between that fall on a weekday on which the office usually rests."""
    first, last = (instant.astimezone(calendar.office.zone).date() for instant in (start, end))
    worked = Counter(day.weekday() for day in calendar.days)
    usual = max(worked.values(), default=0)
    return tuple(day for day in calendar.days if first <= day <= last and worked[day.weekday()] * 2 < usual)


def _agrees(calendar: WorkCalendar, limit: Allowance, opened_at: datetime, due_at: datetime) -> bool:
    try:
        return calendar.due_at(opened_at, limit) == due_at
    except CalendarEnds:
        return False


def span(calendar: WorkCalendar, start: datetime, end: datetime, unit: TimeUnit) -> Span:
    """The time from one instant to a later one, in office time or in real time as the unit has it.

    :raises CalendarEnds: when office time is asked for beyond the calendar.
    """
    working = unit not in RUN_ON
    days, rest = _office_days(calendar, start, end) if working else divmod(end - start, REAL_DAY)
    return Span(days, *divmod(int(rest.total_seconds() // 60), 60), working)


def _office_days(calendar: WorkCalendar, start: datetime, end: datetime) -> tuple[int, timedelta]:
    """The whole working days between two instants, and the office time left over.

    A day is one when it has brought the clock round to where it stood: so it is in a season with other hours, too.
    """
    total = calendar.working_time_between(start, end)
    if not total:
        return 0, total
    since, until = _reached(calendar, start), _reached(calendar, end)
    days = bisect_left(calendar.days, until.date()) - bisect_left(calendar.days, since.date())
    days -= until.time() < since.time()
    if days <= 0:
        return 0, total
    whole = calendar.due_at(since, Allowance(Fraction(days), TimeUnit.WORKING_DAYS))
    return days, calendar.working_time_between(whole, end)


def _reached(calendar: WorkCalendar, instant: datetime) -> datetime:
    """The local time at which office time goes on from an instant; after the last of it, the last close there is."""
    try:
        reached = calendar.next_office_time(instant)
    except CalendarEnds:
        reached = instant_of(calendar.segments[1][-1])
    return reached.astimezone(calendar.office.zone)
