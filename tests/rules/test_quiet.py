"""Quiet hours hold a message to their end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.rules.quiet import not_before
from tests.rules.calendars import NEW_YORK, SHANGHAI, cn, ny
from tests.rules.properties import quick

NIGHT = "21:00-08:00"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-03-02 20:59", "2026-03-02 20:59"),
        ("2026-03-02 21:00", "2026-03-03 08:00"),
        ("2026-03-02 23:59", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-03 08:00", "2026-03-03 08:00"),
        ("2026-12-31 22:00", "2027-01-01 08:00"),
    ],
)
def test_what_falls_into_the_night_waits_for_the_morning(now: str, told: str) -> None:
    assert not_before(cn(now), NIGHT, SHANGHAI) == cn(told)


def test_quiet_hours_may_lie_within_a_day() -> None:
    assert not_before(cn("2026-03-02 12:30"), "12:00-14:00", SHANGHAI) == cn("2026-03-02 14:00")
    assert not_before(cn("2026-03-02 14:00"), "12:00-14:00", SHANGHAI) == cn("2026-03-02 14:00")
    assert not_before(cn("2026-03-02 11:59"), "12:00-14:00", SHANGHAI) == cn("2026-03-02 11:59")


def test_a_clock_change_in_the_night_moves_no_morning() -> None:
    assert not_before(ny("2026-03-07 22:00"), NIGHT, NEW_YORK) == ny("2026-03-08 08:00")
    assert not_before(ny("2026-10-31 22:00"), NIGHT, NEW_YORK) == ny("2026-11-01 08:00")


def is_quiet(at: datetime, starts: time, ends: time, zone: ZoneInfo) -> bool:
    clock = at.astimezone(zone).time()
    return starts <= clock < ends if starts < ends else clock >= starts or clock < ends


CLOCKS = st.integers(4 * 60, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@quick(100)
@given(CLOCKS, CLOCKS, st.sampled_from([SHANGHAI, NEW_YORK]), st.integers(0, 365 * 24 * 60))
def test_the_first_minute_that_is_not_quiet(starts: time, ends: time, zone: ZoneInfo, minute: int) -> None:
    assume(starts != ends)
    now = walked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    while is_quiet(walked, starts, ends, zone):
        walked += timedelta(minutes=1)
    assert not_before(now, f"{starts:%H:%M}-{ends:%H:%M}", zone) == walked
