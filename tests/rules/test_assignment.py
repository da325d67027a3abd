"""Who answers for a post: its holder, else the nearest holder above, else nobody."""

from hypothesis import given
from hypothesis import strategies as st

from models.rules.assignment import Answer, who_answers
from tests.rules.properties import quick

GRID, COMMUNITY, COMMITTEE, COUNTY = 4, 3, 2, 1
ABOVE = (GRID, COMMUNITY, COMMITTEE, COUNTY)


def test_the_holder_answers_for_their_post() -> None:
    assert who_answers(GRID, ABOVE, {GRID: 40, COMMUNITY: 30}) == Answer(GRID, 40)


def test_a_vacancy_falls_to_the_tier_above() -> None:
    assert who_answers(GRID, ABOVE, {COMMUNITY: 30, COUNTY: 10}) == Answer(COMMUNITY, 30, vacant=(GRID,))


def test_vacancies_one_above_the_other_climb_on() -> None:
    assert who_answers(GRID, ABOVE, {COUNTY: 10}) == Answer(COUNTY, 10, vacant=(GRID, COMMUNITY, COMMITTEE))


def test_nobody_in_the_tree_is_an_answer_too() -> None:
    assert who_answers(GRID, ABOVE, {99: 990}) is None


def test_a_post_that_answers_for_no_unit_falls_to_its_own_units_first() -> None:
    assert who_answers(9, ABOVE, {GRID: 40}) == Answer(GRID, 40, vacant=(9,))


@quick(100)
@given(st.dictionaries(st.integers(1, 6), st.integers(10, 60)), st.permutations([1, 2, 3, 4]), st.integers(1, 6))
def test_everybody_passed_over_is_vacant_and_the_next_one_answers(
    holders: dict[int, int], above: list[int], post: int
) -> None:
    chain = list(dict.fromkeys([post, *above]))
    answer = who_answers(post, above, holders)
    if answer is None:
        assert not holders.keys() & set(chain)
        return
    assert list(answer.vacant) == chain[: len(answer.vacant)]
    assert not holders.keys() & set(answer.vacant)
    assert chain[len(answer.vacant)] == answer.post_id
    assert holders[answer.post_id] == answer.person_id
