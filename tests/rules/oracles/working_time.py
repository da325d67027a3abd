"""Working time by walking: one minute of real time after another, no cleverness.

Instants are numbered in whole minutes since 1970-01-01 00:00 UTC, so a step of the walk is always one real
minute, and each minute is read on the local clock by itself. Offsets from UTC are whole minutes, as everywhere today.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MINUTES_OF_A_DAY = 24 * 60
CLOCK_TIMES = tuple(time(minute // 60, minute % 60) for minute in range(MINUTES_OF_A_DAY))
DAYS_OF_A_YEAR = [(day.month, day.day) for day in (date(2000, 1, 1) + DAY * n for n in range(366))]


class BeyondCalendarError(LookupError):
    """The walk has come to a day after the last one the calendar knows."""


@dataclass(frozen=True)
class Office:
    """One county's office: its zone, its windows of each working day, its working days up to `last`.

    `windows` ascend and are disjoint; `workdays` are all the working days there are up to and including `last`.
    The next three say what a moment outside office counts as, for working days:
    "as_is", "next_opening" or "same_time_next_workday" (the latter never before opening).
    `seasons` are parts of the year that have windows of their own: (month, day) of the first and the last day, windows.
    """

    zone: ZoneInfo
    windows: tuple[tuple[time, time], ...]
    workdays: frozenset[date]
    last: date
    before_opening: str = "as_is"
    after_close: str = "next_opening"
    day_off: str = "next_opening"
    seasons: tuple[tuple[tuple[int, int], tuple[int, int], tuple[tuple[time, time], ...]], ...] = ()


def due_at(office: Office, start: datetime, amount: int, unit: str) -> datetime:
    """When `amount` of `unit` from `start` has run out, in UTC.

    Raises BeyondCalendarError when the walk leaves the calendar, ValueError for what it cannot read.
    """
    first = minute_number(start)
    if amount < 1:
        raise ValueError(f"amount {amount}")
    if unit == "urgent_hours":
        return instant(first + amount * 60)
    if unit == "natural_days":
        local = instant(first).astimezone(office.zone)
        return at_clock(office, local.date() + amount * DAY, local.time())
    if unit == "working_hours":
        return end_of_working_minute(office, first, amount * 60)
    if unit == "working_days":
        local = counted_from(office, instant(first)).astimezone(office.zone)
        return at_clock(office, nth_workday_after(office, local.date(), amount), local.time())
    raise ValueError(f"unit {unit}")


def latest_start(office: Office, due: datetime, amount: int, unit: str) -> datetime:
    """The latest instant, in UTC, from which `amount` of `unit` remains until `due`: the walk backwards.

    The clock of a day that is no working one is that of the last close before it. Raises BeyondCalendarError when the
    walk comes to the days before the first working one.
    """
    last = minute_number(due)
    if unit == "urgent_hours":
        return instant(last - amount * 60)
    if unit == "working_hours":
        return start_of_working_minute(office, last, amount * 60)
    local = instant(last).astimezone(office.zone)
    day, clock = local.date(), local.time()
    if unit == "natural_days":
        return at_clock(office, day - amount * DAY, clock)
    while not is_workday_since(office, day):
        day, clock = day - DAY, windows_of(office, day - DAY)[-1][1]
    for _ in range(amount):
        day -= DAY
        while not is_workday_since(office, day):
            day -= DAY
    return at_clock(office, day, clock)


def is_workday_since(office: Office, day: date) -> bool:
    """Whether `day` is a working day; BeyondCalendarError before the first there is."""
    if day < first_workday(office.workdays):
        raise BeyondCalendarError(f"{day} is before the first working day")
    return is_workday(office, day)


@cache
def first_workday(workdays: frozenset[date]) -> date:
    """The first of some working days; kept because asking is slow."""
    return min(workdays)


def start_of_working_minute(office: Office, end: int, amount: int) -> datetime:
    """The start of the minute that is the `amount`-th working one before minute `end`, going back."""
    minute = end
    while amount:
        minute -= 1
        is_workday_since(office, local_reading(office.zone, minute)[0])
        amount -= is_working(office, minute)
    return instant(minute)


def working_minutes_between(office: Office, a: datetime, b: datetime) -> int:
    """How many minutes of real time that start in [a, b) start inside a window of a working day."""
    return len(working_minutes_in(office, a, b))


def share_at(office: Office, start: datetime, due: datetime, share: Fraction, unit: str) -> datetime:
    """When `share` (0 to 1) of the allowance from `start` to `due` is used, in UTC, to the nearest microsecond."""
    if not 0 <= share <= 1:
        raise ValueError(f"share {share}")
    if unit in {"urgent_hours", "natural_days"}:
        return later(start, share * real_minutes_between(start, due))
    if unit not in {"working_hours", "working_days"}:
        raise ValueError(f"unit {unit}")
    minutes = working_minutes_in(office, start, due)
    if not minutes:
        return due.astimezone(UTC)
    return end_of_part(start, minutes, share * len(minutes))


def end_of_part(start: datetime, minutes: list[int], target: Fraction) -> datetime:
    """The first instant at which `target` of these working minutes, whole or not, have passed since `start`."""
    if target == 0:
        return start.astimezone(UTC)
    passed = ceil(target) - 1
    return later(instant(minutes[passed]), target - passed)


def end_of_working_minute(office: Office, first: int, amount: int) -> datetime:
    """The end of the minute that is the `amount`-th working one from minute `first` on."""
    for passed, minute in enumerate(working_minutes_from(office, first)):
        if passed + 1 == amount:
            return instant(minute + 1)
    raise AssertionError("the walk ends only by returning or raising")


def counted_from(office: Office, start: datetime) -> datetime:
    """The moment from which working days are counted for what came at `start`."""
    local = start.astimezone(office.zone)
    windows = windows_of(office, local.date())
    opening, close = windows[0][0], windows[-1][1]
    clock = local.time()
    if not is_workday(office, local.date()):
        return moved(office, start, office.day_off)
    if clock < opening:
        if office.before_opening == "same_time_next_workday":
            raise ValueError("before_opening is never same_time_next_workday")
        return moved(office, start, office.before_opening)
    if clock >= close:
        return moved(office, start, office.after_close)
    return start


def moved(office: Office, start: datetime, how: str) -> datetime:
    """The moment that a `start` outside the office's day stands for."""
    if how == "as_is":
        return start
    if how == "next_opening":
        return next_opening(office, start)
    if how == "same_time_next_workday":
        local = start.astimezone(office.zone)
        return at_clock(office, nth_workday_after(office, local.date(), 1), local.time())
    raise ValueError(f"treatment {how}")


