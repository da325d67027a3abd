"""Who answers for a post: its holder, else who stands in for them, else the nearest above, else nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.rules.assignment import MOST_DEPUTIES, Answer, Away, Roster, who_answers
from tests.rules.oracles.answering import World, who
from tests.rules.properties import quick

GRID, COMMUNITY, COMMITTEE, COUNTY = 4, 3, 2, 1
ABOVE = (GRID, COMMUNITY, COMMITTEE, COUNTY)
BACK = date(2026, 3, 9)


def roster(holding: dict[int, int], **deputies: int | None) -> Roster:
    """People away by number (`_40`), each with the deputy named."""
    away = {int(name.lstrip("_")): Away(BACK, deputy) for name, deputy in deputies.items()}
    return Roster(holding, away)


def test_the_holder_answers_for_their_post() -> None:
    assert who_answers(GRID, ABOVE, {GRID: 40, COMMUNITY: 30}) == Answer(GRID, 40)


def test_a_vacancy_falls_to_the_tier_above() -> None:
    assert who_answers(GRID, ABOVE, {COMMUNITY: 30, COUNTY: 10}) == Answer(COMMUNITY, 30, passed=(GRID,))


def test_vacancies_one_above_the_other_climb_on() -> None:
    assert who_answers(GRID, ABOVE, {COUNTY: 10}) == Answer(COUNTY, 10, passed=(GRID, COMMUNITY, COMMITTEE))


def test_nobody_in_the_tree_is_an_answer_too() -> None:
    assert who_answers(GRID, ABOVE, {99: 990}) is None


def test_a_post_that_answers_for_no_unit_falls_to_its_own_units_first() -> None:
    assert who_answers(9, ABOVE, {GRID: 40}) == Answer(GRID, 40, passed=(9,))


@quick(100)
@given(st.dictionaries(st.integers(1, 6), st.integers(10, 60)), st.permutations([1, 2, 3, 4]), st.integers(1, 6))
def test_nobody_answers_at_a_post_passed_over_and_the_next_one_does(
    holders: dict[int, int], above: list[int], post: int
) -> None:
    chain = list(dict.fromkeys([post, *above]))
    answer = who_answers(post, above, holders)
    if answer is None:
        assert not holders.keys() & set(chain)
        return
    assert list(answer.passed) == chain[: len(answer.passed)]
    assert not holders.keys() & set(answer.passed)
    assert chain[len(answer.passed)] == answer.post_id
    assert holders[answer.post_id] == answer.person_id


def test_a_deputy_answers_at_all_posts_of_whom_they_stand_in_for() -> None:
    county = roster({GRID: 40, 5: 40, COMMUNITY: 30}, _40=30)
    assert county.answering == {GRID: 30, 5: 30, COMMUNITY: 30}


def test_an_absence_without_a_deputy_is_answered_above_like_a_vacancy() -> None:
    county = roster({GRID: 40, COMMUNITY: 30}, _40=None)
    assert who_answers(GRID, ABOVE, county.answering) == Answer(COMMUNITY, 30, passed=(GRID,))


def test_the_deputy_of_an_absent_deputy_answers() -> None:
    assert roster({GRID: 40, 5: 50, 6: 60}, _40=50, _50=60).stands_in(40) == 60


def test_deputies_in_a_circle_end_at_nobody() -> None:
    county = roster({GRID: 40, 5: 50}, _40=50, _50=40)
    assert (county.stands_in(40), county.stands_in(50)) == (None, None)


def test_a_deputy_without_a_post_stands_in_for_nobody() -> None:
    assert roster({GRID: 40}, _40=50).stands_in(40) is None
    assert roster({GRID: 40, 6: 60}, _40=50, _50=60).stands_in(40) is None


def test_the_fifth_deputy_is_the_last_one_asked() -> None:
    people = list(range(40, 40 + MOST_DEPUTIES + 2))
    holding = dict(enumerate(people))
    line = {f"_{one}": other for one, other in pairwise(people)}
    fifth = dict(list(line.items())[:MOST_DEPUTIES])
    assert roster(holding, **fifth).stands_in(40) == people[MOST_DEPUTIES]
    assert roster(holding, **line).stands_in(40) is None
    assert roster(holding, **line).stands_in(41) == people[-1]


def test_the_oracle_itself() -> None:
    """A community over a grid, as in the spec's sentence; worked out by hand."""
    county = World(
        above={"street": None, "grid": "street"},
        minds={"street": "secretary", "grid": "worker"},
        lies_on={"secretary": "street", "worker": "grid", "cadre": "grid"},
        held_by={"secretary": "Min", "worker": "Qing", "cadre": "Jin"},
        absent=frozenset({"Qing"}),
        named={"Qing": "Jin"},
    )
    assert who(county, "worker") == ("worker", "Jin")
    assert who(replace(county, named={"Qing": "Nobody"}), "worker") == ("secretary", "Min")
    circle = replace(county, absent=frozenset({"Qing", "Jin"}), named={"Qing": "Jin", "Jin": "Qing"})
    assert [who(circle, post) for post in ("worker", "cadre")] == [("secretary", "Min")] * 2
    assert who(replace(circle, held_by={"worker": "Qing", "cadre": "Jin"}), "cadre") is None


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A tree of two to six tiers, eight people at most, with vacancies, absences and deputies as they come."""
    tiers = draw(st.integers(2, 6))
    units: list[str] = []
    above: dict[str, str | None] = {}
    for depth in range(tiers):
        wide = 1 if depth == 0 else draw(st.integers(1, 2))
        parents = [unit for unit in units if unit.startswith(f"{depth - 1}.")]
        for n in range(wide):
            above[f"{depth}.{n}"] = draw(st.sampled_from(parents)) if parents else None
        units += [f"{depth}.{n}" for n in range(wide)]
    lies_on = {f"{unit} {role}": unit for unit in units for role in ("answers", "helps")}
    staff = [f"p{n}" for n in range(draw(st.integers(1, 8) | st.just(8)))]
    people, everybody = st.sampled_from(staff), dict(zip(sorted(lies_on), staff, strict=False))
    held_by = draw(st.just(everybody) | st.dictionaries(st.sampled_from(sorted(lies_on)), people))
    absent = draw(st.frozensets(people) | st.just(frozenset(staff[:-1])))
    cycle = st.just(dict(zip(staff, [*staff[1:], staff[0]], strict=True)))
    named = draw(cycle | st.dictionaries(people, people))
    return World(above, {unit: f"{unit} answers" for unit in units}, lies_on, held_by, absent, named)


def upwards(world: World, unit: str | None) -> Iterator[str]:
    """A unit and those above it."""
    while unit is not None:
        yield unit
        unit = world.above[unit]


@quick(150)
@given(worlds())
def test_the_rule_finds_whom_trying_every_queue_of_people_finds(world: World) -> None:
    posts = {name: number for number, name in enumerate(sorted(world.lies_on), 1)}
    people = {name: number for number, name in enumerate(sorted(world.people), 100)}
    away = {
        people[name]: Away(BACK, people[world.named[name]] if name in world.named else None) for name in world.absent
    }
    county = Roster({posts[post]: people[name] for post, name in world.held_by.items()}, away)
    for name, number in posts.items():
        chain = [posts[world.minds[unit]] for unit in upwards(world, world.lies_on[name])]
        answer = who_answers(number, chain, county.answering)
        found = who(world, name)
        assert (answer and (answer.post_id, answer.person_id)) == (found and (posts[found[0]], people[found[1]]))
