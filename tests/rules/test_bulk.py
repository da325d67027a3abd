"""Many schedules at once are the schedules one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.bulk import freeze_all, scaled_all
from models.rules.escalation import Addressee, Escalation, Schedule, ServiceLevel, Step, Timing, freeze
from models.rules.segments import instant_of, micros, scaled
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import Counting, DutyKind, StepAction, TimeUnit
from tests.rules.calendars import AMERICA, CHINA, YEAR, cn, ny
from tests.rules.properties import quick
from tests.rules.worlds import World, starts, worlds

HOLDER = Addressee(StepAction.REMIND, None)


def level(limit: Allowance, timings: Sequence[Timing]) -> ServiceLevel:
    steps = tuple(Step(n, timing, (HOLDER,)) for n, timing in enumerate(timings, 1))
    return ServiceLevel(1, "act", DutyKind.ACT, None, None, None, limit, Escalation(1, "acting", False, steps))


def written(limit: str, *timings: str) -> ServiceLevel:
    return level(Allowance.parse(limit), [Timing.parse(timing) for timing in timings])


ACTING = written("3 working_days", "75%", "due", "+1 working_days", "+3 working_days", "+5 working_days")


@st.composite
def allowances(draw: st.DrawFn, most: int) -> Allowance:
    unit = draw(st.sampled_from(list(TimeUnit)))
    days = unit in (TimeUnit.WORKING_DAYS, TimeUnit.NATURAL_DAYS)
    whole = st.integers(1, most).map(Fraction)
    amount = draw(whole if days else st.fractions(Fraction(1, 100), most * 6, max_denominator=100))
    return Allowance(amount, unit)


def timings() -> st.SearchStrategy[Timing]:
    shares = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=10**9).map(lambda s: Timing(share=s))
    fields = st.sampled_from(("opened", "before", "after"))
    timed = st.builds(lambda field, allowance: Timing(**{field: allowance}), fields, allowances(3))
    return st.one_of(shares, st.just(Timing()), timed, timed)


def one_by_one(row: ServiceLevel, opened: Sequence[datetime], calendar: WorkCalendar) -> list[Schedule] | None:
    try:
        return [freeze(row, at, calendar) for at in opened]
    except CalendarEnds:
        return None


def at_once(row: ServiceLevel, opened: Sequence[datetime], calendar: WorkCalendar) -> list[Schedule] | None:
    try:
        many = freeze_all(row, [micros(at) for at in opened], calendar)
    except CalendarEnds:
        return None
    rows = zip(many.due_at.tolist(), many.steps_at.tolist(), many.provisional.tolist(), strict=True)
    return [
        Schedule(at, instant_of(due), tuple(map(instant_of, steps)), unsure)
        for at, (due, steps, unsure) in zip(opened, rows, strict=True)
    ]


@st.composite
def openings(draw: st.DrawFn) -> tuple[WorkCalendar, list[datetime]]:
    """A calendar, some of its days not yet confirmed, and times around a turn in it, to the microsecond."""
    world: World = draw(worlds())
    calendar = replace(world.rule, confirmed_until=world.rule.first + timedelta(days=draw(st.integers(-15, 40))))
    odd = timedelta(microseconds=draw(st.one_of(st.just(0), st.integers(0, 59_999_999))))
    return calendar, [start + odd for start in draw(st.lists(starts(world.turn), max_size=12))]


@quick(400)
@given(openings(), allowances(5), st.lists(timings(), max_size=5))
def test_many_schedules_are_those_frozen_one_by_one(
    opening: tuple[WorkCalendar, list[datetime]], limit: Allowance, steps: list[Timing]
) -> None:
    (calendar, opened), row = opening, level(limit, steps)
    for each in opened:
        assert at_once(row, [each], calendar) == one_by_one(row, [each], calendar)
    assert at_once(row, opened, calendar) == one_by_one(row, opened, calendar)


@pytest.mark.parametrize(
    ("opened", "limit"),
    [
        ("2026-03-07 02:30", "1 natural_days"),  # 02:30 does not exist the next day
        ("2026-03-07 03:00", "1 natural_days"),  # the first time there is after the change
        ("2026-10-31 01:30", "1 natural_days"),  # 01:30 comes twice the next day
        ("2026-10-31 02:00", "1 natural_days"),
        ("2026-03-06 10:00", "1 working_days"),
        ("2026-10-31 23:00", "6 urgent_hours"),
        ("2026-10-30 16:00", "3 working_hours"),
    ],
)
def test_clock_changes_are_counted_as_one_by_one(opened: str, limit: str) -> None:
    row = written(limit, "50%", "due", "+1 natural_days")
    assert at_once(row, [ny(opened)], AMERICA) == one_by_one(row, [ny(opened)], AMERICA)


def test_a_clock_time_put_off_onto_a_clock_change_is_kept_from_there_on() -> None:
    keeping = replace(AMERICA.office, day_off=Counting.SAME_TIME_NEXT_WORKDAY)
    at_work = WorkCalendar.of(keeping, [(day, day.weekday() in (6, 0), True) for day in YEAR])
    opened = [ny("2026-03-06 02:30")]  # Friday: put off to Sunday, when 02:30 does not exist
    many = at_once(written("1 working_days", "due"), opened, at_work)
    assert many == one_by_one(written("1 working_days", "due"), opened, at_work)
    assert many
    assert many[0].due_at == ny("2026-03-09 03:30")


def test_without_office_time_on_the_way_a_share_falls_with_the_due_time() -> None:
    lenient = replace(CHINA, office=replace(CHINA.office, day_off=Counting.AS_IS))
    opened = [cn("2026-03-07 07:00")]  # Saturday, due on Monday before opening
    many = at_once(written("1 working_days", "75%"), opened, lenient)
    assert many == one_by_one(written("1 working_days", "75%"), opened, lenient)
    assert many
    assert many[0].steps_at == (many[0].due_at,) == (cn("2026-03-09 07:00"),)


def test_a_year_of_openings_in_both_zones() -> None:
    for calendar, start in ((CHINA, cn("2026-01-01 00:00")), (AMERICA, ny("2026-01-01 00:00"))):
        opened = [start + timedelta(minutes=n * 37) for n in range(340 * 38)]
        assert at_once(ACTING, opened, calendar) == one_by_one(ACTING, opened, calendar)


def test_one_that_runs_out_of_the_calendar_refuses_all() -> None:
    with pytest.raises(CalendarEnds):
        freeze_all(ACTING, [micros(cn("2026-03-02 10:00")), micros(cn("2027-01-28 10:00"))], CHINA)


def test_none_is_none() -> None:
    many = freeze_all(ACTING, [], CHINA)
    assert (len(many.due_at), many.steps_at.shape, len(many.provisional)) == (0, (0, 5), 0)


def test_a_calendar_without_a_working_day_counts_real_time_alone() -> None:
    idle = WorkCalendar.of(CHINA.office, [(day, False, True) for day in CHINA.days])
    opened = [cn("2026-03-02 10:00")]
    for limit in ("2 natural_days", "5 urgent_hours"):
        row = written(limit, "50%", "due")
        assert at_once(row, opened, idle) == one_by_one(row, opened, idle) is not None
    for limit in ("1 working_days", "1 working_hours"):
        assert at_once(written(limit), opened, idle) is None


@given(st.lists(st.integers(0, 2**53), max_size=5), st.fractions(0, 1, max_denominator=10**9))
def test_shares_of_long_times_do_not_overflow(amounts: list[int], share: Fraction) -> None:
    shares = scaled_all(np.array(amounts, dtype=np.int64), share)
    assert shares.tolist() == [scaled(amount, share) for amount in amounts]
