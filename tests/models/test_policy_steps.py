"""Duties that go over to other steps: what was given is not given again, what comes is what the new policy says."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook, rulebook
from models.queries.why import explain
from models.rules.escalation import light
from models.vocabulary import DutyKind, Light
from tests.county import COUNTY, at, reported
from tests.models.cases import Case
from tests.models.changed_packs import load, with_ladder, with_policy
from tests.models.ledger import heard, steps
from tests.models.test_policy_versions import (
    ACTING,
    LONGER,
    MONDAY,
    duty,
    local,
    rescheduled,
    run_night,
    take_over,
)


def test_a_shorter_limit_may_make_a_duty_late_at_once(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="1 working_days"))
    take_over(session, "2026-03-04 10:00")
    run_night(session, "2026-03-05 02:00")
    assert steps(session, issue, DutyKind.ACT) == [
        (n, at(when), at("2026-03-05 02:00"))
        for n, when in enumerate(["2026-03-02 16:15", "2026-03-03 09:00", "2026-03-04 09:00"], 1)
    ]


def test_a_step_given_is_not_given_again_though_the_duty_has_longer_now(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    run_night(session, "2026-03-05 10:00")  # 75 % and due
    load(session, with_policy("2026-03", act="5 working_days"))
    assert take_over(session, "2026-03-05 11:00") == (2, 1)
    moved = duty(session, issue)
    assert (moved.step, moved.due_at, moved.next_step_at) == (2, at("2026-03-09 09:00"), at("2026-03-10 09:00"))
    assert moved.steps_at == local(*LONGER)
    assert light(moved.due_at, tuple(moved.steps_at), at("2026-03-05 11:00")) is Light.GREEN
    run_night(session, "2026-03-09 10:00")
    assert duty(session, issue).step == 2
    run_night(session, "2026-03-10 10:00")
    assert [step for step, _, _ in steps(session, issue, DutyKind.ACT)] == [1, 2, 3]
    assert len(heard(session, issue)) == len(set(heard(session, issue)))


DENSE = (
    {"at": "25%", "remind": ["holder"]},
    {"at": "50%", "remind": ["holder"]},
    {"at": "75%", "tell": ["community"]},
    {"at": "due", "supervise": ["county"]},
)


def test_steps_a_denser_ladder_puts_before_the_last_one_given_count_as_given(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    run_night(session, "2026-03-04 16:00")  # 75 %
    load(session, with_ladder("2026-03", "acting", *DENSE))
    take_over(session, "2026-03-04 17:00")
    moved = duty(session, issue)
    assert (moved.step, moved.next_step_at) == (3, at("2026-03-05 09:00"))
    assert moved.steps_at == local("2026-03-02 16:15", "2026-03-03 14:30", ACTING[0], "2026-03-05 09:00")
    (event,) = rescheduled(session, issue)
    assert event.facts is not None
    assert event.facts["step"] == 3
    run_night(session, "2026-03-06 02:00")
    assert [step for step, _, _ in steps(session, issue, DutyKind.ACT)] == [1, 4]


def test_a_second_new_version_goes_by_what_was_really_given(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    run_night(session, "2026-03-04 16:00")  # 75 %
    load(session, with_policy("2026-03", act="9 working_days"))
    take_over(session, "2026-03-04 17:00")
    load(session, with_ladder("2026-04", "acting", *DENSE))
    take_over(session, "2026-03-04 17:30")
    assert (duty(session, issue).step, duty(session, issue).next_step_at) == (3, at("2026-03-05 09:00"))
    load(session, with_policy("2026-05"))
    take_over(session, "2026-03-04 18:00")
    assert (duty(session, issue).step, duty(session, issue).next_step_at) == (1, at(ACTING[1]))


def test_a_ladder_that_is_shorter_than_what_was_given_is_at_its_end(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    run_night(session, "2026-03-06 10:00")  # 75 %, due and the day after
    load(session, with_ladder("2026-03", "acting", {"at": "due", "supervise": ["county"]}))
    take_over(session, "2026-03-06 11:00")
    moved = duty(session, issue)
    assert (moved.step, moved.steps_at, moved.next_step_at) == (3, local(ACTING[1]), None)
    run_night(session, "2026-03-20 10:00")
    assert [step for step, _, _ in steps(session, issue, DutyKind.ACT)] == [1, 2, 3]


@pytest.mark.parametrize("ladder", [DENSE, DENSE[3:]], ids=["denser", "shorter"])
def test_why_tells_the_steps_given_and_those_to_come(session: Session, book: Rulebook, ladder: Any) -> None:
    issue = reported(session, book, MONDAY)
    run_night(session, "2026-03-04 16:00")
    load(session, with_ladder("2026-03", "acting", *ladder))
    take_over(session, "2026-03-04 17:00")
    told = explain(session, rulebook(session, COUNTY), issue.number, at("2026-03-04 18:00"))
    act = next(each for each in told.duties if each.kind is DutyKind.ACT)
    assert act.policy == "2026-03"
    assert [each.at for each in act.coming] == ([at("2026-03-05 09:00")] if len(ladder) > 1 else [])
    assert [each.number for each in act.fired] == [1]


def test_taking_back_what_was_done_under_the_old_policy_leaves_the_new_clock_and_gives_no_step_twice(
    session: Session, book: Rulebook
) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    load(session, with_policy("2026-03", act="1 working_days"))
    take_over(session, "2026-03-02 12:00")
    run_night(session, "2026-03-05 02:00")  # 75 %, due, and a working day later
    before = heard(session, case.issue)
    case.voided("2026-03-05 10:00")  # the signature alone: what policy says of the work is no mistake of it
    moved = duty(session, case.issue)
    assert (moved.due_at, moved.step, moved.next_step_at) == (at("2026-03-03 09:00"), 3, at("2026-03-06 09:00"))
    run_night(session, "2026-03-09 10:00")
    assert [step for step, _, _ in steps(session, case.issue, DutyKind.ACT)] == [1, 2, 3, 4]
    assert [each.step for each in heard(session, case.issue)[len(before) :] if each.kind is DutyKind.ACT] == [4]
