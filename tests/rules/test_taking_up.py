"""Going on under other steps: what was given keeps its place, nothing is given twice, nothing goes down."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.escalation import taken_up
from tests.rules.calendars import cn
from tests.rules.properties import quick

START = cn("2026-03-02 09:00")
Instants = tuple[datetime, ...]


def hours(*after: int) -> Instants:
    return tuple(START + timedelta(hours=each) for each in after)


instants = st.lists(st.integers(0, 40), max_size=8).map(lambda each: hours(*sorted(each)))


def standing(steps: Instants, given_so_far: Instants) -> int:
    """The highest of the new steps that lies no later than the last one given; at least as high as had been reached."""
    highest = 0
    for number, at in enumerate(steps, 1):
        if given_so_far and at <= given_so_far[-1]:
            highest = number
    return max(highest, len(given_so_far))


@quick(300)
@given(instants, instants, st.integers(0, 8))
def test_it_stands_where_the_oracle_says_and_the_rest_comes_later(old: Instants, new: Instants, reached: int) -> None:
    already = old[:reached]
    steps, step = taken_up(new, already, len(already))
    assert step == standing(new, already)
    assert len(steps) == len(new)
    assert list(steps) == sorted(steps)
    assert steps[: len(already)] == already[: len(new)]
    assert steps[step:] == new[step:]
    assert all(at > already[-1] for at in steps[step:] if already)


@pytest.mark.parametrize(
    ("new", "already", "taken", "step"),
    [
        pytest.param((5, 9), (), (5, 9), 0, id="nothing-given"),
        pytest.param((5, 9), (4,), (4, 9), 1, id="the-first-comes-later-now"),
        pytest.param((1, 2, 9), (4,), (4, 4, 9), 2, id="two-lie-before-what-was-given"),
        pytest.param((6, 7, 9), (4, 5), (4, 5, 9), 2, id="all-lie-after-it"),
        pytest.param((9,), (4, 5), (4,), 2, id="a-shorter-ladder-is-at-its-end"),
        pytest.param((), (4,), (), 1, id="no-ladder-at-all"),
        pytest.param((4, 4, 9), (4,), (4, 4, 9), 2, id="at-the-same-instant"),
    ],
)
def test_worked_out_by_hand(new: tuple[int, ...], already: tuple[int, ...], taken: tuple[int, ...], step: int) -> None:
    assert taken_up(hours(*new), hours(*already), len(already)) == (hours(*taken), step)


def test_a_duty_past_the_end_of_a_shorter_ladder_stays_there() -> None:
    assert taken_up(hours(2, 3, 9), hours(4), 3) == (hours(4, 4, 9), 3)
