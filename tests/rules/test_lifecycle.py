"""The lifecycle table: where it leads, what it allows at each stage, and by which post."""

from collections.abc import Iterable

import pytest

from models.errors import IllegalTransition, NotAllowed
from models.rules.lifecycle import FINAL, SENT_BACK, TRANSITIONS, HeldPost, allowed_actions, allowing_post, transition
from models.vocabulary import Action, DutyKind, Rating, Role, Stage

ROWS = (*TRANSITIONS, SENT_BACK)

# A county of four tiers: the issue lies on grid 4; 5 is another grid, 6 another community, 3 is its own community.
COUNTY, COMMITTEE, COMMUNITY, GRID, OTHER_GRID, OTHER_COMMUNITY = 1, 2, 3, 4, 5, 6
PATH = (COUNTY, COMMITTEE, COMMUNITY, GRID)

COMMANDER = HeldPost(11, Role.COUNTY_COMMANDER, COUNTY)
SECRETARY = HeldPost(12, Role.COMMITTEE_SECRETARY, COMMITTEE)
FIRST_SECRETARY = HeldPost(13, Role.FIRST_SECRETARY, COMMUNITY)
WORKER = HeldPost(14, Role.GRID_WORKER, GRID)
CADRE = HeldPost(15, Role.CONTRACTED_CADRE, GRID)
NEIGHBOUR = HeldPost(16, Role.GRID_WORKER, OTHER_GRID)
STRANGER = HeldPost(17, Role.FIRST_SECRETARY, OTHER_COMMUNITY)


def reachable(start: Stage) -> set[Stage]:
    found = {start}
    while more := {row.target for row in ROWS if row.source in found} - found:
        found |= more
    return found


def test_a_report_is_the_only_way_in() -> None:
    assert [(row.action, row.target) for row in ROWS if row.source is None] == [(Action.REPORT, Stage.RAISED)]


def test_every_stage_is_reached_from_raised() -> None:
    assert reachable(Stage.RAISED) == set(Stage)


@pytest.mark.parametrize("stage", sorted(set(Stage) - FINAL))
def test_closed_is_reached_from_every_stage_but_the_side_exits(stage: Stage) -> None:
    assert Stage.CLOSED in reachable(stage)


@pytest.mark.parametrize("stage", sorted(FINAL))
def test_out_of_a_side_exit_leads_only_taking_it_back(stage: Stage) -> None:
    assert reachable(stage) == {stage}
    assert allowed_actions(stage) == (Action.VOID,)


@pytest.mark.parametrize(
    ("stage", "actions"),
    [
        (Stage.RAISED, "assign sign reject withdraw merge transfer ask void"),
        (
            Stage.ACTING,
            "act done withdraw merge transfer call_up promise publish ask void",
        ),
        (Stage.EVALUATING, "evaluate close withdraw publish ask void"),
        (Stage.CLOSED, "reopen publish void"),
    ],
)
def test_what_can_be_done_at_a_stage(stage: Stage, actions: str) -> None:
    assert " ".join(allowed_actions(stage)) == actions


def test_a_stage_and_an_action_have_one_row() -> None:
    assert len({(row.source, row.action) for row in TRANSITIONS}) == len(TRANSITIONS)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("action", list(Action))
def test_any_other_action_is_refused_and_told_what_is_allowed(stage: Stage, action: Action) -> None:
    if any(row.source is stage and row.action is action for row in TRANSITIONS):
        assert transition(stage, action).source is stage
        return
    with pytest.raises(IllegalTransition) as refusal:
        transition(stage, action)
    assert refusal.value.facts == {"stage": stage, "action": action, "allowed": allowed_actions(stage)}


def test_only_an_answer_that_is_not_content_sends_the_work_back() -> None:
    leads_to = {rating: transition(Stage.EVALUATING, Action.EVALUATE, rating).target for rating in Rating}
    assert leads_to == {
        Rating.SATISFIED: Stage.EVALUATING,
        Rating.FAIRLY_SATISFIED: Stage.EVALUATING,
        Rating.DISSATISFIED: Stage.ACTING,
        Rating.UNREACHABLE: Stage.EVALUATING,
    }
    with pytest.raises(IllegalTransition):
        transition(Stage.ACTING, Action.EVALUATE, Rating.DISSATISFIED)


def test_work_that_comes_back_is_owed_again() -> None:
    assert transition(Stage.CLOSED, Action.REOPEN).opens == SENT_BACK.opens == (DutyKind.ACT,)


def test_no_row_opens_a_duty_that_nothing_fulfils() -> None:
    assert {kind for row in ROWS for kind in row.opens} <= {kind for row in ROWS for kind in row.fulfils}


def closing_by(held: Iterable[HeldPost]) -> HeldPost:
    return allowing_post(transition(Stage.EVALUATING, Action.CLOSE), list(held), PATH)


def doing_by(*held: HeldPost) -> HeldPost:
    return allowing_post(transition(Stage.ACTING, Action.DONE), held, PATH)


def test_the_nearest_post_that_fits_is_the_one_acted_by() -> None:
    assert closing_by([COMMANDER, FIRST_SECRETARY, SECRETARY, WORKER]) is FIRST_SECRETARY
    assert closing_by([COMMANDER, SECRETARY]) is SECRETARY
    assert doing_by(FIRST_SECRETARY, CADRE) is CADRE


def test_upper_tiers_may_close_what_lies_below_them() -> None:
    assert closing_by([COMMANDER]) is COMMANDER


@pytest.mark.parametrize("held", [[], [NEIGHBOUR], [STRANGER], [NEIGHBOUR, STRANGER]])
def test_posts_elsewhere_allow_nothing(held: list[HeldPost]) -> None:
    with pytest.raises(NotAllowed):
        doing_by(*held)


def test_a_grid_worker_cannot_strike_off() -> None:
    with pytest.raises(NotAllowed) as refusal:
        closing_by([WORKER, CADRE])
    assert set(refusal.value.facts["roles"]) == {  # type: ignore[call-overload]
        Role.FIRST_SECRETARY,
        Role.COMMITTEE_SECRETARY,
        Role.COUNTY_COMMANDER,
    }


def test_the_county_neither_signs_nor_says_done() -> None:
    for stage, action in ((Stage.RAISED, Action.SIGN), (Stage.ACTING, Action.DONE)):
        with pytest.raises(NotAllowed):
            allowing_post(transition(stage, action), [COMMANDER, SECRETARY], PATH)


def test_anybody_with_a_post_may_report_wherever_it_lies() -> None:
    report = transition(None, Action.REPORT)
    assert allowing_post(report, [NEIGHBOUR], PATH) is NEIGHBOUR
    assert allowing_post(report, [NEIGHBOUR, WORKER], PATH) is WORKER
    assert allowing_post(report, [NEIGHBOUR], ()) is NEIGHBOUR
    with pytest.raises(NotAllowed):
        allowing_post(report, [], PATH)
