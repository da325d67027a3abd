"""Escalation: which row applies, the frozen steps, the light, and how policies are written."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.escalation import Addressee, Escalation, ServiceLevel, Step, Timing, freeze, light, steps_for
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import DutyKind, Lane, Light, Severity, StepAction, TimeUnit
from tests.rules.calendars import AMERICA, CHINA, NEW_YORK, cn, ny
from tests.rules.oracles import climb as oracle
from tests.rules.oracles import working_time as walk
from tests.rules.properties import quick

HOLDER = Addressee(StepAction.REMIND, None)


def level(limit: str, *timings: str) -> ServiceLevel:
    steps = tuple(Step(n, Timing.parse(timing), (HOLDER,)) for n, timing in enumerate(timings, 1))
    escalation = Escalation(1, "acting", immediate=False, steps=steps)
    return ServiceLevel(1, "act", DutyKind.ACT, None, None, None, Allowance.parse(limit), escalation)


ACTING = level("3 working_days", "75%", "due", "+1 working_days", "+3 working_days", "+5 working_days")


def test_steps_of_a_plain_week() -> None:
    schedule = freeze(ACTING, cn("2026-03-05 10:00"), CHINA)
    assert schedule.due_at == cn("2026-03-10 10:00")
    assert schedule.steps_at == tuple(
        cn(at)
        for at in ["2026-03-09 11:45", "2026-03-10 10:00", "2026-03-11 10:00", "2026-03-13 10:00", "2026-03-17 10:00"]
    )
    assert not schedule.provisional


def test_days_off_do_not_burn_steps() -> None:
    schedule = freeze(ACTING, cn("2026-09-28 10:00"), CHINA)  # due on Thursday the 8th of October, over seven days off
    assert [at.date().isoformat() for at in schedule.steps_at[1:]] == [
        "2026-10-08",
        "2026-10-09",
        "2026-10-12",  # Saturday the 10th is worked
        "2026-10-14",
    ]


def test_urgent_steps_run_through_the_night() -> None:
    urgent = level("24 urgent_hours", "50%", "due", "+2 urgent_hours", "+4 urgent_hours")
    schedule = freeze(urgent, cn("2026-10-01 22:00"), CHINA)
    assert schedule.steps_at == tuple(
        cn(at) for at in ["2026-10-02 10:00", "2026-10-02 22:00", "2026-10-03 00:00", "2026-10-03 02:00"]
    )


def test_a_step_that_would_fall_before_its_predecessor_falls_with_it() -> None:
    # Two working hours after Friday 16:30 lie on Monday; an urgent hour after the same due time would lie before.
    mixed = level("1 working_days", "due", "+2 working_hours", "+1 urgent_hours")
    steps = freeze(mixed, cn("2026-03-05 16:30"), CHINA).steps_at
    assert steps == (cn("2026-03-06 16:30"), cn("2026-03-09 09:30"), cn("2026-03-09 09:30"))


def test_steps_may_count_from_the_opening_and_backwards_from_the_due_time() -> None:
    mixed = level("3 working_days", "opened +4 working_hours", "opened +2 working_days", "-2 working_hours", "due")
    schedule = freeze(mixed, cn("2026-03-05 15:00"), CHINA)  # a Thursday; due on Tuesday at the same time
    assert schedule.steps_at == tuple(
        cn(at) for at in ["2026-03-06 10:00", "2026-03-09 15:00", "2026-03-10 11:00", "2026-03-10 15:00"]
    )


def test_the_last_working_day_before_a_due_time_is_not_a_day_off() -> None:
    before = level("7 natural_days", "-1 working_days", "-1 natural_days")
    steps = freeze(before, cn("2026-10-02 10:00"), CHINA).steps_at  # due on Friday the 9th; the 8th is worked
    assert steps == (cn("2026-10-08 10:00"), cn("2026-10-08 10:00"))


def test_of_less_time_than_a_step_asks_for_it_stands_where_the_clock_starts() -> None:
    short = level("1 urgent_hours", "-2 working_hours", "50%")
    opened_at = cn("2026-03-07 10:00")  # a Saturday
    assert freeze(short, opened_at, CHINA).steps_at == (opened_at, cn("2026-03-07 10:30"))
    assert freeze(short, opened_at.astimezone(NEW_YORK), CHINA).steps_at[0].utcoffset() == timedelta()


def test_a_due_time_that_is_not_the_policys_moves_the_steps_that_hang_on_it() -> None:
    mixed = level("3 working_days", "opened +1 working_days", "75%", "-1 working_days", "due", "+1 working_days")
    opened_at, approved = cn("2026-03-05 10:00"), cn("2026-03-13 10:00")  # six working days instead of three
    assert steps_for(mixed, opened_at, approved, CHINA) == tuple(
        cn(at)
        for at in ["2026-03-06 10:00", "2026-03-11 15:30", "2026-03-12 10:00", "2026-03-13 10:00", "2026-03-16 10:00"]
    )


def test_a_schedule_that_reaches_days_not_yet_announced_is_provisional() -> None:
    assert freeze(ACTING, cn("2026-12-15 10:00"), CHINA).provisional is False
    assert freeze(ACTING, cn("2026-12-28 10:00"), CHINA).provisional is True
    with pytest.raises(CalendarEnds):
        freeze(ACTING, cn("2027-01-27 10:00"), CHINA)


@st.composite
def timings(draw: st.DrawFn) -> str:
    unit = draw(st.sampled_from(list(TimeUnit)))
    sign = draw(st.sampled_from(["+", "-", "opened +"]))
    length = st.integers(1, 6).map(lambda amount: f"{sign}{amount} {unit}")
    return draw(st.one_of(st.integers(1, 99).map(lambda share: f"{share}%"), st.just("due"), length))


@st.composite
def openings(draw: st.DrawFn) -> tuple[WorkCalendar, datetime]:
    calendar, start = draw(st.sampled_from([(CHINA, cn("2026-01-20 00:00")), (AMERICA, ny("2026-03-01 00:00"))]))
    return calendar, start + timedelta(minutes=draw(st.integers(0, 260 * 24 * 60)))


def expected(timing: str, unit: TimeUnit, opened_at: datetime, due_at: datetime, calendar: WorkCalendar) -> datetime:
    """Where a step by itself falls: the walk minute by minute, from the opening, from the due time, or backwards."""
    office = walk.Office(calendar.office.zone, calendar.office.windows, frozenset(calendar.days), calendar.last)
    if timing.endswith("%"):
        return walk.share_at(office, opened_at, due_at, Fraction(timing[:-1]) / 100, unit)
    if timing == "due":
        return due_at
    amount, _, own = timing.removeprefix("opened ")[1:].partition(" ")
    if timing.startswith("-"):
        return max(opened_at, walk.latest_start(office, due_at, int(amount), own))
    return walk.due_at(office, opened_at if timing.startswith("opened") else due_at, int(amount), own)


@quick(150)
@given(openings(), st.lists(timings(), max_size=7), st.integers(1, 5), st.sampled_from(list(TimeUnit)))
def test_steps_never_run_backwards_and_stand_once_each(
    opening: tuple[WorkCalendar, datetime], written: list[str], amount: int, unit: TimeUnit
) -> None:
    calendar, opened_at = opening
    schedule = freeze(level(f"{amount} {unit}", *written), opened_at, calendar)
    assert schedule.due_at == calendar.due_at(opened_at, Allowance(Fraction(amount), unit))
    assert len(schedule.steps_at) == len(written)
    assert list(schedule.steps_at) == sorted(schedule.steps_at)
    assert all(opened_at <= at for at in schedule.steps_at)
    alone = [freeze(level(f"{amount} {unit}", timing), opened_at, calendar).steps_at[0] for timing in written]
    assert list(schedule.steps_at) == [max(alone[: n + 1]) for n in range(len(alone))]
    for timing, at in zip(written, alone, strict=True):
        assert at == expected(timing, unit, opened_at, schedule.due_at, calendar)


@quick(100)
@given(openings(), st.lists(timings(), max_size=5), st.integers(-100, 30_000))
def test_the_light_is_what_the_oracle_says(
    opening: tuple[WorkCalendar, datetime], written: list[str], minutes: int
) -> None:
    calendar, opened_at = opening
    schedule = freeze(level("2 working_days", *written), opened_at, calendar)
    now = opened_at + timedelta(minutes=minutes)
    assert light(schedule.due_at, schedule.steps_at, now) == oracle.light(schedule.steps_at, schedule.due_at, now)


def test_yellow_from_the_warning_and_red_from_the_due_time() -> None:
    schedule = freeze(ACTING, cn("2026-03-05 10:00"), CHINA)
    lights = {
        "2026-03-09 11:44": Light.GREEN,
        "2026-03-09 11:45": Light.YELLOW,
        "2026-03-10 09:59": Light.YELLOW,
        "2026-03-10 10:00": Light.RED,
    }
    assert {now: light(schedule.due_at, schedule.steps_at, cn(now)) for now in lights} == lights


def test_without_a_warning_step_a_duty_is_green_until_due() -> None:
    schedule = freeze(level("3 working_days", "due"), cn("2026-03-05 10:00"), CHINA)
    assert light(schedule.due_at, schedule.steps_at, cn("2026-03-10 09:59")) is Light.GREEN
    assert light(schedule.due_at, (), cn("2026-03-10 09:59")) is Light.GREEN


@pytest.mark.parametrize(
    ("written", "timing"),
    [
        ("75%", Timing(share=Fraction(3, 4))),
        (" 33.5% ", Timing(share=Fraction(67, 200))),
        ("due", Timing()),
        ("+1 working_days", Timing(after=Allowance(Fraction(1), TimeUnit.WORKING_DAYS))),
        ("+0.5 urgent_hours", Timing(after=Allowance(Fraction(1, 2), TimeUnit.URGENT_HOURS))),
        ("-2 working_hours", Timing(before=Allowance(Fraction(2), TimeUnit.WORKING_HOURS))),
        ("opened +4 working_hours", Timing(opened=Allowance(Fraction(4), TimeUnit.WORKING_HOURS))),
        (" opened  +1 natural_days", Timing(opened=Allowance(Fraction(1), TimeUnit.NATURAL_DAYS))),
    ],
)
def test_timings_are_read(written: str, timing: Timing) -> None:
    assert Timing.parse(written) == timing


@pytest.mark.parametrize(
    "written",
    [
        *("", "0%", "100%", "-5%", "%", "1/0%", "75", "overdue", "1 working_days", "+", "+0 working_days", "+1", "+-1"),
        *("-", "-1", "-0 working_days", "--1 working_days", "-0.5 working_days", "opened", "opened +", "opened 75%"),
        *("opened -1 working_days", "opened 1 working_days", "opened +opened +1 working_days", "due +1 working_days"),
    ],
)
def test_other_timings_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Timing.parse(written)


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ({}, True),
        ({"categories": frozenset({"roads", "drainage"})}, True),
        ({"categories": frozenset({"lighting"})}, False),
        ({"categories": frozenset()}, False),
        ({"severity": Severity.MAJOR}, True),
        ({"severity": Severity.URGENT}, False),
        ({"lane": Lane.SIMPLE}, True),
        ({"lane": Lane.COMPLEX}, False),
        ({"duty_kind": DutyKind.SIGN}, False),
        ({"called_up": True}, True),
        ({"called_up": False}, False),
    ],
)
def test_a_service_level_matches_what_all_its_conditions_allow(condition: dict[str, object], matches: bool) -> None:
    row = replace(ACTING, **condition)  # type: ignore[arg-type]
    assert row.matches(DutyKind.ACT, "roads", Severity.MAJOR, Lane.SIMPLE, called_up=True) is matches


def test_an_issue_that_no_department_was_called_to_matches_rows_that_do_not_ask_for_it() -> None:
    rows = {asked: replace(ACTING, called_up=asked) for asked in (None, True, False)}
    about = (DutyKind.ACT, "roads", Severity.MAJOR, Lane.SIMPLE)
    assert {asked: row.matches(*about) for asked, row in rows.items()} == {None: True, True: False, False: True}
