"""What the six cases of test_why.py do not show."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.errors import NotFound
from models.queries.rulebook import Rulebook, rulebook
from models.queries.why import explain
from models.rules.explanation import Explanation, Standing
from models.rules.records import Post, Reached
from models.tables.places import CalendarDay
from models.vocabulary import DutyKind, Light, MessageKind, Rating, Role, StepAction
from tests.county import COUNTY, at, reported
from tests.models.why_cases import tell, told, vacate

WORKER = Post("东街第2网格", Role.GRID_WORKER)
SECRETARY = Post("东街", Role.FIRST_SECRETARY)
COMMITTEE = Post("社区党工委", Role.COMMITTEE_SECRETARY)
COMMANDER = Post("河县", Role.COUNTY_COMMANDER)


def explained(session: Session, book: Rulebook, number: str, when: str) -> Explanation:
    return explain(session, book, number, at(when))


def test_an_unknown_number_is_not_found(session: Session, book: Rulebook) -> None:
    with pytest.raises(NotFound):
        explained(session, book, "东街-2026-9999", "2026-11-02 09:00")


def test_before_the_night_it_waits_to_be_assigned(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    why = explained(session, book, issue.number, "2026-11-02 10:00")
    assert why.standing is Standing.UNASSIGNED
    assert [(duty.kind, duty.assigned, duty.whose.person) for duty in why.duties] == [(DutyKind.ACT, False, "李青")]
    assert "还没有派单。下一次夜间作业会派给 东街第1网格专职网格员 李青。" in told(
        session, book, issue, "2026-11-02 10:00", "zh_CN"
    )


def test_a_report_in_the_midday_break_keeps_its_clock_time(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-03 12:30")
    assert explained(session, book, issue.number, "2026-11-03 15:00").duties[0].counted.outside is None


def test_done_it_waits_for_the_resident_then_for_the_strike_off(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    casework.done(session, book, issue.number, evidence="photo", by="W01", now=at("2026-11-03 10:00"))
    why = explained(session, book, issue.number, "2026-11-03 11:00")
    assert (why.standing, why.duties[0].whose.person, why.since) == (
        Standing.EVALUATING,
        "周敏",
        at("2026-11-03 10:00"),
    )
    casework.evaluate(session, book, issue.number, rating=Rating.SATISFIED, by="S01", now=at("2026-11-04 10:00"))
    assert explained(session, book, issue.number, "2026-11-04 11:00").standing is Standing.CLOSING
    assert "居民已经答复。东街第一书记 周敏 要核实后销号" in told(session, book, issue, "2026-11-04 11:00", "zh_CN")


def test_sent_back_by_the_resident_it_has_a_new_clock(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    casework.done(session, book, issue.number, evidence="photo", by="W01", now=at("2026-11-03 10:00"))
    casework.evaluate(
        session,
        book,
        issue.number,
        rating=Rating.DISSATISFIED,
        note="还是黑的，电话13812345678",
        by="S01",
        now=at("2026-11-04 10:00"),
    )
    why = explained(session, book, issue.number, "2026-11-04 11:00")
    assert why.standing is Standing.ACTING
    assert why.returned is not None
    assert (why.returned.closed_at, why.returned.in_time) == (None, True)
    assert why.duties[0].due_at == at("2026-11-09 10:00")
    said = told(session, book, issue, "2026-11-04 11:00", "zh_CN")
    assert "11月4日 周三 10:00 问过居民，不满意：还是黑的，电话××××5678。退回重办，时限从退回时重新算起。" in said


def test_work_done_late_says_by_how_much(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    for day in (4, 5, 6):
        night.run(session, book, issue.community_id, at(f"2026-11-0{day} 02:00"))
    casework.done(session, book, issue.number, evidence="photo", by="W01", now=at("2026-11-06 10:00"))
    casework.evaluate(session, book, issue.number, rating=Rating.UNREACHABLE, by="S01", now=at("2026-11-06 11:00"))
    casework.close(session, book, issue.number, by="S01", now=at("2026-11-06 15:00"))
    said = told(session, book, issue, "2026-11-09 09:00", "zh_CN")
    assert "应在 11月5日 周四 09:00 前办完，11月6日 周五 10:00 办完，超期 1 个工作日 1 小时。" in said
    assert "办理期间走过 2 步提醒和督办。" in said


def test_steps_caught_up_in_one_night_are_told_by_the_highest(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    night.run(session, book, issue.community_id, at("2026-11-06 02:00"))
    fired = explained(session, book, issue.number, "2026-11-06 09:00").duties[0].fired
    assert [(step.number, [each.action for each in step.told]) for step in fired] == [
        (1, []),
        (2, [StepAction.REMIND, StepAction.TELL]),
    ]
    assert {step.recorded_at for step in fired} == {at("2026-11-06 02:00")}
    said = told(session, book, issue, "2026-11-06 09:00", "zh_CN")
    assert "登记。和后面的步骤一起登记，没有另外通知。" in said
    assert "提醒 东街第1网格专职网格员 李青，还没有发出。" in said


def test_a_step_whose_time_has_come_waits_for_the_next_run(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    why = explained(session, book, issue.number, "2026-11-04 15:00")
    assert [step.passed for step in why.duties[0].coming] == [True, False, False, False, False]
    assert why.light is Light.YELLOW
    assert "1. 11月4日 周三 10:45 已经到点，等下一次登记：提醒" in told(
        session, book, issue, "2026-11-04 15:00", "zh_CN"
    )


def test_a_vacant_grid_is_minded_by_the_tier_above(session: Session, book: Rulebook) -> None:
    vacate(session, "east-2", Role.GRID_WORKER, date(2026, 11, 1))
    vacate(session, "east", Role.FIRST_SECRETARY, date(2026, 11, 5))
    issue = assigned_next_door(session, book, "2026-11-02 09:00")
    first = explained(session, book, issue, "2026-11-04 09:00").duties[0].whose
    then = explained(session, book, issue, "2026-11-05 09:00").duties[0].whose
    assert first == Reached(WORKER, "周敏", SECRETARY, (WORKER,))
    assert then == Reached(WORKER, "孙立", COMMITTEE, (WORKER, SECRETARY))


def test_where_nobody_is_left_it_says_so(session: Session, book: Rulebook) -> None:
    issue = assigned_next_door(session, book, "2026-11-02 09:00")
    for unit, role in (
        ("east-2", Role.GRID_WORKER),
        ("east", Role.FIRST_SECRETARY),
        ("works", Role.COMMITTEE_SECRETARY),
        ("river", Role.COUNTY_COMMANDER),
    ):
        vacate(session, unit, role, date(2026, 11, 3), at("2026-11-02 21:00"))
    whose = explained(session, book, issue, "2026-11-03 09:00").duties[0].whose
    assert (whose.person, whose.vacant) == (None, (WORKER, SECRETARY, COMMITTEE, COMMANDER))


def test_who_was_told_stays_who_was_told_when_the_post_changes_hands(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    night.run(session, book, issue.community_id, at("2026-11-05 02:00"))
    tell(session, book, MessageKind.DIGEST, at("2026-11-05 08:00"))
    vacate(session, "east-1", Role.GRID_WORKER, date(2026, 11, 6), at("2026-11-05 18:00"))
    duty = explained(session, book, issue.number, "2026-11-06 09:00").duties[0]
    assert [each.whom.person for step in duty.fired for each in step.told] == ["李青"]
    assert duty.whose.person == "周敏"


def test_a_calendar_corrected_afterwards_is_said(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    closed = update(CalendarDay).where(CalendarDay.county_id == book.county.id, CalendarDay.day == date(2026, 11, 4))
    session.execute(closed.values(worked=False))
    corrected = rulebook(session, COUNTY)
    assert "放假安排后来改过，到期时间仍是当时算定的。" in told(session, corrected, issue, "2026-11-02 10:00", "zh_CN")
    assert "放假安排后来改过" not in told(session, book, issue, "2026-11-02 10:00", "zh_CN")


def test_a_due_time_over_days_not_yet_announced_is_said(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-12-30 09:00")
    said = told(session, book, issue, "2026-12-30 10:00", "zh_CN")
    assert "2027年1月5日 周二 09:00 到期" in said
    assert "这段时间的放假安排还没有公布" in said


def assigned_next_door(session: Session, book: Rulebook, when: str) -> str:
    """The number of an issue of the second grid, assigned to it."""
    issue = reported(session, book, when, grid="east-2")
    night.run(session, book, issue.community_id, at("2026-11-02 20:00"))
    return issue.number
