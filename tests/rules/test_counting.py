"""How a limit is said to have been counted, against examples worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.counting import Counted, Outside, Span, counted, span
from models.rules.office import Office, Season
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import Counting, TimeUnit
from tests.rules.properties import quick

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
        ("09-07 17:30", "09-08 17:30", TimeUnit.WORKING_DAYS, Span(1, 0, 0, working=True)),
        ("09-08 12:30", "09-09 13:10", TimeUnit.WORKING_DAYS, Span(1, 0, 0, working=True)),
        ("10-29 16:30", "10-30 18:00", TimeUnit.WORKING_DAYS, Span(1, 1, 0, working=True)),
        ("10-30 16:30", "10-30 18:00", TimeUnit.WORKING_DAYS, Span(0, 1, 0, working=True)),
    ],
)
def test_a_length_of_time(start: str, end: str, unit: TimeUnit, length: Span) -> None:
    assert span(CALENDAR, at(start), at(end), unit) == length


@quick(200)
@given(st.integers(0, 60 * 24 * 60), st.integers(0, 20 * 24 * 60))
def test_in_an_office_without_seasons_the_days_of_a_length_are_seven_hours_each(minute: int, more: int) -> None:
    start, end = (at("09-01 00:00") + timedelta(minutes=n) for n in (minute, min(minute + more, 61 * 24 * 60)))
    length = span(CALENDAR, start, end, TimeUnit.WORKING_DAYS)
    office_time = CALENDAR.working_time_between(start, end)
    assert timedelta(hours=7 * length.days + length.hours, minutes=length.minutes) == office_time
    assert length.hours < 7 or end >= at("10-30 17:30")


SUMMER = Season((6, 1), (9, 30), ((time(8), time(12)), (time(15), time(18))))
SEASONED = replace(CALENDAR, office=replace(OFFICE, seasons=(SUMMER,)))


def test_outside_means_the_hours_of_the_season() -> None:
    for opened, start, outside in [
        ("09-29 17:45", "09-29 17:45", None),
        ("10-13 17:45", "10-14 08:30", Outside.AFTER_CLOSE),
        ("09-29 08:15", "09-29 08:15", None),
    ]:
        count = explained(opened, "2 working_hours", SEASONED)
        assert (count.start, count.outside) == (at(start), outside)
    assert explained("09-29 14:30", "2 working_hours", SEASONED).outside is Outside.MIDDAY
    assert explained("10-13 08:15", "2 working_hours", SEASONED).outside is Outside.BEFORE_OPENING


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("09-29 10:00", "10-09 10:00", Span(3, 0, 0, working=True)),  # three working days, as the limit was counted
        ("09-29 10:00", "10-09 09:00", Span(2, 6, 0, working=True)),  # from 10:00 on the 8th: 2 + 3:30 + 0:30
        ("09-30 08:00", "10-08 08:30", Span(1, 0, 0, working=True)),
        ("09-30 17:45", "10-08 17:15", Span(0, 7, 0, working=True)),
        ("09-30 17:45", "10-08 17:30", Span(1, 0, 0, working=True)),  # no office time lies between 17:30 and 17:45
        ("09-30 17:45", "10-09 08:30", Span(1, 0, 0, working=True)),
    ],
)
def test_a_length_of_time_into_another_season(start: str, end: str, length: Span) -> None:
    assert span(SEASONED, at(start), at(end), TimeUnit.WORKING_DAYS) == length


def test_a_report_of_the_weekend_counts_from_the_same_time_of_the_next_working_day() -> None:
    same = replace(OFFICE, day_off=Counting.SAME_TIME_NEXT_WORKDAY)
    calendar = WorkCalendar.of(
        same, [(day, day in WORKED or (day.weekday() < 5 and day not in OFF), True) for day in DAYS]
    )
    told = explained("09-12 10:20", "3 working_days", calendar)
    assert (told.start, told.outside, told.same_time) == (at("09-14 10:20"), Outside.DAY_OFF, True)
    assert not explained("09-12 10:20", "3 working_days").same_time
