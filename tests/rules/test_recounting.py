"""Counting anew by a corrected calendar: what moves and what cannot, for calendars and duties at random."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import CalendarEnds
from models.rules.bulk import differing
from models.rules.escalation import Schedule, ServiceLevel, freeze
from models.rules.extension import extended
from models.rules.recounting import Correction, Standing, recounted
from models.rules.segments import micros
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import Basis, TimeUnit
from tests.rules.calendars import CHINA, cn
from tests.rules.properties import quick
from tests.rules.test_bulk import ACTING, allowances, level, timings, written
from tests.rules.worlds import World, starts, worlds


def flipped(calendar: WorkCalendar, days: set[date], confirmed_until: date | None = None) -> WorkCalendar:
    """A calendar in which some days are worked that were not, and the other way round."""
    worked = tuple(sorted(set(calendar.days) ^ days))
    return replace(calendar, days=worked, confirmed_until=confirmed_until or calendar.confirmed_until)


@st.composite
def corrections(draw: st.DrawFn) -> tuple[Correction, list[datetime]]:
    """A calendar before and after some of its days were corrected, and times in it."""
    world: World = draw(worlds())
    known = [world.rule.first + timedelta(days=n) for n in range((world.rule.last - world.rule.first).days + 1)]
    days = draw(st.sets(st.sampled_from(known), max_size=3))
    sure = [draw(st.sampled_from(known)) for _ in range(2)]
    before = replace(world.rule, confirmed_until=sure[0])
    opened = draw(st.lists(starts(world.turn), min_size=1, max_size=6))
    return Correction(before, flipped(before, days, sure[1])), opened


def frozen(row: ServiceLevel, opened: datetime, calendar: WorkCalendar) -> Schedule | None:
    try:
        return freeze(row, opened, calendar)
    except CalendarEnds:
        return None


levels = st.builds(level, allowances(4), st.lists(timings(), max_size=4))


@quick(300)
@given(corrections(), levels)
def test_what_lies_outside_the_span_is_the_same_by_both(
    case: tuple[Correction, list[datetime]], row: ServiceLevel
) -> None:
    correction, opened = case
    span = correction.span()
    for at in opened:
        old, new = frozen(row, at, correction.before), frozen(row, at, correction.after)
        if old and (span is None or at >= span[1] or max(old.due_at, *old.steps_at, at) < span[0]):
            assert new == old


@quick(200)
@given(corrections(), levels)
def test_those_that_differ_are_found_at_once(case: tuple[Correction, list[datetime]], row: ServiceLevel) -> None:
    correction, opened = case
    both = [(frozen(row, at, correction.before), frozen(row, at, correction.after)) for at in opened]
    assume(all(old and new for old, new in both))
    places = differing(row, [micros(at) for at in opened], correction.before, correction.after)
    assert places == [place for place, (old, new) in enumerate(both) if old != new]


@quick(200)
@given(corrections(), levels, st.integers(0, 4), st.sampled_from(Basis))
def test_steps_that_fired_stay_the_others_never_run_back_and_nothing_moves_twice(
    case: tuple[Correction, list[datetime]], row: ServiceLevel, fired: int, basis: Basis
) -> None:
    correction, (opened, *_) = case
    stood = frozen(row, opened, correction.before)
    assume(stood is not None)
    assert stood is not None
    basis_at = opened + timedelta(hours=3) if basis is Basis.RESUMPTION else None
    try:
        anew = recounted(row, Standing(stood, fired, basis, basis_at), correction)
        again = recounted(row, Standing(anew, fired, basis, basis_at), Correction(correction.after, correction.after))
    except CalendarEnds:
        return
    assert again == anew
    assert anew.steps_at[:fired] == stood.steps_at[:fired]
    assert list(anew.steps_at) == sorted(anew.steps_at)
    assert len(anew.steps_at) == len(stood.steps_at)
    assert anew.provisional == correction.after.is_provisional(max((anew.due_at, *anew.steps_at)))
    if basis is Basis.EXTENSION:
        assert anew.due_at == stood.due_at
    if basis is Basis.POLICY:
        assert anew.due_at == freeze(row, opened, correction.after).due_at


@quick(150)
@given(corrections(), levels)
def test_a_correction_taken_back_leaves_what_was(case: tuple[Correction, list[datetime]], row: ServiceLevel) -> None:
    correction, (opened, *_) = case
    stood = frozen(row, opened, correction.before)
    assume(stood is not None)
    assert stood is not None
    try:
        anew = recounted(row, Standing(stood, 0), correction)
    except CalendarEnds:
        return
    assert recounted(row, Standing(anew, 0), Correction(correction.after, correction.before)) == stood


@quick(150)
@given(corrections(), st.integers(1, 30), st.integers(0, 4 * 24 * 60))
def test_the_office_time_left_when_a_clock_went_on_is_left_still(
    case: tuple[Correction, list[datetime]], hours: int, minutes: int
) -> None:
    correction, (opened, *_) = case
    row = level(Allowance(Fraction(hours), TimeUnit.WORKING_HOURS), [])
    resumed, stood = opened + timedelta(minutes=minutes), frozen(row, opened, correction.before)
    assume(stood is not None)
    assert stood is not None
    assume(resumed < stood.due_at)
    try:
        anew = recounted(row, Standing(stood, 0, Basis.RESUMPTION, resumed), correction)
    except CalendarEnds:
        return
    left = correction.before.working_time_between(resumed, stood.due_at)
    assert correction.after.working_time_between(resumed, anew.due_at) == left
    assert anew.due_at >= resumed


def test_by_hand_over_a_day_that_is_taken_off() -> None:
    correction = Correction(CHINA, flipped(CHINA, {date(2026, 3, 9)}))  # a Monday
    assert correction.span() == (cn("2026-03-09 00:00"), cn("2026-03-10 00:00"))
    stood = freeze(ACTING, cn("2026-03-05 10:00"), CHINA)
    assert stood.due_at == cn("2026-03-10 10:00")
    anew = recounted(ACTING, Standing(stood, 1), correction)
    assert (anew.due_at, anew.steps_at[0]) == (cn("2026-03-11 10:00"), stood.steps_at[0])
    longer = extended(ACTING, stood, cn("2026-03-12 10:00"), 1, CHINA)
    agreed = recounted(ACTING, Standing(longer, 1, Basis.EXTENSION), correction)
    assert (agreed.due_at, agreed.steps_at) == (longer.due_at, longer.steps_at)  # its later steps lie beyond the day


@pytest.mark.parametrize("limit", ["24 urgent_hours", "5 natural_days"])
def test_clocks_that_never_stop_are_not_moved_by_days_off(limit: str) -> None:
    row, opened = written(limit, "50%", "due"), cn("2026-03-06 10:00")
    stood = freeze(row, opened, CHINA)
    correction = Correction(CHINA, flipped(CHINA, {date(2026, 3, 9), date(2026, 3, 7)}))
    assert recounted(row, Standing(stood, 0), correction) == stood


def test_other_office_hours_may_change_anything() -> None:
    office = replace(CHINA.office, windows=((time(9), time(17)),))
    span = Correction(CHINA, replace(CHINA, office=office)).span()
    assert span == (cn("2026-01-01 00:00"), cn("2027-02-01 00:00"))
