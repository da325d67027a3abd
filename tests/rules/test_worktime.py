"""Working time against a walk minute by minute written apart from it, and against days counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.office import Office, Season
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import Counting, TimeUnit
from tests.rules.calendars import AMERICA, CHINA, NEW_YORK, YEAR, cn, days, ny
from tests.rules.oracles import working_time as walk
from tests.rules.properties import quick
from tests.rules.worlds import World, worlds

MICROSECOND = timedelta(microseconds=1)


def same(ruled: object, walked: object) -> bool:
    """Whether rule and walk say the same, be it that the calendar ends."""
    if isinstance(ruled, datetime) and isinstance(walked, datetime):
        return ruled == walked and ruled.utcoffset() == timedelta()
    return ruled is walked is None


def ruled_due(world: World, amount: int, unit: TimeUnit) -> datetime | None:
    try:
        return world.rule.due_at(world.start, Allowance(Fraction(amount), unit))
    except CalendarEnds:
        return None


def walked_due(world: World, amount: int, unit: TimeUnit) -> datetime | None:
    try:
        return walk.due_at(world.walked, world.start, amount, unit)
    except walk.BeyondCalendarError:
        return None


@quick(120)
@given(worlds(), st.integers(1, 12))
def test_working_days_end_where_the_walk_ends(world: World, amount: int) -> None:
    unit = TimeUnit.WORKING_DAYS
    assert same(ruled_due(world, amount, unit), walked_due(world, amount, unit))


@quick(120)
@given(worlds(), st.integers(1, 30))
def test_working_hours_end_where_the_walk_ends(world: World, amount: int) -> None:
    unit = TimeUnit.WORKING_HOURS
    assert same(ruled_due(world, amount, unit), walked_due(world, amount, unit))


@quick(120)
@given(worlds(), st.integers(1, 200))
def test_urgent_hours_run_day_and_night(world: World, amount: int) -> None:
    unit = TimeUnit.URGENT_HOURS
    assert same(ruled_due(world, amount, unit), walked_due(world, amount, unit))


@quick(120)
@given(worlds(), st.integers(1, 40))
def test_natural_days_keep_the_clock_time(world: World, amount: int) -> None:
    unit = TimeUnit.NATURAL_DAYS
    assert same(ruled_due(world, amount, unit), walked_due(world, amount, unit))


@quick(120)
@given(worlds(), st.integers(0, 4 * 24 * 60))
def test_working_time_between_is_the_minutes_walked(world: World, length: int) -> None:
    end = world.start + timedelta(minutes=length)
    try:
        minutes = walk.working_minutes_between(world.walked, world.start, end)
    except walk.BeyondCalendarError:
        with pytest.raises(CalendarEnds):
            world.rule.working_time_between(world.start, end)
        return
    assert world.rule.working_time_between(world.start, end) == timedelta(minutes=minutes)
    assert world.rule.working_time_between(end, world.start) == -timedelta(minutes=minutes)


@quick(120)
@given(worlds(), st.sampled_from(list(TimeUnit)), st.integers(1, 3), st.integers(1, 99))
def test_a_share_of_the_allowance_is_used_where_the_walk_says(
    world: World, unit: TimeUnit, amount: int, percent: int
) -> None:
    due = walked_due(world, amount, unit)
    if due is None:
        return
    walked = walk.share_at(world.walked, world.start, due, Fraction(percent, 100), unit)
    ruled = world.rule.share_at(world.start, due, Fraction(percent, 100), unit)
    assert abs(ruled - walked) <= MICROSECOND
    assert ruled <= due


@quick(120)
@given(worlds())
def test_what_comes_outside_office_hours_counts_from_where_the_walk_says(world: World) -> None:
    try:
        walked = walk.counted_from(world.walked, world.start)
    except walk.BeyondCalendarError:
        with pytest.raises(CalendarEnds):
            world.rule.counts_from(world.start)
        return
    assert world.rule.counts_from(world.start) == walked


@quick(120)
@given(worlds(), st.integers(1, 12), st.sampled_from(list(TimeUnit)))
def test_more_time_never_ends_earlier(world: World, amount: int, unit: TimeUnit) -> None:
    less, more = ruled_due(world, amount, unit), ruled_due(world, amount + 1, unit)
    assert more is None or (less is not None and world.start < less < more)


def due(start: datetime, limit: str, calendar: WorkCalendar = CHINA) -> datetime:
    return calendar.due_at(start, Allowance.parse(limit))


def test_2026_has_248_working_days() -> None:
    assert sum(CHINA.is_workday(day) for day in YEAR) == 248


@pytest.mark.parametrize(
    ("start", "limit", "ends"),
    [
        ("2026-03-02 10:15", "3 working_days", "2026-03-05 10:15"),
        ("2026-03-05 10:15", "3 working_days", "2026-03-10 10:15"),  # over a weekend
        ("2026-02-13 10:00", "3 working_days", "2026-02-25 10:00"),  # Saturday the 14th is worked; then nine days off
        ("2026-09-30 16:00", "3 working_days", "2026-10-10 16:00"),  # eight days off; the third is a Saturday worked
        ("2026-09-18 09:00", "1 working_days", "2026-09-20 09:00"),  # a Sunday worked
        ("2026-01-01 12:00", "1 working_days", "2026-01-05 08:30"),  # a day off counts from Sunday the 4th's opening
        ("2026-03-06 17:29", "1 working_days", "2026-03-09 17:29"),
        ("2026-03-06 17:30", "1 working_days", "2026-03-10 08:30"),  # at close: from the next opening
        ("2026-03-07 10:00", "1 working_days", "2026-03-10 08:30"),
        ("2026-03-09 07:00", "1 working_days", "2026-03-10 07:00"),  # before opening: as it came
        ("2026-03-09 13:00", "1 working_days", "2026-03-10 13:00"),  # at noon: as it came
        ("2026-03-02 11:00", "2 working_hours", "2026-03-02 15:00"),
        ("2026-03-02 11:00", "1 working_hours", "2026-03-02 12:00"),  # the end of a window, not the next opening
        ("2026-03-06 16:30", "2 working_hours", "2026-03-09 09:30"),
        ("2026-03-07 10:00", "2 working_hours", "2026-03-09 10:30"),
        ("2026-03-02 09:00", "0.5 working_hours", "2026-03-02 09:30"),
        ("2026-02-14 16:00", "7 working_hours", "2026-02-24 16:00"),
        ("2026-03-06 22:00", "24 urgent_hours", "2026-03-07 22:00"),
        ("2026-03-06 22:00", "0.5 urgent_hours", "2026-03-06 22:30"),
        ("2026-09-30 16:00", "7 natural_days", "2026-10-07 16:00"),
    ],
)
def test_limits_counted_by_hand(start: str, limit: str, ends: str) -> None:
    assert due(cn(start), limit) == cn(ends)


@pytest.mark.parametrize(
    ("start", "limit", "ends"),
    [
        ("2026-03-07 22:00", "24 urgent_hours", "2026-03-08 23:00"),  # a day of 23 hours
        ("2026-03-07 22:00", "1 natural_days", "2026-03-08 22:00"),
        ("2026-03-07 02:30", "1 natural_days", "2026-03-08 03:30"),  # 02:30 does not exist that day
        ("2026-10-31 22:00", "24 urgent_hours", "2026-11-01 21:00"),  # a day of 25 hours
        ("2026-03-06 16:30", "2 working_hours", "2026-03-09 09:30"),
        ("2026-03-06 10:00", "1 working_days", "2026-03-09 10:00"),
    ],
)
def test_limits_over_a_clock_change(start: str, limit: str, ends: str) -> None:
    assert due(ny(start), limit, AMERICA) == ny(ends)


SUMMER = Season((6, 1), (9, 30), ((time(8), time(12)), (time(15), time(18))))
WINTER = Season((12, 1), (2, 28), ((time(9), time(12)), (time(13), time(16))))
SEASONED = replace(CHINA, office=replace(CHINA.office, seasons=(SUMMER, WINTER)))


@pytest.mark.parametrize(
    ("start", "limit", "ends"),
    [
        ("2026-09-29 17:00", "2 working_hours", "2026-09-30 09:00"),  # summer: to six, from eight
        ("2026-09-30 17:00", "2 working_hours", "2026-10-08 09:30"),  # out of it: from half past eight
        ("2026-05-29 17:00", "2 working_hours", "2026-06-01 09:30"),
        ("2026-02-28 15:30", "1 working_hours", "2026-03-02 09:00"),  # out of winter
        ("2026-12-31 15:30", "1 working_hours", "2027-01-04 09:30"),  # winter over new year
        ("2026-09-29 17:45", "1 working_days", "2026-09-30 17:45"),
        ("2026-09-30 17:45", "1 working_days", "2026-10-08 17:45"),  # the clock time stays, in autumn too
        ("2026-10-12 17:45", "1 working_days", "2026-10-14 08:30"),  # after close
        ("2026-12-01 08:45", "1 working_days", "2026-12-02 08:45"),  # before opening: as it came
        ("2026-11-29 10:00", "1 working_days", "2026-12-01 08:30"),  # Sunday; Monday is the last day of autumn
        ("2026-11-30 18:00", "1 working_days", "2026-12-02 09:00"),
    ],
)
def test_limits_over_a_change_of_season(start: str, limit: str, ends: str) -> None:
    assert due(cn(start), limit, SEASONED) == cn(ends)


def test_a_season_may_run_over_new_year_and_knows_the_leap_day() -> None:
    assert [WINTER.covers(date(2028, *day)) for day in [(12, 1), (12, 31), (1, 1), (2, 28)]] == [True] * 4
    assert [WINTER.covers(date(2028, *day)) for day in [(2, 29), (3, 1), (11, 30)]] == [False] * 3
    assert replace(WINTER, last=(2, 29)).covers(date(2028, 2, 29))
    assert not replace(WINTER, last=(2, 29)).covers(date(2027, 3, 1))


def at_night(opens: time, closes: time) -> WorkCalendar:
    """An office of New York that works at night, every day."""
    office = Office(NEW_YORK, ((opens, closes),), before_opening=Counting.NEXT_OPENING)
    return WorkCalendar.of(office, [(day, True, True) for day in YEAR])


def test_an_opening_the_clock_change_skips_is_at_the_change() -> None:
    early = at_night(time(2, 30), time(5))
    assert early.counts_from(ny("2026-03-08 01:15")) == ny("2026-03-08 03:00")
    assert due(ny("2026-03-08 01:15"), "1 working_hours", early) == ny("2026-03-08 04:00")
    assert early.working_time_between(ny("2026-03-08 00:00"), ny("2026-03-09 00:00")) == timedelta(hours=2)


def test_a_close_the_clock_change_skips_is_at_the_change() -> None:
    late = at_night(time(0, 30), time(2, 30))
    assert due(ny("2026-03-08 01:30"), "1 working_hours", late) == ny("2026-03-09 01:00")


def test_hours_the_clock_change_repeats_are_worked_twice() -> None:
    late = at_night(time(0), time(1, 30))
    assert late.working_time_between(ny("2026-11-01 00:00"), ny("2026-11-02 00:00")) == timedelta(hours=2)
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # the second 01:30
    assert due(ny("2026-11-01 00:00"), "2 working_hours", late) == second


def test_three_quarters_of_three_working_days_fall_in_office_time() -> None:
    start, end = cn("2026-03-05 10:00"), cn("2026-03-10 10:00")
    used = CHINA.share_at(start, end, Fraction(3, 4), TimeUnit.WORKING_DAYS)
    assert CHINA.working_time_between(start, end) == timedelta(hours=21)
    assert used == cn("2026-03-09 11:45")  # 15.75 h: 5.5 on Thursday, 7 on Friday, 3.25 on Monday
    assert CHINA.working_time_between(start, used) == timedelta(hours=15.75)


def test_weekend_and_holiday_add_no_working_time() -> None:
    assert CHINA.working_time_between(cn("2026-03-06 17:30"), cn("2026-03-09 08:30")) == timedelta()
    assert CHINA.working_time_between(cn("2026-09-30 17:30"), cn("2026-10-08 08:30")) == timedelta()
    assert CHINA.working_time_between(cn("2026-09-30 17:30"), cn("2026-10-10 17:30")) == timedelta(hours=21)


def test_skipped_days_are_those_nobody_works() -> None:
    skipped = CHINA.skipped_between(cn("2026-09-30 16:00"), cn("2026-10-10 16:00"))
    assert skipped == days(date(2026, 10, 1), date(2026, 10, 7))
    assert CHINA.skipped_between(cn("2026-02-13 10:00"), cn("2026-02-14 10:00")) == []


@pytest.mark.parametrize(
    ("rule", "counting", "arrives", "counts_from"),
    [
        ("after_close", Counting.AS_IS, "2026-03-06 20:00", "2026-03-06 20:00"),
        ("after_close", Counting.NEXT_OPENING, "2026-03-06 20:00", "2026-03-09 08:30"),
        ("after_close", Counting.SAME_TIME_NEXT_WORKDAY, "2026-03-06 20:00", "2026-03-09 20:00"),
        ("day_off", Counting.AS_IS, "2026-03-07 10:00", "2026-03-07 10:00"),
        ("day_off", Counting.NEXT_OPENING, "2026-03-07 10:00", "2026-03-09 08:30"),
        ("day_off", Counting.SAME_TIME_NEXT_WORKDAY, "2026-03-07 10:00", "2026-03-09 10:00"),
        ("before_opening", Counting.AS_IS, "2026-03-09 07:00", "2026-03-09 07:00"),
        ("before_opening", Counting.NEXT_OPENING, "2026-03-09 07:00", "2026-03-09 08:30"),
        ("before_opening", Counting.SAME_TIME_NEXT_WORKDAY, "2026-03-09 07:00", "2026-03-10 07:00"),
    ],
)
def test_the_county_says_from_when_a_report_outside_office_hours_counts(
    rule: str, counting: Counting, arrives: str, counts_from: str
) -> None:
    calendar = replace(CHINA, office=replace(CHINA.office, **{rule: counting}))  # type: ignore[arg-type]
    assert calendar.counts_from(cn(arrives)) == cn(counts_from)


def test_a_time_beyond_the_known_days_is_refused() -> None:
    with pytest.raises(CalendarEnds):
        due(cn("2027-01-29 10:00"), "1 working_days")
    with pytest.raises(CalendarEnds):
        due(cn("2027-01-29 16:00"), "2 working_hours")
    with pytest.raises(CalendarEnds):
        due(cn("2025-12-31 10:00"), "2 working_hours")
    with pytest.raises(CalendarEnds):
        CHINA.counts_from(cn("2027-02-01 10:00"))


def test_days_not_yet_announced_are_provisional() -> None:
    assert not CHINA.is_provisional(cn("2026-12-31 23:59"))
    assert CHINA.is_provisional(cn("2027-01-01 00:00"))
