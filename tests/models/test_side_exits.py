"""Side exits: each with a reason, by whom the table allows; nothing is owed afterwards, nothing is forgotten."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import calling, casework, night, side_exits
from models.actions.reporting import Report, report
from models.errors import GateClosed, IllegalTransition, InvalidInput, NotAllowed
from models.queries.rulebook import Rulebook
from models.rules.escalation import light
from models.tables.events import Event
from models.tables.notices import Notice
from models.vocabulary import Action, DutyKind, DutyState, Lane, Light, Rating, Role, Severity, Stage, StepAction
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Entry, Heard, heard, history, owed, post_id, still_owed, unit_id

TUESDAY = at("2026-03-03 10:00")


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1, given to its worker by the night."""
    return Case(session, book, reported(session, book, MONDAY)).assigned()


def reason(case: Case) -> str | None:
    last = select(Event.reason).where(Event.issue_id == case.issue.id).order_by(Event.id.desc()).limit(1)
    return case.session.scalars(last).one()


def test_what_is_none_of_the_countys_is_rejected_with_a_reason_and_nothing_is_owed(case: Case) -> None:
    side_exits.reject(case.session, case.book, case.issue.number, reason="不属本县", by="S01", now=TUESDAY)
    assert (case.issue.stage, still_owed(case.session, case.issue)) == (Stage.REJECTED, {})
    assert {duty.state for duty in owed(case.session, case.issue)} == {DutyState.CANCELLED}
    assert history(case.session, case.issue)[-1] == Entry(Action.REJECT, Stage.RAISED, Stage.REJECTED, "S01")
    assert reason(case) == "不属本县"


def test_a_rejected_issue_climbs_no_further(case: Case) -> None:
    side_exits.reject(case.session, case.book, case.issue.number, reason="不属本县", by="S01", now=TUESDAY)
    counts = night.run(case.session, case.book, case.issue.community_id, at("2026-03-20 02:30"))
    assert (counts.steps, counts.open) == (0, 0)


@pytest.mark.parametrize("said", ["", "  "])
def test_no_side_exit_without_a_reason(case: Case, said: str) -> None:
    with refused(case.session, InvalidInput, why="reason"):
        side_exits.reject(case.session, case.book, case.issue.number, reason=said, by="S01", now=TUESDAY)


def test_a_grid_worker_neither_rejects_nor_merges_nor_transfers(case: Case) -> None:
    other = reported(case.session, case.book, "2026-03-02 10:30")
    number, by = case.issue.number, "W01"
    with refused(case.session, NotAllowed, action=Action.REJECT):
        side_exits.reject(case.session, case.book, number, reason="x", by=by, now=TUESDAY)
    with refused(case.session, NotAllowed, action=Action.MERGE):
        side_exits.merge(case.session, case.book, number, into=other.number, reason="x", by=by, now=TUESDAY)
    with refused(case.session, NotAllowed, action=Action.TRANSFER):
        side_exits.transfer(case.session, case.book, number, to="east-2", reason="x", by=by, now=TUESDAY)


@pytest.mark.parametrize("stage", ["raised", "acting", "evaluating"])
def test_what_is_taken_back_by_who_raised_it_is_withdrawn_at_any_stage(case: Case, stage: str) -> None:
    if stage != "raised":
        case.signed()
    if stage == "evaluating":
        case.done("2026-03-03 09:00")
    side_exits.withdraw(case.session, case.book, case.issue.number, reason="自己修好了", by="W01", now=TUESDAY)
    assert (case.issue.stage, still_owed(case.session, case.issue)) == (Stage.WITHDRAWN, {})


def test_a_closed_issue_can_only_be_reopened_published_or_taken_back(case: Case) -> None:
    case.signed().done("2026-03-03 09:00").rated(Rating.SATISFIED).closed()
    allowed = (Action.REOPEN, Action.PUBLISH, Action.VOID)
    with refused(case.session, IllegalTransition, stage=Stage.CLOSED, allowed=allowed):
        side_exits.withdraw(
            case.session, case.book, case.issue.number, reason="x", by="W01", now=at("2026-03-05 10:00")
        )


