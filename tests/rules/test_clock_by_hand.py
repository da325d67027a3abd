"""Holds counted by hand on the calendar of 2026; the rule and the walk must both come to the same."""

from datetime import UTC, date, datetime

import pytest

from models.errors import CalendarEnds
from models.rules.clock import thaw
from models.rules.escalation import freeze
from models.rules.extension import extended
from models.rules.worktime import WorkCalendar
from tests.rules.calendars import AMERICA, AT_NIGHT, CHINA, cn, days, toggled
from tests.rules.levels import instants, level, life_of, terms, walked
from tests.rules.oracles import clocks

ACTING = "3 working_days: 75%, due, +1 working_days, +3 working_days, +5 working_days"
FOUR_DAYS = "4 working_days: 75%, due, +1 working_days"
URGENT = "24 urgent_hours: 50%, due, +2 urgent_hours"
NOON = "3 working_days: due"
NATURAL = "2 natural_days"
SIX_HOURS = "6 working_hours"
ONE_DAY = (cn("2026-03-06 10:00"), cn("2026-03-09 10:00"))

# Calendar, terms, opening, holds, then the due time and the steps.
BY_HAND = [
    # Four working days from Thursday the 12th at 15:00 are Friday, Saturday (worked), then nine days off, Tuesday and
    # Wednesday the 25th, 15:00: 28 hours. On Friday at 10:00 are left 5.5 + 7 + 7 + 4.5 = 24 hours of them, and 17 to
    # three quarters (Tuesday 15:00). After the festival: 7 + 7 + 7 + 3 and 7 + 7 + 3; Saturday the 28th is worked.
    (
        (CHINA, FOUR_DAYS, "02-12 15:00", ["02-13 10:00 to 02-24 08:30"]),
        ["02-27 11:30", "02-26 11:30", "02-27 11:30", "02-28 11:30"],
    ),
    # No office time passes in the festival: what is resumed in it goes on at its end.
    (
        (CHINA, FOUR_DAYS, "02-12 15:00", ["02-13 10:00 to 02-18 12:00"]),
        ["02-27 11:30", "02-26 11:30", "02-27 11:30", "02-28 11:30"],
    ),
    # Friday from 10:00 to 15:00 are three office hours: so much later than Tuesday, Wednesday and Thursday at 15:00.
    (
        (CHINA, FOUR_DAYS, "02-12 15:00", ["02-13 10:00 to 02-13 15:00"]),
        ["02-26 09:00", "02-25 09:00", "02-26 09:00", "02-27 09:00"],
    ),
    # Held at the due time itself: it has passed, and what was breached stays breached; 7, 21 and 35 hours go on.
    (
        (CHINA, ACTING, "03-05 10:00", ["03-10 10:00 to 03-16 09:00"]),
        ["03-10 10:00", "03-09 11:45", "03-10 10:00", "03-17 09:00", "03-19 09:00", "03-23 09:00"],
    ),
    # A minute earlier nothing but the warning has passed.
    (
        (CHINA, ACTING, "03-05 10:00", ["03-10 09:59 to 03-16 09:00"]),
        ["03-16 09:01", "03-09 11:45", "03-16 09:01", "03-17 09:01", "03-19 09:01", "03-23 09:01"],
    ),
    # Twice, seven office hours each; the second time at the instant of the warning, which stays.
    (
        (CHINA, ACTING, "03-05 10:00", ["03-06 10:00 to 03-09 10:00", "03-10 11:45 to 03-11 11:45"]),
        ["03-12 10:00", "03-10 11:45", "03-12 10:00", "03-13 10:00", "03-17 10:00", "03-19 10:00"],
    ),
    # Over lunch and over a weekend no office time passes.
    (
        (CHINA, ACTING, "03-05 10:00", ["03-06 12:00 to 03-06 14:00", "03-06 17:30 to 03-09 08:30"]),
        ["03-10 10:00", "03-09 11:45", "03-10 10:00", "03-11 10:00", "03-13 10:00", "03-17 10:00"],
    ),
    # Due at noon, "as it came": no office time passes before it. A hold within noon changes nothing, one over it does.
    ((CHINA, NOON, "03-03 13:00", ["03-06 12:10 to 03-06 12:40"]), ["03-06 13:00", "03-06 13:00"]),
    ((CHINA, NOON, "03-03 13:00", ["03-06 12:10 to 03-06 13:20"]), ["03-06 13:20", "03-06 13:20"]),
    # Urgent hours run through nights and festivals: twelve were used on Sunday at 08:00, ten are left at 10:00.
    (
        (CHINA, URGENT, "02-14 20:00", ["02-15 10:00 to 02-17 07:00"]),
        ["02-17 17:00", "02-15 08:00", "02-17 17:00", "02-17 19:00"],
    ),
    # Into days not yet announced: five working days after Thursday the 24th is the 31st; a day's hold makes it the 4th.
    (
        (CHINA, ACTING, "12-21 10:00", ["12-22 10:00 to 12-23 10:00"]),
        ["12-25 10:00", "12-24 11:45", "12-25 10:00", "12-28 10:00", "12-30 10:00", "2027-01-04 10:00"],
    ),
    # Two natural days over the night of 23 hours: 23 hours are left on Saturday at 22:00; in autumn 25.
    ((AMERICA, NATURAL, "03-06 22:00", ["03-07 22:00 to 03-09 22:00"]), ["03-10 21:00"]),
    ((AMERICA, NATURAL, "10-30 22:00", ["10-31 22:00 to 11-02 22:00"]), ["11-03 23:00"]),
    # Held before the clocks change, resumed after: 1.5 hours of Friday and 2.5 of Monday later than Tuesday 10:00.
    ((AMERICA, NOON, "03-05 10:00", ["03-06 16:00 to 03-09 11:00"]), ["03-10 16:00", "03-10 16:00"]),
    # An office from one to four: three hours on Saturday, but two on the 8th of March and four on the 1st of November.
    ((AT_NIGHT, SIX_HOURS, "03-06 01:00", ["03-07 01:00 to 03-08 00:00"]), ["03-09 02:00"]),
    ((AT_NIGHT, SIX_HOURS, "10-30 01:00", ["10-31 01:00 to 11-01 00:00"]), ["11-01 03:00"]),
]


