from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.replaying import Given, LivedIssue, Told, figures
from models.vocabulary import StepAction

START = datetime(2026, 3, 2, tzinfo=UTC)
NIGHTS = [START + timedelta(hours=hours) for hours in (10, 34, 58)]
INSTANTS = st.integers(0, 70).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def issues(draw: st.DrawFn) -> LivedIssue:
    recorded, due, closed, struck = draw(INSTANTS), draw(INSTANTS), draw(INSTANTS), draw(INSTANTS)
    ended = draw(st.booleans())
    struck = max(recorded, struck)
    return LivedIssue(draw(st.integers(1, 3)), recorded, due, closed if ended else None, struck if ended else None)


def under_way(each: LivedIssue, night: datetime) -> bool:
    return each.recorded_at <= night and (each.struck_at is None or each.struck_at > night)


@settings(max_examples=60, deadline=None)
@given(st.lists(issues(), max_size=8))
def test_what_stands_after_a_night_is_what_came_and_has_not_gone(history: list[LivedIssue]) -> None:
    counted = figures(NIGHTS, history, [], [])
    standing = 0
    for night, counts in zip(NIGHTS, counted.by_night, strict=True):
        standing += counts["came_in"] - counts["closed_in_time"] - counts["closed_late"]
        there = [each for each in history if under_way(each, night)]
        assert standing == counts["open"] == len(there)
        assert counts["overdue"] == sum(each.due_at <= night for each in there)
    last = counted.of_units([1, 2, 3])
    assert last["open"] == counted.by_night[-1]["open"]
    assert last["most_overdue"] == max(each["overdue"] for each in counted.by_night)


def test_what_happens_at_the_instant_of_a_night_belongs_to_it_and_what_comes_later_to_the_next() -> None:
    given_steps = [Given(NIGHTS[0], 1, 2), Given(NIGHTS[0] + timedelta(minutes=3), 1, 5), Given(NIGHTS[2], 2, 1)]
    assert [each["steps"] for each in figures(NIGHTS, [], [], given_steps).by_night] == [2, 5, 1]


def test_what_lies_after_the_last_night_is_not_counted() -> None:
    late = NIGHTS[-1] + timedelta(minutes=1)
    counted = figures(NIGHTS, [LivedIssue(1, late, late, None, None)], [], [Given(late, 1, 1)])
    assert [sum(each.values()) for each in counted.by_night] == [0, 0, 0]


def test_notices_are_counted_with_the_issue_and_with_whom_they_reach() -> None:
    told = [Told(START, 7, 2, 1, StepAction.TELL, 3), Told(START, 7, 7, 2, None, 4)]
    counted = figures(NIGHTS, [], told, [])
    assert counted.of_units([7]) == {"tell": 3, "tell 1": 3, "new": 4, "new 2": 4, "most_overdue": 0}
    assert (counted.told(2), counted.told(7)) == ({"tell": 3}, {"new": 4})


def test_closed_at_the_due_time_is_in_time() -> None:
    due = NIGHTS[0]
    assert LivedIssue(1, START, due, due, due).in_time
    assert not LivedIssue(1, START, due, due + timedelta(microseconds=1), due).in_time
    assert not LivedIssue(1, START, due, None, None).in_time