def test_the_same_issue_raised_twice_goes_on_as_one_and_who_raised_it_is_kept(case: Case) -> None:
    twin = Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 10:30"))
    side_exits.merge(
        case.session, case.book, twin.issue.number, into=case.issue.number, reason="同一盏灯", by="S01", now=TUESDAY
    )
    assert (twin.issue.stage, twin.issue.merged_into_id) == (Stage.MERGED, case.issue.id)
    assert still_owed(case.session, twin.issue) == {}
    assert set(still_owed(case.session, case.issue)) == {DutyKind.ACT, DutyKind.SIGN}
    assert history(case.session, twin.issue)[0] == Entry(Action.REPORT, None, Stage.RAISED, "W01")


def test_nothing_is_merged_into_itself_or_into_what_has_ended(case: Case) -> None:
    twin = Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 10:30"))
    side_exits.reject(case.session, case.book, case.issue.number, reason="x", by="S01", now=TUESDAY)
    with refused(case.session, GateClosed, why="merge_ended", stage=Stage.REJECTED):
        side_exits.merge(
            case.session, case.book, twin.issue.number, into=case.issue.number, reason="x", by="S01", now=TUESDAY
        )
    with refused(case.session, InvalidInput, why="merge_itself"):
        side_exits.merge(
            case.session, case.book, twin.issue.number, into=twin.issue.number, reason="x", by="S01", now=TUESDAY
        )


def test_a_secretary_merges_within_the_community_and_the_committee_across(case: Case) -> None:
    far = Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 10:30", grid="west-1"))
    with refused(case.session, NotAllowed):
        side_exits.merge(
            case.session, case.book, far.issue.number, into=case.issue.number, reason="x", by="S02", now=TUESDAY
        )
    side_exits.merge(
        case.session, case.book, far.issue.number, into=case.issue.number, reason="x", by="P01", now=TUESDAY
    )
    assert far.issue.merged_into_id == case.issue.id


def test_an_issue_given_to_another_grid_is_to_be_signed_there_and_its_clock_goes_on(case: Case) -> None:
    case.signed()
    due = case.work.due_at
    side_exits.transfer(
        case.session, case.book, case.issue.number, to="east-2", reason="在二网格", by="S01", now=TUESDAY
    )
    duties = still_owed(case.session, case.issue)
    assert case.issue.stage is Stage.RAISED
    assert {kind: duty.post for kind, duty in duties.items()} == {DutyKind.ACT: "east-2", DutyKind.SIGN: "east-2"}
    assert duties[DutyKind.ACT].due_at == due
    assert duties[DutyKind.SIGN].opened_at == TUESDAY
    assert heard(case.session, case.issue)[-1] == Heard(DutyKind.SIGN, 0, "east-2", None)


def test_an_issue_transferred_to_another_community_is_minded_by_its_night(case: Case) -> None:
    side_exits.transfer(case.session, case.book, case.issue.number, to="west-1", reason="在西街", by="P01", now=TUESDAY)
    west = unit_id(case.session, "west")
    assert case.issue.community_id == west
    late = at("2026-03-06 02:30")
    assert night.run(case.session, case.book, unit_id(case.session, "east"), late).steps == 0
    assert night.run(case.session, case.book, west, late).steps > 0


def test_only_who_answers_above_both_places_transfers(case: Case) -> None:
    with refused(case.session, NotAllowed):
        side_exits.transfer(case.session, case.book, case.issue.number, to="west-1", reason="x", by="S01", now=TUESDAY)
    with refused(case.session, InvalidInput, why="same_unit"):
        side_exits.transfer(case.session, case.book, case.issue.number, to="east-1", reason="x", by="S01", now=TUESDAY)


def test_a_unit_above_may_take_an_issue_over(case: Case) -> None:
    side_exits.transfer(case.session, case.book, case.issue.number, to="east", reason="社区来办", by="P01", now=TUESDAY)
    assert {duty.post for duty in still_owed(case.session, case.issue).values()} == {"east"}
    case.signed("2026-03-03 11:00", by="S01").done("2026-03-03 15:00", by="S01")
    assert case.issue.stage is Stage.EVALUATING


def test_calling_up_another_unit_gives_the_work_longer_and_owes_a_first_answer(case: Case) -> None:
    case.signed()
    calling.call_up(
        case.session, case.book, case.issue.number, unit="works", reason="要断电", by="W01", now=at("2026-03-02 15:00")
    )
    duties = still_owed(case.session, case.issue)
    assert case.issue.called_up
    assert duties[DutyKind.ACT].due_at == at("2026-03-16 09:00")  # ten working days from its opening
    assert (duties[DutyKind.ANSWER].post, duties[DutyKind.ANSWER].due_at) == ("works", at("2026-03-03 15:00"))
    calling.answer(case.session, case.book, case.issue.number, note="周四来修", by="P01", now=TUESDAY)
    assert set(still_owed(case.session, case.issue)) == {DutyKind.ACT}