def read(calendar: WorkCalendar, written: str) -> datetime:
    full = written if written.startswith("20") else f"2026-{written}"
    return datetime.fromisoformat(full).replace(tzinfo=calendar.office.zone).astimezone(UTC)


@pytest.mark.parametrize(("story", "expected"), BY_HAND)
def test_holds_counted_by_hand(story: tuple[WorkCalendar, str, str, list[str]], expected: list[str]) -> None:
    calendar, written, opened, holds = story
    ruled = freeze(level(written), read(calendar, opened), calendar)
    life = clocks.opened(walked(calendar), terms(written), read(calendar, opened))
    for hold in holds:
        held_at, resumed_at = (read(calendar, each) for each in hold.split(" to "))
        ruled = thaw(level(written), ruled, held_at, resumed_at, calendar=calendar)
        life = clocks.resumed(walked(calendar), terms(written), life, held_at, resumed_at)
    assert instants(life) == tuple(read(calendar, each) for each in expected)
    assert instants(ruled) == instants(life)


def test_a_hold_into_days_not_yet_announced_makes_a_clock_provisional() -> None:
    before = freeze(level(ACTING), cn("2026-12-21 10:00"), CHINA)
    after = thaw(level(ACTING), before, cn("2026-12-22 10:00"), cn("2026-12-23 10:00"), calendar=CHINA)
    assert (before.provisional, after.provisional) == (False, True)


def test_a_hold_beyond_the_known_days_is_refused() -> None:
    schedule = freeze(level(ACTING), cn("2026-12-21 10:00"), CHINA)
    with pytest.raises(CalendarEnds):
        thaw(level(ACTING), schedule, cn("2026-12-22 10:00"), cn("2027-01-27 10:00"), calendar=CHINA)