def next_opening(office: Office, start: datetime) -> datetime:
    """The first minute from `start`, itself outside the office's day, that lies in a window of a working day."""
    return instant(next(working_minutes_from(office, minute_number(start))))


def nth_workday_after(office: Office, day: date, amount: int) -> date:
    """The `amount`-th working day after `day`, which itself never counts."""
    found = 0
    while found < amount:
        day += DAY
        if is_workday(office, day):
            found += 1
    return day


def at_clock(office: Office, day: date, clock: time) -> datetime:
    """The instant of a local clock time, in UTC.

    `fold=0` is the offset before a change: a skipped clock time lands later, of a repeated one the first is meant.
    """
    return datetime.combine(day, clock.replace(fold=0), tzinfo=office.zone).astimezone(UTC)


def working_minutes_in(office: Office, a: datetime, b: datetime) -> list[int]:
    """The working minutes that start in [a, b)."""
    found = []
    minute, end = minute_number(a), minute_number(b)
    while minute < end:
        if is_working(office, minute):
            found.append(minute)
        minute += 1
    return found


def working_minutes_from(office: Office, minute: int) -> Iterator[int]:
    """Every working minute from `minute` on, until BeyondCalendarError."""
    while True:
        if is_working(office, minute):
            yield minute
        minute += 1


def is_working(office: Office, minute: int) -> bool:
    """Whether this minute starts inside a window of a working day."""
    day, clock = local_reading(office.zone, minute)
    if not is_workday(office, day):
        return False
    for opens, closes in windows_of(office, day):  # noqa: SIM110 - a loop is twice as fast as any(), once per minute
        if opens <= clock < closes:
            return True
    return False


def is_workday(office: Office, day: date) -> bool:
    """Whether `day` is a working day; BeyondCalendarError after the last known day."""
    if day > office.last:
        raise BeyondCalendarError(f"{day} is after {office.last}")
    return day in office.workdays


@cache
def windows_of(office: Office, day: date) -> tuple[tuple[time, time], ...]:
    """The windows of `day`: those of the season it lies in, else the office's usual ones."""
    for first, last, windows in office.seasons:
        if (day.month, day.day) in days_walked(first, last):
            return windows
    return office.windows


def days_walked(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """The days of the year one comes past from `first` until `last` is reached, walking on into the next year."""
    at = DAYS_OF_A_YEAR.index(first)
    walked = [first]
    while walked[-1] != last:
        at = (at + 1) % len(DAYS_OF_A_YEAR)
        walked.append(DAYS_OF_A_YEAR[at])
    return walked


def local_reading(zone: ZoneInfo, minute: int) -> tuple[date, time]:
    """The local date and clock time at which this minute starts."""
    utc_day, minute_of_day = divmod(minute, MINUTES_OF_A_DAY)
    local_day, clock = divmod(minute + offsets_of(zone, utc_day)[minute_of_day], MINUTES_OF_A_DAY)
    return date.fromordinal(EPOCH.toordinal() + local_day), CLOCK_TIMES[clock]


@cache
def offsets_of(zone: ZoneInfo, utc_day: int) -> "array[int]":
    """The offset from UTC, in minutes, of each of the 1440 minutes of a UTC day; kept because asking is slow."""
    first = utc_day * MINUTES_OF_A_DAY
    return array("h", [offset_of(zone, first + passed) for passed in range(MINUTES_OF_A_DAY)])


def offset_of(zone: ZoneInfo, minute: int) -> int:
    """The offset from UTC, in minutes, that holds in `zone` at this minute."""
    offset = instant(minute).astimezone(zone).utcoffset()
    if offset is None or offset % MINUTE:
        raise ValueError(f"offset {offset} of {zone}")
    return offset // MINUTE


def minute_number(moment: datetime) -> int:
    """The number of the minute that starts at `moment`, which is aware and on a whole minute."""
    if (moment - EPOCH) % MINUTE:
        raise ValueError(f"{moment} is not a whole minute")
    return (moment - EPOCH) // MINUTE


def instant(minute: int) -> datetime:
    """The instant, in UTC, at which this minute starts."""
    return EPOCH + minute * MINUTE


def real_minutes_between(a: datetime, b: datetime) -> Fraction:
    """Minutes of real time from `a` to `b`: in UTC first, for Python subtracts two times of one zone by the clock."""
    return Fraction((b.astimezone(UTC) - a.astimezone(UTC)) // timedelta(microseconds=1), 60_000_000)


def later(moment: datetime, minutes: Fraction) -> datetime:
    """`moment`, in UTC, plus minutes of real time, whole or not, to the nearest microsecond."""
    return moment.astimezone(UTC) + timedelta(microseconds=round(minutes * 60_000_000))
