"""Going on under another schedule: nothing is given twice, nothing goes down, what lies behind counts as given."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.clock import steps_reached
from tests.rules.calendars import cn
from tests.rules.properties import quick

START = cn("2026-03-02 09:00")
Instants = tuple[datetime, ...]


def hours(*after: int) -> Instants:
    return tuple(START + timedelta(hours=each) for each in after)


instants = st.lists(st.integers(0, 40), max_size=8).map(lambda each: hours(*sorted(each)))


def standing(steps: Instants, step: int, last: datetime | None) -> int:
    """The highest of the new steps that lies no later than the last one given; at least as high as had been reached."""
    highest = 0
    for number, at in enumerate(steps, 1):
        if last is not None and at <= last:
            highest = number
    return max(highest, step)


@quick(300)
@given(instants, instants, st.integers(0, 8))
def test_it_stands_where_the_oracle_says_and_the_rest_comes_later(old: Instants, new: Instants, reached: int) -> None:
    step = min(reached, len(old))
    last = old[step - 1] if step else None
    stands = steps_reached(new, step, last)
    assert stands == standing(new, step, last)
    assert stands >= step
    assert all(at > last for at in new[stands:] if last)


@pytest.mark.parametrize(
    ("new", "step", "last", "stands"),
    [
        pytest.param((5, 9), 0, None, 0, id="nothing-given"),
        pytest.param((5, 9), 1, 4, 1, id="the-first-comes-later-now"),
        pytest.param((1, 2, 9), 1, 4, 2, id="two-lie-before-what-was-given"),
        pytest.param((6, 7, 9), 2, 5, 2, id="all-lie-after-it"),
        pytest.param((9,), 2, 5, 2, id="past-the-end-of-a-shorter-ladder"),
        pytest.param((), 1, 4, 1, id="no-ladder-at-all"),
        pytest.param((4, 4, 9), 1, 4, 2, id="at-the-same-instant"),
    ],
)
def test_worked_out_by_hand(new: tuple[int, ...], step: int, last: int | None, stands: int) -> None:
    assert steps_reached(hours(*new), step, hours(last)[0] if last else None) == stands
