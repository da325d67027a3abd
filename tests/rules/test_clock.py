"""A clock that stood still, against a walk minute by minute written apart from it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.rules.clock import thaw
from models.rules.escalation import Schedule, ServiceLevel, freeze
from models.rules.extension import extended
from models.rules.worktime import WorkCalendar
from models.vocabulary import Counting, TimeUnit
from tests.rules.calendars import AMERICA, AT_NIGHT, CHINA, toggled
from tests.rules.levels import instants, level, life_of, terms, walked
from tests.rules.oracles import clocks
from tests.rules.properties import quick

DAY = 24 * 60
MICROSECONDS = timedelta(microseconds=3)

AS_IT_COMES = replace(CHINA, office=replace(CHINA.office, after_close=Counting.AS_IS, day_off=Counting.AS_IS))
# Days around which things happen: New York's clock changes; a worked Saturday, a long holiday, a year's end in China.
TURNS: list[tuple[WorkCalendar, date]] = [
    *((calendar, day) for calendar in (AMERICA, AT_NIGHT) for day in (date(2026, 3, 8), date(2026, 11, 1))),
    *((calendar, day) for calendar in (CHINA, AS_IT_COMES) for day in (date(2026, 2, 14), date(2026, 9, 30))),
    (CHINA, date(2026, 12, 18)),
]
WALKED = {id(calendar): walked(calendar) for calendar, _ in TURNS}
"""Made once: the walk remembers the days of an office it has seen."""
MOST = {
    TimeUnit.WORKING_DAYS: 3,
    TimeUnit.WORKING_HOURS: 20,
    TimeUnit.URGENT_HOURS: 60,
    TimeUnit.NATURAL_DAYS: 5,
}


@dataclass(frozen=True)
class Held:
    """A duty and the holds it goes through, each from an instant to another."""

    calendar: WorkCalendar
    written: str
    schedule: Schedule
    holds: tuple[tuple[datetime, datetime], ...]

    @property
    def level(self) -> ServiceLevel:
        return level(self.written)


@st.composite
def lengths(draw: st.DrawFn) -> timedelta:
    most = draw(st.sampled_from([2, 90, DAY, 4 * DAY, 12 * DAY]))
    return timedelta(minutes=draw(st.integers(0, most)))


@st.composite
def allowances(draw: st.DrawFn) -> str:
    unit = draw(st.sampled_from(list(TimeUnit)))
    return f"{draw(st.integers(1, MOST[unit]))} {unit}"


def timings() -> st.SearchStrategy[str]:
    shares = st.integers(1, 99).map(lambda share: f"{share}%")
    signs = st.sampled_from(["+", "-", "opened +"])
    return st.one_of(shares, st.just("due"), st.builds("{}{}".format, signs, allowances()))


@st.composite
def held_duties(draw: st.DrawFn, most_holds: int = 2) -> Held:
    calendar, turn = draw(st.sampled_from(TURNS))
    midnight = datetime.combine(turn, time(), calendar.office.zone).astimezone(UTC)
    opened_at = midnight + timedelta(minutes=draw(st.integers(-5 * DAY, 2 * DAY)))
    written = f"{draw(allowances())}: " + ", ".join(draw(st.lists(timings(), max_size=4)))
    schedule = freeze(level(written), opened_at, calendar)
    holds, now = [], opened_at
    for _ in range(draw(st.integers(1, most_holds))):
        # At an instant itself is where a clock may think it has passed, or not; the walk back goes by whole minutes.
        at_one = st.sampled_from([each for each in instants(schedule) if not each.second and not each.microsecond])
        held_at = max(now, draw(st.one_of(lengths().map(now.__add__), at_one)))
        now = held_at + draw(lengths())
        holds.append((held_at, now))
    return Held(calendar, written, schedule, tuple(holds))


def close(some: Iterable[datetime], others: Iterable[datetime]) -> bool:
    return all(abs(one - other) <= MICROSECONDS for one, other in zip(some, others, strict=True))


@quick(120)
@given(held_duties())
def test_a_held_clock_goes_on_where_the_walk_says(held: Held) -> None:
    office, now = WALKED[id(held.calendar)], held.schedule
    for held_at, resumed_at in held.holds:
        then = thaw(held.level, now, held_at, resumed_at, calendar=held.calendar)
        expected = clocks.resumed(office, terms(held.written), life_of(now), held_at, resumed_at)
        assert close(instants(then), instants(expected))
        assert then.opened_at == held.schedule.opened_at
        assert then.provisional == any(at.astimezone(office.zone).date() > date(2026, 12, 31) for at in instants(then))
        now = then


@quick(100)
@given(held_duties())
def test_a_hold_takes_no_time_away_and_calls_nothing_back(held: Held) -> None:
    now = held.schedule
    for held_at, resumed_at in held.holds:
        then = thaw(held.level, now, held_at, resumed_at, calendar=held.calendar)
        for old, new in zip(instants(now), instants(then), strict=True):
            assert new >= old
            assert (new == old) if old <= held_at else (new >= resumed_at)
        assert all(one <= other for one, other in pairwise(then.steps_at))
        now = then


@quick(100)
@given(held_duties(1))
def test_a_hold_of_no_length_changes_nothing(held: Held) -> None:
    ((held_at, _),) = held.holds
    assert thaw(held.level, held.schedule, held_at, held_at, calendar=held.calendar) == held.schedule


@quick(60)
@given(held_duties(1), st.sets(st.integers(-3, 12), min_size=1, max_size=3))
def test_a_corrected_calendar_gives_back_what_was_left_under_the_old_one(held: Held, offsets: set[int]) -> None:
    ((basis_at, _),) = held.holds
    day = basis_at.astimezone(held.calendar.office.zone).date()
    corrected = toggled(held.calendar, *(day + timedelta(days=n) for n in offsets))
    then = thaw(held.level, held.schedule, basis_at, basis_at, calendar=corrected, frozen_by=held.calendar)
    office, measured = walked(corrected), WALKED[id(held.calendar)]
    life = life_of(held.schedule)
    expected = clocks.resumed(office, terms(held.written), life, basis_at, basis_at, measured=measured)
    assert close(instants(then), instants(expected))


@quick(80)
@given(held_duties(), st.integers(0, 4), st.integers(0, 20))
def test_more_time_moves_what_has_not_fired_where_the_walk_says(held: Held, fired: int, more: int) -> None:
    ((held_at, resumed_at), *_), office = held.holds, WALKED[id(held.calendar)]
    stood = thaw(held.level, held.schedule, held_at, resumed_at, calendar=held.calendar)
    until = stood.due_at.astimezone(office.zone).date() + timedelta(days=more)
    due = held.calendar.same_clock_on(stood.due_at, until)
    fired = min(fired, len(stood.steps_at))
    then = extended(held.level, stood, due, fired, held.calendar)
    expected = clocks.extended(office, terms(held.written), life_of(stood), fired, until)
    assert close(instants(then), instants(expected))
    assert (then.steps_at[:fired], then.opened_at) == (stood.steps_at[:fired], stood.opened_at)
    assert then.provisional == any(at.astimezone(office.zone).date() > date(2026, 12, 31) for at in instants(then))
