"""What must hold of the ledger after whatever was done, and of what one action may change."""

from collections import Counter
from itertools import pairwise
from typing import Any

from sqlalchemy import Row

from models.rules.lifecycle import FINAL
from models.vocabulary import OWED, Action, DutyKind, DutyState, Stage
from tests.models.lifecycle.snapshots import Snapshot

ASKED = {DutyKind.APPROVE}
CALLED = {DutyKind.ANSWER}
OWED_AT: dict[Stage, list[set[DutyKind]]] = {
    Stage.RAISED: [{DutyKind.ACT}, {DutyKind.ACT, DutyKind.SIGN}, {DutyKind.ACT, DutyKind.DISPATCH}],
    Stage.ACTING: [{DutyKind.ACT}, {DutyKind.ACT} | CALLED],
    Stage.EVALUATING: [{DutyKind.EVALUATE}, {DutyKind.CLOSE}],
    Stage.CLOSED: [set()],
    **{stage: [set[DutyKind]()] for stage in FINAL},
}
"""What is owed at a stage, a decision on a request apart."""


def always(now: Snapshot) -> None:
    """All that holds at any time."""
    for issue in now.issues.values():
        owed_is_what_the_stage_needs(now, issue)
        history_leads_here(now, issue)
    steps = now.steps_by_duty()
    for duty in now.duties.values():
        times_are_in_order(duty)
        steps_fired_once_and_in_order(duty, steps.get(duty.id, []))
    notices_are_once_and_of_steps_that_fired(now)
    messages_tell_each_notice_once(now)
    everything_raised_is_somewhere(now)


def owed_is_what_the_stage_needs(now: Snapshot, issue: Row[Any]) -> None:
    owed = now.owed_of(issue.id)
    pending = [each for each in now.requests.values() if each.issue_id == issue.id and each.decided_at is None]
    assert set(owed) - ASKED in OWED_AT[issue.stage], (issue.number, issue.stage, set(owed))
    assert len(pending) == len(ASKED & set(owed)), "a request waits for whoever owes the decision"
    assert len(owed) == sum(duty.state in OWED for duty in now.duties_of(issue.id)), "owed once a kind"
    if issue.held_until is not None:
        assert {duty.state for duty in owed.values()} == {DutyState.HELD}, issue.number
    for duty in owed.values():
        assert duty.community_id == issue.community_id, "one night minds all that is owed about an issue"
    if issue.stage is Stage.ACTING:
        assert owed[DutyKind.ACT].post_id is not None


def history_leads_here(now: Snapshot, issue: Row[Any]) -> None:
    moves, standing = now.moves_of(issue.id), now.standing_moves_of(issue.id)
    assert moves[0].action is Action.REPORT
    assert all(before.stage_to == after.stage_from for before, after in pairwise(moves)), "folds to the stage"
    assert moves[-1].stage_to == standing[-1].stage_to == issue.stage
    assert all(before.recorded_at <= after.recorded_at for before, after in pairwise(moves))
    assert all(each.happened_at <= each.recorded_at for each in moves)
    counts = Counter(each.action for each in standing)
    assert issue.reopenings == counts[Action.REOPEN]
    assert counts[Action.CLOSE] - counts[Action.REOPEN] == (issue.stage is Stage.CLOSED)
    assert (issue.closed_at is not None) == (issue.stage is Stage.CLOSED)
    assert (issue.merged_into_id is not None) == (issue.stage is Stage.MERGED)


def times_are_in_order(duty: Row[Any]) -> None:
    assert duty.steps_at == sorted(duty.steps_at), duty
    assert duty.opened_at < duty.due_at
    ahead = duty.steps_at[duty.step :]
    assert duty.next_step_at == (ahead[0] if ahead and duty.state is DutyState.OPEN else None), duty
    assert (duty.held_at is not None) == (duty.state is DutyState.HELD), duty
    assert (duty.ended_at is None) == (duty.state in OWED), duty
    assert duty.promised_at is None or duty.state in OWED, duty


def steps_fired_once_and_in_order(duty: Row[Any], fired: list[Row[Any]]) -> None:
    assert [each.step for each in fired] == list(range(1, duty.step + 1)), (duty, fired)
    for each in fired:
        assert each.happened_at <= each.recorded_at, "never before its instant"


def notices_are_once_and_of_steps_that_fired(now: Snapshot) -> None:
    keys = Counter((each.duty_id, each.step, each.post_id) for each in now.notices.values())
    armed: dict[Any, list[int]] = {key: [] for key in keys}
    for each in now.notices.values():
        armed[each.duty_id, each.step, each.post_id].append(each.arming)
        assert each.step <= now.duties[each.duty_id].step
    assert all(armings == list(range(len(armings))) for armings in armed.values()), "each arming once, in order"


def messages_tell_each_notice_once(now: Snapshot) -> None:
    told = [(notice, each.id) for each in now.messages.values() for notice in each.facts["notices"]]
    named = [(each.id, each.message_id) for each in now.notices.values() if each.message_id is not None]
    assert sorted(told) == sorted(named)


def everything_raised_is_somewhere(now: Snapshot) -> None:
    """Raised = open + closed + rejected + withdrawn + merged; closings less reopenings = closed."""
    standing = Counter(each.action for issue in now.issues for each in now.standing_moves_of(issue))
    at = Counter(issue.stage for issue in now.issues.values())
    assert standing[Action.REPORT] == len(now.issues)
    assert standing[Action.CLOSE] - standing[Action.REOPEN] == at[Stage.CLOSED]
    assert standing[Action.REJECT] == at[Stage.REJECTED]
    assert standing[Action.WITHDRAW] == at[Stage.WITHDRAWN]
    assert standing[Action.MERGE] == at[Stage.MERGED]


def nothing_is_lost(before: Snapshot, after: Snapshot) -> None:
    """History, notices and messages only grow; what ended or fired stays so, unless it is taken back."""
    assert before.events.items() <= after.events.items()
    assert before.notices.keys() <= after.notices.keys()
    assert before.messages.keys() <= after.messages.keys()
    assert before.requests.keys() <= after.requests.keys()
    assert before.issues.keys() <= after.issues.keys()
    for duty_id, was in before.duties.items():
        assert after.duties[duty_id].step >= was.step, "escalation never goes down"


def nothing_fires_while_held(before: Snapshot, after: Snapshot) -> None:
    """Neither in this action nor for an instant within the hold."""
    for event_id in after.events.keys() - before.events.keys():
        event = after.events[event_id]
        if event.action is not Action.STEP:
            continue
        was, duty = before.duties.get(event.duty_id), after.duties[event.duty_id]
        assert duty.state is DutyState.OPEN, duty
        if was is not None and was.state is DutyState.HELD:
            went_on = duty.basis_at or event.happened_at
            assert event.happened_at <= was.held_at or event.happened_at >= went_on, (event, was)


def nobody_is_reminded_of_what_they_promised(before: Snapshot, after: Snapshot) -> None:
    new = (after.events[each] for each in after.events.keys() - before.events.keys())
    handed_over = {
        event.duty_id for event in new if event.action is Action.HAND_OVER
    }  # another holder promised nothing
    for notice_id in after.notices.keys() - before.notices.keys():
        notice = after.notices[notice_id]
        was = before.duties.get(notice.duty_id)
        if notice.action != "remind" or was is None or was.id in handed_over:
            continue
        if was.promised_at is not None:
            assert was.promised_at <= notice.recorded_at, (notice, was)
