"""Calendars for the rules' tests: the published days of 2026, and plain weeks in a zone that changes its clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.rules.office import Office
from models.rules.worktime import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WINDOWS = ((time(8, 30), time(12)), (time(14), time(17, 30)))

# The official days of 2026 as (month, day): first and last day of each holiday, then the weekend days worked.
OFF_2026 = [
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
]
WORKED_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _worked_in_china(day: date) -> bool:
    clock = (day.month, day.day)
    off = any(first <= clock <= last for first, last in OFF_2026)
    return clock in WORKED_2026 or (day.weekday() < 5 and not off)


YEAR = days(date(2026, 1, 1), date(2026, 12, 31))
NEXT = days(date(2027, 1, 1), date(2027, 1, 31))

# All of 2026 confirmed, January 2027 expected only.
CHINA = WorkCalendar.of(
    Office(SHANGHAI, WINDOWS),
    [(day, _worked_in_china(day), True) for day in YEAR]
    + [(day, day.weekday() < 5 and day.day > 1, False) for day in NEXT],
)
AMERICA = WorkCalendar.of(Office(NEW_YORK, WINDOWS), [(day, day.weekday() < 5, True) for day in YEAR])
AT_NIGHT = WorkCalendar.of(Office(NEW_YORK, ((time(1), time(4)),)), [(day, True, True) for day in YEAR])
"""Works every day through the hours in which the clocks change."""


def cn(written: str) -> datetime:
    """A local time in China, in UTC: ``2026-03-02 09:00``."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI).astimezone(UTC)


def ny(written: str) -> datetime:
    """A local time in New York, in UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=NEW_YORK).astimezone(UTC)


def toggled(calendar: WorkCalendar, *corrected: date) -> WorkCalendar:
    """A calendar in which these days are worked that were not, and the other way round."""
    return replace(calendar, days=tuple(sorted(set(calendar.days) ^ set(corrected))))
