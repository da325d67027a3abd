"""The latest instant from which an allowance remains: against the walk backwards, against what it is for, by hand."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import TimeUnit
from tests.rules.calendars import AMERICA, CHINA, cn, ny
from tests.rules.oracles import working_time as walk
from tests.rules.properties import quick
from tests.rules.test_worktime import MICROSECOND, same
from tests.rules.worlds import World, worlds


def ruled(world: World, amount: int, unit: TimeUnit) -> datetime | None:
    try:
        return world.rule.latest_start(world.start, Allowance(Fraction(amount), unit))
    except CalendarEnds:
        return None


def walked(world: World, amount: int, unit: TimeUnit) -> datetime | None:
    try:
        return walk.latest_start(world.walked, world.start, amount, unit)
    except walk.BeyondCalendarError:
        return None


@quick(300)
@given(worlds(), st.integers(1, 12), st.sampled_from(list(TimeUnit)))
def test_it_lies_where_the_walk_backwards_ends(world: World, amount: int, unit: TimeUnit) -> None:
    assert same(ruled(world, amount, unit), walked(world, amount, unit))


@quick(200)
@given(worlds(), st.integers(1, 20), st.sampled_from([TimeUnit.WORKING_HOURS, TimeUnit.URGENT_HOURS]))
def test_hours_from_it_end_by_the_due_time_and_from_any_later_instant_do_not(
    world: World, amount: int, unit: TimeUnit
) -> None:
    limit, due = Allowance(Fraction(amount), unit), world.start
    start = ruled(world, amount, unit)
    assume(start is not None)
    assert start is not None
    assert world.rule.due_at(start, limit) <= due
    try:
        assert world.rule.due_at(start + MICROSECOND, limit) > due
    except CalendarEnds:
        assert world.rule.working_time_between(start + MICROSECOND, due) < timedelta(hours=amount)


@quick(200)
@given(worlds(), st.integers(1, 5))
def test_between_it_and_the_due_time_lie_so_many_office_days(world: World, amount: int) -> None:
    start = ruled(world, amount, TimeUnit.WORKING_DAYS)
    assume(start is not None)
    assert start is not None
    zone, due = world.rule.office.zone, world.start
    first, last = start.astimezone(zone).date(), due.astimezone(zone).date()
    later = [day for day in world.rule.days if first < day <= last]
    assert len(later) == amount
    assert world.rule.is_workday(first)


@pytest.mark.parametrize(
    ("due", "limit", "start"),
    [
        pytest.param("03-10 10:00", "1 working_days", "03-09 10:00", id="the-day-before"),
        pytest.param("03-09 08:30", "1 working_days", "03-06 08:30", id="over-a-weekend"),
        pytest.param("10-08 10:00", "2 working_days", "09-29 10:00", id="over-national-day"),
        pytest.param("10-12 10:00", "1 working_days", "10-10 10:00", id="an-adjusted-saturday"),
        pytest.param("03-08 10:00", "1 working_days", "03-05 17:30", id="a-sunday-counts-as-fridays-close"),
        pytest.param("03-11 20:00", "1 working_days", "03-10 20:00", id="an-evening-stays-an-evening"),
        pytest.param("03-10 10:00", "2 working_hours", "03-09 17:00", id="over-a-night"),
        pytest.param("03-10 10:00", "1.5 working_hours", "03-10 08:30", id="the-opening-rather-than-the-close-before"),
        pytest.param("03-10 14:30", "0.5 working_hours", "03-10 14:00", id="after-lunch-rather-than-before-it"),
        pytest.param("03-08 10:00", "1 working_hours", "03-06 16:30", id="hours-before-a-sunday"),
        pytest.param("03-08 10:00", "2 natural_days", "03-06 10:00", id="natural-days"),
        pytest.param("03-08 10:00", "0.5 urgent_hours", "03-08 09:30", id="urgent-hours"),
    ],
)
def test_counted_by_hand(due: str, limit: str, start: str) -> None:
    assert CHINA.latest_start(cn(f"2026-{due}"), Allowance.parse(limit)) == cn(f"2026-{start}")


@pytest.mark.parametrize(
    ("due", "limit", "start"),
    [
        ("03-09 10:00", "1 working_days", "03-06 10:00"),
        ("03-09 10:00", "2 working_hours", "03-06 17:00"),
        ("03-09 10:00", "72 urgent_hours", "03-06 09:00"),
        ("03-09 10:00", "3 natural_days", "03-06 10:00"),
        ("03-09 02:30", "1 natural_days", "03-08 03:30"),  # 02:30 is skipped that night
    ],
)
def test_over_a_clock_change(due: str, limit: str, start: str) -> None:
    assert AMERICA.latest_start(ny(f"2026-{due}"), Allowance.parse(limit)) == ny(f"2026-{start}")


def edges(calendar: WorkCalendar, limit: str) -> list[datetime | None]:
    """The latest start for what is due early on a calendar's second working day, and for what is due after its end."""
    found: list[datetime | None] = []
    for due in (cn("2026-01-05 09:00"), cn("2027-02-01 10:00")):
        try:
            found.append(calendar.latest_start(due, Allowance.parse(limit)))
        except CalendarEnds:
            found.append(None)
    return found


@pytest.mark.parametrize(
    ("limit", "early"),
    [
        ("1 working_days", cn("2026-01-04 09:00")),
        ("2 working_days", None),
        ("7.5 working_hours", cn("2026-01-04 08:30")),
        ("7.51 working_hours", None),
    ],
)
def test_what_lies_outside_the_calendar_is_refused(limit: str, early: datetime | None) -> None:
    assert edges(CHINA, limit) == [early, None]