def test_a_leap_day_is_a_day_like_others() -> None:
    plain = [(day, day.weekday() < 5, True) for day in days(date(2028, 1, 1), date(2028, 3, 31))]
    leap = WorkCalendar.of(CHINA.office, plain)
    one_day = level("1 working_days: due")
    schedule = freeze(one_day, cn("2028-02-28 10:00"), leap)  # a Monday
    assert schedule.due_at == cn("2028-02-29 10:00")
    held = thaw(one_day, schedule, cn("2028-02-28 17:30"), cn("2028-02-29 12:00"), calendar=leap)  # 1.5 hours are left
    assert instants(held) == (cn("2028-02-29 15:30"), cn("2028-02-29 15:30"))


@pytest.mark.parametrize(
    ("corrected", "due"),
    [
        ("2026-03-06", "2026-03-11 10:00"),  # Friday is closed after all
        ("2026-03-07", "2026-03-09 10:00"),  # Saturday is worked after all
        ("2026-03-11", "2026-03-10 10:00"),  # what lies behind the due time does not move it
        ("2026-03-04", "2026-03-10 10:00"),  # nor what lies before the clock went on
    ],
)
def test_a_corrected_day_moves_a_resumed_clock(corrected: str, due: str) -> None:
    basis = cn("2026-03-05 10:00")
    schedule = freeze(level(NOON), basis, CHINA)
    calendar = toggled(CHINA, date.fromisoformat(corrected))
    assert thaw(level(NOON), schedule, basis, basis, calendar=calendar, frozen_by=CHINA).due_at == cn(due)


def test_more_time_after_a_hold_moves_the_steps_that_have_not_fired() -> None:
    # Due on Tuesday the 10th at 10:00, after a hold of seven hours on Wednesday; the step at three quarters falls
    # on Tuesday at 11:45 and has fired. Until Monday the 16th: Monday at 10:00, Tuesday, Thursday, Monday.
    stood = thaw(level(ACTING), freeze(level(ACTING), cn("2026-03-05 10:00"), CHINA), *ONE_DAY, calendar=CHINA)
    assert instants(stood)[:2] == (cn("2026-03-11 10:00"), cn("2026-03-10 11:45"))
    due = CHINA.same_clock_on(stood.due_at, date(2026, 3, 16))
    longer = extended(level(ACTING), stood, due, 1, CHINA)
    walked_longer = clocks.extended(walked(CHINA), terms(ACTING), life_of(stood), 1, date(2026, 3, 16))
    expected = ["03-16 10:00", "03-10 11:45", "03-16 10:00", "03-17 10:00", "03-19 10:00", "03-23 10:00"]
    assert instants(longer) == instants(walked_longer) == tuple(read(CHINA, each) for each in expected)


def test_a_warning_that_has_not_fired_falls_at_its_share_of_the_longer_time() -> None:
    # From Thursday the 5th at 10:00 to Monday the 16th at 10:00 are 49 office hours; three quarters are 36.75: 5.5 on
    # Thursday, 7 a day from Friday to Wednesday (33.5), 3.25 on Thursday the 12th.
    stood = freeze(level(ACTING), cn("2026-03-05 10:00"), CHINA)
    longer = extended(level(ACTING), stood, cn("2026-03-16 10:00"), 0, CHINA)
    assert longer.steps_at[:2] == (cn("2026-03-12 11:45"), cn("2026-03-16 10:00"))


def test_more_time_into_days_not_yet_announced_makes_a_clock_provisional() -> None:
    stood = freeze(level(ACTING), cn("2026-12-21 10:00"), CHINA)  # its last step falls on Thursday the 31st
    longer = extended(level(ACTING), stood, cn("2026-12-25 10:00"), 0, CHINA)
    assert (stood.provisional, longer.provisional, longer.steps_at[-1]) == (False, True, cn("2027-01-04 10:00"))
