"""A new policy version and the duties that are open: theirs only when somebody asks for it."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import new_policy, night
from models.actions.guards import check_clock
from models.errors import CalendarEnds
from models.queries.rulebook import Rulebook, rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.history import Revision
from models.tables.issues import Issue
from models.tables.policies import PolicyVersion, ServiceLevel
from models.vocabulary import Action, Basis, DutyKind, DutyState, Severity
from tests.county import COUNTY, at, reported
from tests.models.cases import Case, refused
from tests.models.changed_packs import load, with_ladder, with_policy
from tests.models.ledger import count, everything, steps, unit_id

MONDAY = "2026-03-02 09:00"
ACTING = ["2026-03-04 10:45", "2026-03-05 09:00", "2026-03-06 09:00", "2026-03-10 09:00", "2026-03-12 09:00"]
LONGER = ["2026-03-05 16:15", "2026-03-09 09:00", "2026-03-10 09:00", "2026-03-12 09:00", "2026-03-16 09:00"]
"""The steps of handling what came on Monday: in three working days; in five."""


def take_over(session: Session, when: str = "2026-03-03 10:00", community: str = "east") -> tuple[int, int]:
    """How many duties of a community went over to the newest policy, and for how many that changed something."""
    moves = new_policy.take_over(session, rulebook(session, COUNTY), unit_id(session, community), at(when))
    session.expire_all()
    return len(moves), sum(move.before is not None for move in moves)


def duty(session: Session, issue: Issue, kind: DutyKind = DutyKind.ACT) -> Duty:
    session.expire_all()
    return session.scalars(select(Duty).where(Duty.issue_id == issue.id, Duty.kind == kind)).one()


def under(session: Session, owed: Duty) -> tuple[str, str]:
    """The policy version and the service level a duty stands under."""
    wanted = select(PolicyVersion.version, ServiceLevel.key).join(
        ServiceLevel, ServiceLevel.policy_version_id == PolicyVersion.id
    )
    version, key = session.execute(wanted.where(ServiceLevel.id == owed.service_level_id)).one()
    return version, key


def rescheduled(session: Session, issue: Issue) -> list[Event]:
    wanted = select(Event).where(Event.issue_id == issue.id, Event.action == Action.RESCHEDULE)
    return list(session.scalars(wanted.order_by(Event.id)))


def run_night(session: Session, when: str) -> None:
    night.run(session, rulebook(session, COUNTY), unit_id(session, "east"), at(when))
    session.expire_all()


def local(*written: str) -> list[datetime]:
    return [at(each) for each in written]


def test_open_duties_are_counted_anew_from_their_opening(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    old = duty(session, issue)
    before, version = (old.due_at, list(old.steps_at)), under(session, old)[0]
    assert before == (at("2026-03-05 09:00"), local(*ACTING))
    load(session, with_policy("2026-03", act="5 working_days"))
    assert take_over(session) == (1, 1)
    moved = duty(session, issue)
    assert (moved.due_at, moved.steps_at, moved.next_step_at) == (at("2026-03-09 09:00"), local(*LONGER), at(LONGER[0]))
    assert (under(session, moved), moved.changed_at) == (("2026-03", "act"), at("2026-03-03 10:00"))
    (event,) = rescheduled(session, issue)
    assert (event.duty_id, event.happened_at, event.recorded_at) == (moved.id, *local(*["2026-03-03 10:00"] * 2))
    assert event.facts == {
        "why": "policy",
        "due_at": before[0].isoformat(),
        "steps_at": [each.isoformat() for each in before[1]],
        "level": "act",
        "version": version,
        "step": 0,
    }


def test_what_they_were_before_stays_in_their_revisions(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="5 working_days"))
    take_over(session)
    kept = select(Revision.content).where(Revision.kind == "duties", Revision.row_id == duty(session, issue).id)
    assert [datetime.fromisoformat(each["due_at"]) for each in session.scalars(kept.order_by(Revision.id))] == local(
        "2026-03-05 09:00", "2026-03-09 09:00"
    )


def test_asked_again_nothing_is_left_to_do(session: Session, book: Rulebook) -> None:
    reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="5 working_days"))
    take_over(session)
    before = everything(session)
    assert take_over(session, "2026-03-03 11:00") == (0, 0)
    assert everything(session) == before


def test_what_a_version_leaves_as_it_was_goes_over_without_a_word(session: Session, book: Rulebook) -> None:
    issue = Case(session, book, reported(session, book, MONDAY)).assigned().issue
    load(session, with_policy("2026-03", act="5 working_days"))
    assert take_over(session) == (2, 1)
    sign = duty(session, issue, DutyKind.SIGN)
    assert under(session, sign) == ("2026-03", "sign")
    assert sign.due_at == at("2026-03-02 12:00")
    assert [event.duty_id for event in rescheduled(session, issue)] == [duty(session, issue).id]


def test_the_first_level_that_matches_is_theirs(session: Session, book: Rulebook) -> None:
    issue, plain = (reported(session, book, MONDAY) for _ in range(2))
    session.execute(update(Issue).where(Issue.id == issue.id).values(called_up=True))
    load(session, with_policy("2026-03"))
    assert take_over(session) == (2, 1)
    assert [under(session, duty(session, each))[1] for each in (issue, plain)] == ["act-called-up", "act"]
    assert duty(session, issue).due_at == at("2026-03-16 09:00")


def test_duties_of_several_older_versions_all_go_over(session: Session, book: Rulebook) -> None:
    first = reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="4 working_days"))
    second = reported(session, rulebook(session, COUNTY), MONDAY)
    load(session, with_policy("2026-04", act="5 working_days"))
    assert take_over(session) == (2, 2)
    assert {duty(session, each).due_at for each in (first, second)} == {at("2026-03-09 09:00")}
    versions = {under(session, duty(session, each))[0] for each in (first, second)}
    assert versions == {"2026-04"}


def test_what_has_ended_and_what_others_owe_is_left_alone(session: Session, book: Rulebook) -> None:
    ended = Case(session, book, reported(session, book, MONDAY)).assigned().signed().issue
    elsewhere = reported(session, book, "2026-03-02 14:00", grid="west-1")
    load(session, with_policy("2026-03", act="5 working_days", sign="4 working_hours"))
    before = [duty(session, ended, DutyKind.SIGN).due_at, duty(session, elsewhere).due_at]
    assert take_over(session) == (1, 1)
    assert [duty(session, ended, DutyKind.SIGN).due_at, duty(session, elsewhere).due_at] == before
    assert rescheduled(session, elsewhere) == []


@pytest.mark.parametrize("basis", [Basis.EXTENSION, Basis.RESUMPTION])
def test_a_due_time_that_policy_did_not_set_stays(session: Session, book: Rulebook, basis: Basis) -> None:
    issue = reported(session, book, MONDAY)
    stays = at("2026-03-11 09:00")
    values: dict[str, Any] = {"basis": basis, "due_at": stays, "basis_at": at("2026-03-02 10:00")}
    session.execute(update(Duty).where(Duty.issue_id == issue.id).values(values))
    earlier = {"at": "opened +1 working_days", "remind": ["holder"]}
    load(
        session, with_ladder("2026-03", "acting", earlier, {"at": "due", "supervise": ["county"]}, act="1 working_days")
    )
    assert take_over(session) == (1, 1)
    moved = duty(session, issue)
    # What counts from the opening counts from when the clock last went on.
    assert (moved.basis, moved.due_at, moved.steps_at) == (basis, stays, [at("2026-03-03 10:00"), stays])


def test_times_a_pause_has_moved_stay_where_the_level_is_as_it_was(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    moved = local("2026-03-06 11:00", "2026-03-09 10:00", "2026-03-10 10:00", "2026-03-12 10:00", "2026-03-16 10:00")
    values: dict[str, Any] = {"basis": Basis.RESUMPTION, "due_at": moved[1], "steps_at": moved}
    session.execute(update(Duty).where(Duty.issue_id == issue.id).values(values))
    load(session, with_policy("2026-03", sign="4 working_hours"))
    assert take_over(session) == (1, 0)
    stands = duty(session, issue)
    assert (under(session, stands)[0], stands.due_at, stands.steps_at) == ("2026-03", moved[1], moved)


def test_a_duty_whose_clock_stands_still_has_no_next_step(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    held = {"state": DutyState.HELD, "held_at": at("2026-03-02 15:00"), "next_step_at": None}
    session.execute(update(Duty).where(Duty.issue_id == issue.id).values(held))
    load(session, with_policy("2026-03", act="5 working_days"))
    assert take_over(session) == (1, 1)
    moved = duty(session, issue)
    assert (moved.state, moved.held_at, moved.next_step_at) == (DutyState.HELD, at("2026-03-02 15:00"), None)
    assert moved.steps_at == local(*LONGER)


def test_urgent_ones_stay_under_the_watch(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-02 22:00", severity=Severity.URGENT)
    load(session, with_policy("2026-03", **{"sign-urgent": "1 urgent_hours"}))
    assert take_over(session, "2026-03-02 22:30") == (2, 1)
    watched = night.watch(session, rulebook(session, COUNTY), unit_id(session, "east"), at("2026-03-02 23:10"))
    assert watched.steps == 2
    assert [step for step, _, _ in steps(session, issue, DutyKind.SIGN)] == [1, 2]


def test_limits_beyond_the_calendar_are_refused_and_change_nothing(session: Session, book: Rulebook) -> None:
    reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="600 working_days"))
    with refused(session, CalendarEnds), session.begin_nested():
        take_over(session)


def test_it_is_recorded_no_earlier_than_what_another_run_recorded(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="5 working_days"))
    take_over(session, "2026-03-02 08:30")  # began before the report
    assert rescheduled(session, issue)[0].recorded_at == at(MONDAY)
    assert check_clock(session, book.county.id, at("2026-03-02 08:30")) == at(MONDAY)


def test_only_looking_changes_nothing(session: Session, book: Rulebook) -> None:
    reported(session, book, MONDAY)
    load(session, with_policy("2026-03", act="5 working_days"))
    before = everything(session)
    found = new_policy.moves(session, rulebook(session, COUNTY), unit_id(session, "east"))
    assert [each.schedule.due_at for each in found] == [at("2026-03-09 09:00")]
    assert everything(session) == before
    assert count(session, Duty) == 1
