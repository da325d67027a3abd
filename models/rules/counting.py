"""How a limit was counted over a calendar, for people to follow: from when, what was left out, what is left."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from models.errors import CalendarEnds
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import TimeUnit

RUN_ON = frozenset({TimeUnit.URGENT_HOURS, TimeUnit.NATURAL_DAYS})
MINUTES_OF_A_DAY = 24 * 60


class Outside(StrEnum):
    """In which way an instant lies outside office hours."""

    DAY_OFF = "day_off"
    BEFORE_OPENING = "before_opening"
    MIDDAY = "midday"
    AFTER_CLOSE = "after_close"


@dataclass(frozen=True)
class Span:
    """A length of time to the minute; its days are days of office time when ``working``, else of 24 hours."""

    days: int
    hours: int
    minutes: int
    working: bool


@dataclass(frozen=True)
class Counted:
    """How a due time came about.

    ``start`` is from when it counted; it is later than the opening when that lay outside office hours, as ``outside``
    says. ``skipped`` are the days off left out, ``adjusted`` the usual days of rest that were worked and counted.
    ``agrees`` is false when the calendar, corrected since, would count otherwise.
    """

    amount: float
    unit: TimeUnit
    start: datetime
    outside: Outside | None
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
        skipped=() if runs_on else _skipped(calendar, opened_at, due_at),
        adjusted=() if runs_on else _adjusted(calendar, opened_at, due_at),
        agrees=_agrees(calendar, limit, opened_at, due_at),
    )


def _start(calendar: WorkCalendar, unit: TimeUnit, opened_at: datetime) -> datetime:
    return _next_office_time(calendar, opened_at) if unit is TimeUnit.WORKING_HOURS else calendar.counts_from(opened_at)


def _next_office_time(calendar: WorkCalendar, instant: datetime) -> datetime:
    """The instant itself in office hours, else the next opening.

    :raises CalendarEnds: when no working day follows.
    """
    zone = calendar.office.zone
    today = instant.astimezone(zone).date()
    for day in calendar.days[bisect_left(calendar.days, today) :][:2]:
        for opens, closes in calendar.office.windows:
            if instant < datetime.combine(day, closes, tzinfo=zone):
                return max(instant, datetime.combine(day, opens, tzinfo=zone))
    raise CalendarEnds(instant=instant.isoformat(), first=calendar.first, last=calendar.last)


def _outside(calendar: WorkCalendar, instant: datetime) -> Outside:
    local = instant.astimezone(calendar.office.zone)
    opens, closes = calendar.office.windows[0][0], calendar.office.windows[-1][1]
    if not calendar.is_workday(local.date()):
        return Outside.DAY_OFF
    if local.time() < opens:
        return Outside.BEFORE_OPENING
    return Outside.AFTER_CLOSE if local.time() >= closes else Outside.MIDDAY


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
    length = calendar.working_time_between(start, end) if working else end - start
    minutes_of_a_day = sum(_minutes(o, c) for o, c in calendar.office.windows) if working else MINUTES_OF_A_DAY
    days, rest = divmod(int(length.total_seconds() // 60), minutes_of_a_day)
    return Span(days, *divmod(rest, 60), working)


def _minutes(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
