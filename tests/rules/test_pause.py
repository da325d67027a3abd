"""When what stands still goes on."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.rules.pause import Pause, goes_on_at, stands_again
from tests.rules.properties import quick

START = datetime(2026, 3, 2, tzinfo=UTC)


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


def test_outside_all_pauses_it_goes_on_at_once() -> None:
    assert goes_on_at([], hour(3)) == hour(3)
    assert goes_on_at([Pause(hour(1), hour(3)), Pause(hour(4), hour(9))], hour(3)) == hour(3)


def test_pauses_that_touch_or_overlap_are_one() -> None:
    assert goes_on_at([Pause(hour(4), hour(6)), Pause(hour(1), hour(4)), Pause(hour(5), hour(9))], hour(2)) == hour(9)


@quick(200)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8))), st.integers(0, 30))
def test_it_goes_on_at_the_first_hour_in_no_pause(drawn: list[tuple[int, int]], since: int) -> None:
    pauses = [Pause(hour(start), hour(start + length)) for start, length in drawn]
    paused = {n for start, length in drawn for n in range(start, start + length)}
    assert goes_on_at(pauses, hour(since)) == hour(next(n for n in range(since, 99) if n not in paused))


@quick(200)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8))), st.integers(0, 30), st.integers(0, 40))
def test_it_stands_again_in_the_paused_hours_that_come_later_and_have_begun(
    drawn: list[tuple[int, int]], since: int, now: int
) -> None:
    pauses = [Pause(hour(start), hour(start + length)) for start, length in drawn]
    paused = {n for start, length in drawn for n in range(start, start + length)}
    since = next(n for n in range(since, 99) if n not in paused)
    stood = {n for n in paused if since < n <= now}
    stood |= {n for n in paused if n > now and now in stood and paused >= set(range(now, n))}
    found = list(stands_again(pauses, hour(since), hour(now)))
    assert {n for each in found for n in range(99) if each.from_at <= hour(n) < each.until_at} == stood
    assert all(one.until_at < other.from_at for one, other in pairwise(found))