def test_a_unit_elsewhere_answers_when_it_is_called(case: Case) -> None:
    case.signed()
    calling.call_up(case.session, case.book, case.issue.number, unit="west", reason="借车", by="W01", now=TUESDAY)
    with refused(case.session, NotAllowed):
        calling.answer(case.session, case.book, case.issue.number, note="x", by="S01", now=at("2026-03-03 11:00"))
    calling.answer(case.session, case.book, case.issue.number, note="好", by="S02", now=at("2026-03-03 11:00"))
    assert DutyKind.ANSWER not in still_owed(case.session, case.issue)


def test_a_step_given_before_the_call_up_is_not_given_again(case: Case) -> None:
    case.signed().night("2026-03-05 02:30")
    assert case.work.step == 1  # yellow on Wednesday at 10:45
    calling.call_up(
        case.session, case.book, case.issue.number, unit="works", reason="x", by="W01", now=at("2026-03-05 08:40")
    )
    # The holder has been reminded once, and is not reminded again before the new due time; the light is green anew.
    assert (case.work.step, case.work.next_step_at) == (1, case.work.steps_at[1])
    assert light(case.work.due_at, tuple(case.work.steps_at), at("2026-03-05 08:40")) is Light.GREEN


def test_a_unit_is_called_once_and_never_by_itself(case: Case) -> None:
    case.signed()
    number = case.issue.number
    with refused(case.session, InvalidInput, why="called_itself"):
        calling.call_up(case.session, case.book, number, unit="east-1", reason="x", by="W01", now=TUESDAY)
    with refused(case.session, GateClosed, why="not_called"):
        calling.answer(case.session, case.book, number, note="x", by="P01", now=TUESDAY)
    calling.call_up(case.session, case.book, number, unit="works", reason="x", by="W01", now=TUESDAY)
    with refused(case.session, GateClosed, why="called_already"):
        calling.call_up(case.session, case.book, number, unit="west", reason="x", by="W01", now=TUESDAY)


def test_what_was_deliberated_is_published_or_exempted_before_it_is_struck_off(
    session: Session, book: Rulebook
) -> None:
    what = Report("east-1", "lighting", Severity.ORDINARY, "加装路灯", at(MONDAY), by="W01", lane=Lane.COMPLEX)
    case = Case(session, book, report(session, book, what, now=at(MONDAY))).signed("2026-03-02 09:30")
    case.done("2026-03-03 09:00").rated(Rating.SATISFIED)
    with refused(session, GateClosed, why="published"):
        case.closed()
    with refused(session, InvalidInput, why="where_or_exempt"):
        casework.publish(session, book, case.issue.number, by="S01", now=at("2026-03-04 11:00"))
    casework.publish(session, book, case.issue.number, exempt="涉及个人", by="S01", now=at("2026-03-04 11:00"))
    assert (case.issue.exempt, case.issue.published) == ("涉及个人", None)
    casework.publish(session, book, case.issue.number, where="公告栏 12", by="S01", now=at("2026-03-04 12:00"))
    assert (case.issue.exempt, case.issue.published) == (None, "公告栏 12")
    assert case.closed().issue.stage is Stage.CLOSED


def test_signing_is_a_part_of_the_work_whose_escalation_silences_its_reminders(
    session: Session, book: Rulebook
) -> None:
    """Raised long before it is assigned: the work has escalated when the signature falls due."""
    what = Report("east-1", "lighting", Severity.ORDINARY, "灯", at("2026-02-24 09:00"), by="W01")
    case = Case(session, book, report(session, book, what, now=at(MONDAY))).night("2026-03-03 02:30")
    assert case.work.step >= 2  # red since 27 February: the community was told
    night.watch(session, book, case.issue.community_id, at("2026-03-03 15:00"))
    worker = post_id(session, "east-1", Role.GRID_WORKER)
    reminded = select(Notice.action).where(Notice.post_id == worker, Notice.step > 0, Notice.immediate)
    assert session.scalars(reminded).all() == []
    secretary = post_id(session, "east", Role.FIRST_SECRETARY)
    told = session.scalars(select(Notice.action).where(Notice.post_id == secretary, Notice.immediate)).all()
    assert told == [StepAction.TELL]
