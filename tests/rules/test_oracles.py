"""The oracles themselves, against examples worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from tests.rules.oracles.climb import Duty, Step, climb, light
from tests.rules.oracles.working_time import BeyondCalendarError, Office, due_at, share_at, working_minutes_between

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WINDOWS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
NIGHT = ((time(1), time(4)),)


def days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def weekdays(first: date, last: date) -> set[date]:
    return {day for day in days(first, last) if day.weekday() < 5}


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


def china_2026() -> frozenset[date]:
    found = weekdays(date(2026, 1, 1), date(2026, 12, 31))
    for first, last in OFF_2026:
        found -= days(date(2026, *first), date(2026, *last))
    return frozenset(found | {date(2026, *day) for day in WORKED_2026})


CHINA = Office(SHANGHAI, WINDOWS, china_2026(), date(2026, 12, 31))
AMERICA = Office(NEW_YORK, WINDOWS, frozenset(weekdays(date(2026, 1, 1), date(2026, 12, 31))), date(2026, 12, 31))
SEASONED = replace(
    CHINA,
    seasons=(
        ((6, 1), (9, 30), ((time(8), time(12)), (time(15), time(18)))),
        ((12, 1), (2, 28), ((time(9), time(12)), (time(13), time(16)))),
    ),
)
NIGHT_OFFICE = replace(AMERICA, windows=NIGHT, workdays=frozenset(days(date(2026, 1, 1), date(2026, 12, 31))))


def cn(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def test_2026_has_248_working_days() -> None:
    assert len(CHINA.workdays) == 248


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        pytest.param("03-10 15:30", 2, "03-10 17:30", id="ends-at-close-not-next-morning"),
        pytest.param("03-10 11:00", 1, "03-10 12:00", id="ends-at-lunch-not-after-it"),
        pytest.param("03-10 11:00", 2, "03-10 15:00", id="over-lunch"),
        pytest.param("03-10 13:00", 1, "03-10 15:00", id="from-lunch"),
        pytest.param("03-10 06:00", 1, "03-10 09:30", id="from-before-opening"),
        pytest.param("03-10 08:30", 7, "03-10 17:30", id="a-whole-day"),
        pytest.param("02-13 17:00", 2, "02-14 10:00", id="friday-to-adjusted-saturday"),
        pytest.param("02-14 17:00", 2, "02-24 10:00", id="over-spring-festival"),
        pytest.param("10-03 12:00", 7, "10-08 17:30", id="from-national-day"),
        pytest.param("10-09 17:30", 8, "10-12 09:30", id="adjusted-saturday-then-sunday-off"),
    ],
)
def test_working_hours_in_china(start: str, amount: int, due: str) -> None:
    assert due_at(CHINA, cn(start), amount, "working_hours") == cn(due)


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        pytest.param("02-12 10:00", 3, "02-24 10:00", id="thursday-friday-saturday-then-spring-festival"),
        pytest.param("03-10 13:00", 1, "03-11 13:00", id="lunch-counts-as-open"),
        pytest.param("03-10 08:30", 1, "03-11 08:30", id="at-opening"),
        pytest.param("03-10 17:29", 1, "03-11 17:29", id="last-minute"),
        pytest.param("03-10 17:30", 1, "03-12 08:30", id="at-close"),
        pytest.param("04-30 16:00", 3, "05-08 16:00", id="labour-day"),
        pytest.param("05-08 16:00", 1, "05-09 16:00", id="adjusted-saturday-after-labour-day"),
        pytest.param("09-30 18:00", 2, "10-10 08:30", id="evening-before-national-day"),
        pytest.param("09-18 09:00", 5, "09-24 09:00", id="adjusted-sunday-before-mid-autumn"),
    ],
)
def test_working_days_in_china(start: str, amount: int, due: str) -> None:
    assert due_at(CHINA, cn(start), amount, "working_days") == cn(due)


@pytest.mark.parametrize(
    ("start", "setting", "how", "due"),
    [
        ("03-11 07:00", "before_opening", "as_is", "03-12 07:00"),
        ("03-11 07:00", "before_opening", "next_opening", "03-12 08:30"),
        ("09-30 18:00", "after_close", "as_is", "10-08 18:00"),
        ("09-30 18:00", "after_close", "next_opening", "10-09 08:30"),
        ("09-30 18:00", "after_close", "same_time_next_workday", "10-09 18:00"),
        ("01-03 10:00", "day_off", "as_is", "01-04 10:00"),
        ("01-03 10:00", "day_off", "next_opening", "01-05 08:30"),
        ("01-03 10:00", "day_off", "same_time_next_workday", "01-05 10:00"),
        ("01-03 20:00", "day_off", "same_time_next_workday", "01-05 20:00"),
    ],
)
def test_a_working_day_from_outside_office_counts_as_the_county_says(
    start: str, setting: str, how: str, due: str
) -> None:
    office = replace(CHINA, **{setting: how})  # type: ignore[arg-type]
    assert due_at(office, cn(start), 1, "working_days") == cn(due)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        pytest.param("09-29 17:00", 2, "working_hours", "09-30 09:00", id="summer-closes-at-six-opens-at-eight"),
        pytest.param("09-30 17:00", 2, "working_hours", "10-08 09:30", id="out-of-summer-opens-at-half-past-eight"),
        pytest.param("05-29 17:00", 2, "working_hours", "06-01 09:30", id="into-summer-half-an-hour-left-in-spring"),
        pytest.param("11-30 16:30", 2, "working_hours", "12-01 10:00", id="into-winter"),
        pytest.param("02-28 15:30", 1, "working_hours", "03-02 09:00", id="out-of-winter-on-an-adjusted-saturday"),
        pytest.param("09-29 17:45", 1, "working_days", "09-30 17:45", id="a-quarter-to-six-is-office-time-in-summer"),
        pytest.param("10-12 17:45", 1, "working_days", "10-14 08:30", id="and-after-close-in-autumn"),
        pytest.param("01-05 16:00", 1, "working_days", "01-07 09:00", id="winter-closes-at-four-over-new-year"),
        pytest.param("12-30 15:00", 1, "working_hours", "12-30 16:00", id="december-is-winter-too"),
    ],
)
def test_seasons_have_windows_of_their_own(start: str, amount: int, unit: str, due: str) -> None:
    assert due_at(SEASONED, cn(start), amount, unit) == cn(due)


def test_a_season_that_ends_on_the_last_of_february_leaves_the_leap_day_out() -> None:
    leap = replace(SEASONED, workdays=frozenset({date(2028, 2, 28), date(2028, 2, 29)}), last=date(2028, 2, 29))
    whole = [datetime(2028, 2, day, tzinfo=SHANGHAI) for day in (28, 29)]
    assert [working_minutes_between(leap, at, at + timedelta(hours=23)) for at in whole] == [360, 420]


def test_an_opening_the_change_skips_is_at_the_change() -> None:
    early = replace(NIGHT_OFFICE, windows=((time(2, 30), time(5)),), before_opening="next_opening")
    assert working_minutes_between(early, utc("03-08 05:00"), utc("03-08 12:00")) == 120
    assert due_at(early, utc("03-08 06:15"), 1, "working_days") == utc("03-09 07:00")
    assert due_at(early, utc("03-08 06:15"), 1, "working_hours") == utc("03-08 08:00")


def test_a_close_the_change_repeats_comes_twice() -> None:
    late = replace(NIGHT_OFFICE, windows=((time(0), time(1, 30)),))
    assert working_minutes_between(late, utc("11-01 04:00"), utc("11-01 12:00")) == 120
    assert due_at(late, utc("11-01 04:00"), 2, "working_hours") == utc("11-01 06:30")


def test_real_time_units_ignore_days_off() -> None:
    assert due_at(CHINA, cn("02-14 20:00"), 24, "urgent_hours") == cn("02-15 20:00")
    assert due_at(CHINA, cn("02-14 20:00"), 7, "natural_days") == cn("02-21 20:00")


def test_results_are_in_utc() -> None:
    due = due_at(CHINA, cn("03-10 15:30"), 2, "working_hours")
    assert (due, due.tzinfo) == (utc("03-10 09:30"), UTC)


# In New York 2026-03-08 has no 02:00-03:00 (EST, UTC-5, becomes EDT, UTC-4) and 2026-11-01 has 01:00-02:00 twice.
@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        pytest.param("03-07 07:30", 1, "natural_days", "03-08 07:30", id="skipped-0230-lands-at-0330-edt"),
        pytest.param("03-07 17:00", 1, "natural_days", "03-08 16:00", id="noon-to-noon-in-23-hours"),
        pytest.param("03-07 17:00", 24, "urgent_hours", "03-08 17:00", id="24-real-hours-in-spring"),
        pytest.param("10-31 05:30", 1, "natural_days", "11-01 05:30", id="repeated-0130-means-the-first"),
        pytest.param("10-31 16:00", 1, "natural_days", "11-01 17:00", id="noon-to-noon-in-25-hours"),
        pytest.param("11-01 06:30", 1, "natural_days", "11-02 06:30", id="from-the-second-0130"),
        pytest.param("10-31 16:00", 24, "urgent_hours", "11-01 16:00", id="24-real-hours-in-autumn"),
        pytest.param("03-06 15:00", 1, "working_days", "03-09 14:00", id="friday-10-est-to-monday-10-edt"),
        pytest.param("10-30 14:00", 1, "working_days", "11-02 15:00", id="friday-10-edt-to-monday-10-est"),
        pytest.param("03-06 23:00", 1, "working_days", "03-10 12:30", id="friday-evening-opens-monday-0830-edt"),
        pytest.param("03-06 22:00", 2, "working_hours", "03-09 14:00", id="hours-over-spring-change"),
        pytest.param("10-30 21:00", 2, "working_hours", "11-02 15:00", id="hours-over-autumn-change"),
    ],
)
def test_clock_changes_in_new_york(start: str, amount: int, unit: str, due: str) -> None:
    assert due_at(AMERICA, utc(start), amount, unit) == utc(due)


def test_an_office_open_through_the_change_works_the_real_minutes() -> None:
    spring, autumn = (utc("03-08 05:00"), utc("03-08 12:00")), (utc("11-01 04:00"), utc("11-01 12:00"))
    assert working_minutes_between(NIGHT_OFFICE, *spring) == 120
    assert working_minutes_between(NIGHT_OFFICE, *autumn) == 240
    assert due_at(NIGHT_OFFICE, utc("03-08 06:00"), 2, "working_hours") == utc("03-08 08:00")
    assert due_at(NIGHT_OFFICE, utc("11-01 05:00"), 4, "working_hours") == utc("11-01 09:00")


def test_working_days_onto_a_changing_day() -> None:
    assert due_at(NIGHT_OFFICE, utc("03-07 07:30"), 1, "working_days") == utc("03-08 07:30")
    assert due_at(NIGHT_OFFICE, utc("10-31 05:30"), 1, "working_days") == utc("11-01 05:30")


def test_working_minutes_between() -> None:
    assert working_minutes_between(CHINA, cn("03-10 08:30"), cn("03-11 08:30")) == 420
    assert working_minutes_between(CHINA, cn("03-10 11:59"), cn("03-10 14:01")) == 2
    assert working_minutes_between(CHINA, cn("02-14 17:30"), cn("02-24 08:30")) == 0
    assert working_minutes_between(CHINA, cn("02-13 17:30"), cn("02-24 08:31")) == 421
    assert working_minutes_between(CHINA, cn("03-10 10:00"), cn("03-10 10:00")) == 0


@pytest.mark.parametrize(
    ("start", "due", "share", "unit", "at"),
    [
        pytest.param("02-14 20:00", "02-15 20:00", Fraction(3, 4), "urgent_hours", "02-15 14:00", id="urgent"),
        pytest.param("02-14 20:00", "02-18 20:00", Fraction(1, 2), "natural_days", "02-16 20:00", id="natural"),
        pytest.param("03-10 15:30", "03-10 17:30", Fraction(3, 4), "working_hours", "03-10 17:00", id="hours"),
        pytest.param("03-10 10:00", "03-10 16:00", Fraction(1, 2), "working_hours", "03-10 12:00", id="at-lunch"),
        pytest.param("03-10 09:00", "03-10 10:00", Fraction(1, 8), "working_hours", "03-10 09:07:30", id="in-a-minute"),
        pytest.param("02-12 10:00", "02-24 10:00", Fraction(3, 4), "working_days", "02-14 11:45", id="945-of-1260"),
        pytest.param("03-10 20:00", "03-12 08:30", Fraction(1), "working_days", "03-11 17:30", id="all-is-the-close"),
        pytest.param("03-10 20:00", "03-12 08:30", Fraction(0), "working_days", "03-10 20:00", id="nothing-is-start"),
        pytest.param("03-07 07:00", "03-09 07:00", Fraction(3, 4), "working_days", "03-09 07:00", id="no-minute"),
    ],
)
def test_share_at(start: str, due: str, share: Fraction, unit: str, at: str) -> None:
    assert share_at(CHINA, cn(start), cn(due), share, unit) == cn(at)


def test_share_of_natural_days_is_of_real_time_over_a_clock_change() -> None:
    start, due = utc("03-07 17:00"), utc("03-08 16:00")
    assert share_at(AMERICA, start, due, Fraction(1, 2), "natural_days") == utc("03-08 04:30")
    local = [at.astimezone(NEW_YORK) for at in (start, due)]
    assert share_at(AMERICA, local[0], local[1], Fraction(1, 2), "natural_days") == utc("03-08 04:30")


@pytest.mark.parametrize(("amount", "unit"), [(8, "working_hours"), (1, "working_days")])
def test_the_walk_stops_at_the_end_of_the_calendar(amount: int, unit: str) -> None:
    with pytest.raises(BeyondCalendarError):
        due_at(CHINA, cn("12-31 10:00"), amount, unit)


def test_the_last_minute_of_the_calendar_can_still_be_used() -> None:
    assert due_at(CHINA, cn("12-31 08:30"), 7, "working_hours") == cn("12-31 17:30")


POLICY = (
    Step(1, frozenset({"holder"})),
    Step(2, frozenset({"holder", "community"})),
    Step(3, frozenset({"community"})),
    Step(4, frozenset({"committee"})),
)
INSTANTS = (cn("03-10 10:00"), cn("03-11 10:00"), cn("03-12 10:00"), cn("03-16 10:00"))
DUTY = Duty(cn("03-06 10:00"), POLICY, INSTANTS)


def test_each_night_records_the_steps_that_have_come() -> None:
    nights = [cn("03-10 02:00"), cn("03-11 02:00"), cn("03-12 02:00")]
    record = climb(DUTY, nights)
    assert record.events == [(1, INSTANTS[0], nights[1]), (2, INSTANTS[1], nights[2])]
    assert record.notices == [(1, "holder", nights[1]), (2, "community", nights[2]), (2, "holder", nights[2])]


def test_after_missed_nights_every_step_is_recorded_and_each_post_hears_the_highest() -> None:
    night = cn("03-17 02:00")
    record = climb(DUTY, [night])
    assert record.events == [(n, at, night) for n, at in enumerate(INSTANTS, start=1)]
    assert record.notices == [(2, "holder", night), (3, "community", night), (4, "committee", night)]


def test_the_same_night_twice_adds_nothing() -> None:
    night = cn("03-12 02:00")
    assert climb(DUTY, [night, night]) == climb(DUTY, [night])


def test_a_step_falling_exactly_on_the_night_is_recorded() -> None:
    assert climb(DUTY, [INSTANTS[0]]).events == [(1, INSTANTS[0], INSTANTS[0])]


def test_a_fulfilled_duty_keeps_its_past_and_records_nothing_more() -> None:
    first, second = cn("03-11 02:00"), cn("03-12 02:00")
    fulfilled = replace(DUTY, fulfilled_at=second)
    assert climb(fulfilled, [first, second, cn("03-17 02:00")]) == climb(DUTY, [first])


def test_light() -> None:
    due = INSTANTS[1]
    nights = ["03-10 09:59", "03-10 10:00", "03-11 09:59", "03-11 10:00"]
    assert [light(INSTANTS, due, cn(now)) for now in nights] == ["green", "yellow", "yellow", "red"]
    assert light((due,), due, cn("03-11 09:59")) == "green"
    assert light((due,), due, cn("03-11 09:59"), cn("03-11 09:00")) == "yellow"
