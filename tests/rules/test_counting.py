"""How a limit is said to have been counted, against examples worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.errors import CalendarEnds
from models.rules.counting import Counted, Outside, Span, counted, span
from models.rules.worktime import Allowance, Office, WorkCalendar
from models.vocabulary import Counting, TimeUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFF = {date(2026, 10, day) for day in range(1, 8)}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}
OFFICE = Office(SHANGHAI, ((time(8, 30), time(12)), (time(14), time(17, 30))), after_close=Counting.NEXT_OPENING)
DAYS = [date(2026, 9, 1) + timedelta(days=n) for n in range(61)]
CALENDAR = WorkCalendar.of(
    OFFICE, [(day, day in WORKED or (day.weekday() < 5 and day not in OFF), True) for day in DAYS]
)


def at(written: str) -> datetime:
    """A local time of 2026."""
    return datetime.fromisoformat(f"2026-{written}").replace(tzinfo=SHANGHAI).astimezone(UTC)


def explained(opened: str, limit: str, calendar: WorkCalendar = CALENDAR) -> Counted:
    """How a limit from a local time was counted."""
    allowance = Allowance.parse(limit)
    return counted(calendar, allowance, at(opened), calendar.due_at(at(opened), allowance))


@pytest.mark.parametrize(
    ("opened", "limit", "start", "outside"),
    [
        ("09-08 10:00", "3 working_days", "09-08 10:00", None),
        ("09-08 12:30", "3 working_days", "09-08 12:30", None),
        ("09-08 07:00", "3 working_days", "09-08 07:00", None),
        ("09-08 17:30", "3 working_days", "09-09 08:30", Outside.AFTER_CLOSE),
        ("09-11 18:00", "3 working_days", "09-14 08:30", Outside.AFTER_CLOSE),
        ("09-12 11:00", "3 working_days", "09-14 08:30", Outside.DAY_OFF),
        ("09-30 20:00", "3 working_days", "10-08 08:30", Outside.AFTER_CLOSE),
        ("09-08 10:00", "2 working_hours", "09-08 10:00", None),
        ("09-08 07:00", "2 working_hours", "09-08 08:30", Outside.BEFORE_OPENING),
        ("09-08 12:00", "2 working_hours", "09-08 14:00", Outside.MIDDAY),
        ("09-08 17:30", "2 working_hours", "09-09 08:30", Outside.AFTER_CLOSE),
        ("10-03 09:00", "2 working_hours", "10-08 08:30", Outside.DAY_OFF),
        ("09-12 23:00", "24 urgent_hours", "09-12 23:00", None),
        ("09-12 23:00", "3 natural_days", "09-12 23:00", None),
    ],
)
def test_from_when_it_counts_and_why(opened: str, limit: str, start: str, outside: Outside | None) -> None:
    count = explained(opened, limit)
    assert (count.start, count.outside) == (at(start), outside)
    assert count.agrees


def test_the_same_time_of_the_next_workday_is_said_too() -> None:
    keeping = replace(CALENDAR, office=replace(OFFICE, after_close=Counting.SAME_TIME_NEXT_WORKDAY))
    assert explained("09-11 18:00", "3 working_days", keeping).start == at("09-14 18:00")


def test_days_off_are_left_out_and_adjusted_days_counted() -> None:
    count = explained("09-29 15:20", "7 working_days")
    assert count.skipped == (*sorted(OFF), date(2026, 10, 11))
    assert count.adjusted == (date(2026, 10, 10),)


def test_the_day_off_on_which_it_came_is_among_those_left_out() -> None:
    assert explained("09-12 11:00", "1 working_days").skipped == (date(2026, 9, 12), date(2026, 9, 13))


def test_a_clock_that_runs_on_leaves_no_day_out() -> None:
    for limit in ("240 urgent_hours", "10 natural_days"):
        count = explained("09-29 15:20", limit)
        assert (count.skipped, count.adjusted) == ((), ())


def test_a_calendar_corrected_since_is_noticed() -> None:
    limit = Allowance.parse("7 working_days")
    assert not counted(CALENDAR, limit, at("09-29 15:20"), at("10-15 15:20")).agrees


def test_beyond_the_calendar_is_an_error() -> None:
    with pytest.raises(CalendarEnds):
        counted(CALENDAR, Allowance.parse("2 working_hours"), at("10-31 18:00"), at("10-31 19:00"))


@pytest.mark.parametrize(
    ("start", "end", "unit", "length"),
    [
        ("09-08 08:30", "09-11 08:30", TimeUnit.WORKING_DAYS, Span(3, 0, 0, working=True)),
        ("09-11 17:00", "09-14 09:01", TimeUnit.WORKING_DAYS, Span(0, 1, 1, working=True)),
        ("09-08 11:00", "09-08 15:00", TimeUnit.WORKING_HOURS, Span(0, 2, 0, working=True)),
        ("09-11 17:00", "09-14 09:01", TimeUnit.URGENT_HOURS, Span(2, 16, 1, working=False)),
        ("09-12 09:00", "09-12 10:00", TimeUnit.WORKING_DAYS, Span(0, 0, 0, working=True)),
    ],
)
def test_a_length_of_time(start: str, end: str, unit: TimeUnit, length: Span) -> None:
    assert span(CALENDAR, at(start), at(end), unit) == length
