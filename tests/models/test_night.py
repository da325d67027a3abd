"""The night: it assigns, climbs, catches up and counts; twice is once; missed nights lose nothing; busy is a result."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import casework, guards, night
from models.actions.people import leave
from models.database import engine
from models.errors import ClockBehind, CommunityBusy
from models.queries import people, units
from models.queries.night import night_facts
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import NightLog
from models.tables.people import Person, Posting
from models.vocabulary import DutyKind, Role, Severity, StepAction
from notifications.render import render
from tests.county import START, at, reported
from tests.models.ledger import Heard, everything, heard, owed, post_id, steps, still_owed, unit_id

ACT, SIGN = DutyKind.ACT, DutyKind.SIGN
REMIND, TELL, SUPERVISE = StepAction.REMIND, StepAction.TELL, StepAction.SUPERVISE


@pytest.fixture
def east(session: Session) -> int:
    """The community the tests' issues lie in."""
    return unit_id(session, "east")


@pytest.fixture
def signed(session: Session, book: Rulebook, east: int) -> Issue:
    """An issue raised on Monday 9:00, signed for at 11:00: due on Thursday 9:00."""
    issue = reported(session, book, "2026-03-02 09:00")
    night.run(session, book, east, at("2026-03-02 09:30"))
    return casework.sign(session, book, issue.number, by="W01", now=at("2026-03-02 11:00"))


def test_each_night_fires_the_steps_that_have_come(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    nights = [at(f"2026-03-{day:02} 02:30") for day in range(3, 14)]
    counts = [night.run(session, book, east, now) for now in nights]
    assert steps(session, signed, ACT) == [
        (1, at("2026-03-04 10:45"), nights[2]),
        (2, at("2026-03-05 09:00"), nights[3]),
        (3, at("2026-03-06 09:00"), nights[4]),
        (4, at("2026-03-10 09:00"), nights[8]),
        (5, at("2026-03-12 09:00"), nights[10]),
    ]
    assert [notice for notice in heard(session, signed) if notice.kind is ACT] == [
        Heard(ACT, 1, "east-1", REMIND),
        Heard(ACT, 2, "east-1", REMIND),
        Heard(ACT, 2, "east", TELL),
        Heard(ACT, 3, "east", SUPERVISE),
        Heard(ACT, 4, "works", SUPERVISE),
        Heard(ACT, 5, "river", SUPERVISE),
    ]
    assert [each.steps for each in counts] == [0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert sum(each.caught_up for each in counts) == 0


def test_missed_nights_record_every_step_and_tell_each_post_the_highest(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    now = at("2026-03-11 02:30")
    counts = night.run(session, book, east, now)
    assert [step for step, _, _ in steps(session, signed, ACT)] == [1, 2, 3, 4]
    assert [notice for notice in heard(session, signed) if notice.kind is ACT] == [
        Heard(ACT, 2, "east-1", REMIND),
        Heard(ACT, 3, "east", SUPERVISE),
        Heard(ACT, 4, "works", SUPERVISE),
    ]
    assert (counts.climbed, counts.caught_up, counts.steps) == (1, 1, 4)
    assert (counts.reminded, counts.told, counts.supervised) == (1, 0, 2)


def test_a_second_run_of_a_night_changes_no_row(session: Session, book: Rulebook, signed: Issue) -> None:
    reported(session, book, "2026-03-02 15:00", grid="east-2")
    reported(session, book, "2026-03-02 15:00", grid=None)
    for community in units.communities(session, book.county.id):
        night.run(session, book, community.id, at("2026-03-11 02:30"))
    once = everything(session)
    for community in units.communities(session, book.county.id):
        counts = night.run(session, book, community.id, at("2026-03-11 02:30"))
        assert (counts.assigned, counts.climbed, counts.steps, counts.reminded + counts.told + counts.supervised) == (
            0,
            0,
            0,
            0,
        )
    assert everything(session) == once


def test_a_night_run_again_later_adds_to_its_log(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    night.run(session, book, east, at("2026-03-05 02:30"))
    night.run(session, book, east, at("2026-03-05 09:00"))
    log = session.scalars(
        select(NightLog).where(NightLog.community_id == east, NightLog.night == date(2026, 3, 5))
    ).one()
    session.refresh(log)
    assert log.runs == [at("2026-03-05 02:30"), at("2026-03-05 09:00")]
    assert (log.ran_at, log.counts["steps"], log.counts["overdue"]) == (at("2026-03-05 09:00"), 2, 1)


def test_a_night_that_others_overtook_records_after_them(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    reported(session, book, "2026-03-05 02:41")  # while the night of 02:30 was on its way to this community
    night.run(session, book, east, at("2026-03-05 02:30"))
    log = session.get_one(NightLog, (east, date(2026, 3, 5)))
    assert log.ran_at == at("2026-03-05 02:41")


def test_the_preview_leaves_nothing_and_predicts_the_run_exactly(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    reported(session, book, "2026-03-02 15:00", grid="east-2")
    now = at("2026-03-11 02:30")
    before = everything(session)
    with session.begin_nested() as tried:
        preview = night.run(session, book, east, now)
        tried.rollback()
    session.expire_all()
    assert everything(session) == before
    assert night.run(session, book, east, now) == preview
    assert everything(session) != before


def test_the_counts_are_what_the_ledger_says(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    reported(session, book, "2026-03-06 15:00", grid="east-2")
    reported(session, book, "2026-03-06 15:00", grid="west-1")
    counts = night.run(session, book, east, at("2026-03-09 02:30"))
    assert counts.assigned == 1
    assert (counts.open, counts.overdue, counts.unowned) == (2, 1, 0)
    top = night.run(session, book, unit_id(session, "river"), at("2026-03-09 02:30"))
    assert (top.open, top.unowned) == (0, 0)


def test_the_unowned_are_counted_at_the_top(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 09:00", grid=None)
    counts = night.run(session, book, unit_id(session, "river"), at("2026-03-03 02:30"))
    assert (counts.assigned, counts.open, counts.unowned) == (0, 1, 1)


def test_a_night_minds_its_own_community_only(session: Session, book: Rulebook, east: int) -> None:
    west = reported(session, book, "2026-03-02 09:00", grid="west-1")
    before = (owed(session, west), heard(session, west))
    night.run(session, book, east, at("2026-03-11 02:30"))
    assert (owed(session, west), heard(session, west)) == before


def test_what_is_done_climbs_no_more(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    issue = casework.done(session, book, signed.number, evidence="photo", by="W01", now=at("2026-03-04 16:00"))
    night.run(session, book, east, at("2026-03-11 02:30"))
    assert steps(session, issue, ACT) == []
    assert {duty.kind: duty.step for duty in owed(session, issue)}[DutyKind.EVALUATE] == 2


def test_the_watch_climbs_only_what_is_minded_at_once(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    late = reported(session, book, "2026-03-05 10:00", grid="east-2")
    night.run(session, book, east, at("2026-03-05 10:10"))
    urgent = reported(session, book, "2026-03-05 10:20", severity=Severity.URGENT)
    now = at("2026-03-06 11:00")
    before = steps(session, signed, ACT)
    counts = night.watch(session, book, east, now)
    assert steps(session, signed, ACT) == before
    assert [step for step, _, _ in steps(session, late, SIGN)] == [1, 2, 3]
    assert [step for step, _, _ in steps(session, urgent, ACT)] == [1, 2]
    assert [step for step, _, _ in steps(session, urgent, SIGN)] == [1, 2, 3, 4, 5]
    assert (counts.assigned, counts.climbed, counts.steps) == (0, 3, 10)
    assert asdict(night.watch(session, book, east, now)) == asdict(night.NightCounts())


def test_the_watch_does_not_count_as_the_night(session: Session, book: Rulebook, east: int) -> None:
    night.watch(session, book, east, at("2026-03-02 12:00"))
    assert night.nights_done(session, [east], date(2026, 3, 2)) == set()


def test_nights_are_counted_by_the_countys_date(session: Session, book: Rulebook, east: int) -> None:
    night.run(session, book, east, at("2026-03-03 02:30"))  # still the 2nd of March in UTC
    assert night.nights_done(session, [east], date(2026, 3, 3)) == {east}
    assert night.nights_done(session, [east], date(2026, 3, 2)) == set()


def test_a_clock_that_lies_behind_is_refused(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    before = everything(session)
    for now in ("2026-03-02 09:59", "2026-03-01 02:30"):
        with pytest.raises(ClockBehind):
            night.run(session, book, east, at(now))
        with pytest.raises(ClockBehind):
            night.watch(session, book, east, at(now))
    assert everything(session) == before
    night.run(session, book, east, at("2026-03-02 10:00"))  # runs overlap by an hour


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Session]:
    """Another run's transaction."""
    with Session(engine(database_url)) as session:
        yield session
        session.rollback()


def test_a_busy_community_is_a_clear_result(
    session: Session, elsewhere: Session, book: Rulebook, east: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "PATIENCE", timedelta(milliseconds=50))
    guards.hold_night(elsewhere, east, timedelta(0))
    with pytest.raises(CommunityBusy):
        night.watch(session, book, east, at("2026-03-03 02:30"))
    with pytest.raises(CommunityBusy), session.begin_nested():
        night.run(session, book, east, at("2026-03-03 02:30"))
    night.run(session, book, unit_id(session, "west"), at("2026-03-03 02:30"))
    elsewhere.rollback()
    night.run(session, book, east, at("2026-03-03 02:30"))


def told_for(session: Session, book: Rulebook, post: int, on: date) -> str | None:
    holders = people.holders(session, book.county.id, on)
    answer = who_answers(post, units.answering_above(session, {post})[post], holders)
    return session.get_one(Person, answer.person_id).code if answer else None


def test_a_vacant_post_is_answered_for_by_the_tier_above(session: Session, book: Rulebook) -> None:
    worker, secretary = post_id(session, "east-1", Role.GRID_WORKER), post_id(session, "east", Role.FIRST_SECRETARY)
    day = date(2026, 3, 3)
    assert told_for(session, book, worker, day) == "W01"
    leave(session, worker, day, now=START)
    assert told_for(session, book, worker, day) == "S01"
    assert told_for(session, book, worker, day - timedelta(days=1)) == "W01"
    leave(session, secretary, day, now=START)
    assert told_for(session, book, worker, day) == "P01"


def test_a_vacant_post_keeps_its_duties(session: Session, book: Rulebook, east: int, signed: Issue) -> None:
    worker = post_id(session, "east-1", Role.GRID_WORKER)
    leave(session, worker, date(2026, 3, 3), now=at("2026-03-02 18:00"), to_the_tier_above=True)
    night.run(session, book, east, at("2026-03-05 02:30"))
    duty = session.scalars(select(Duty).where(Duty.kind == ACT)).one()
    assert duty.post_id == post_id(session, "east-1", Role.GRID_WORKER)


def test_unowned_work_climbs_to_whoever_answers_for_the_county(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-02 09:00", grid=None)
    night.run(session, book, unit_id(session, "river"), at("2026-03-06 02:30"))
    assert [step for step, _, _ in steps(session, issue, ACT)] == [1, 2]
    assert [step for step, _, _ in steps(session, issue, DutyKind.DISPATCH)] == [1, 2, 3]
    assert heard(session, issue)[1:] == [
        Heard(ACT, 2, "river", REMIND),
        Heard(DutyKind.DISPATCH, 3, "river", SUPERVISE),
    ]


def test_a_post_addressed_twice_by_a_step_hears_it_once_as_the_holder(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    issue = reported(session, book, "2026-03-02 15:00", grid="east-2")
    casework.sign(session, book, issue.number, by="S01", now=at("2026-03-02 16:00"))
    assert still_owed(session, issue)[ACT].post == "east"
    night.run(session, book, east, at("2026-03-06 02:30"))  # step 2: remind the holder, tell the community
    assert [notice for notice in heard(session, issue) if notice.kind is ACT] == [Heard(ACT, 2, "east", REMIND)]


def test_a_step_is_recorded_with_its_own_time_and_when_it_became_known(
    session: Session, book: Rulebook, east: int, signed: Issue
) -> None:
    night.run(session, book, east, at("2026-03-11 02:30"))
    event = session.scalars(select(Event).where(Event.step == 1)).one()
    assert (event.happened_at, event.recorded_at) == (at("2026-03-04 10:45"), at("2026-03-11 02:30"))
    assert (event.person_id, event.stage_from, event.stage_to) == (None, None, None)


def test_a_vacant_topmost_post_is_not_said_to_be_answered_for_by_one_above(session: Session, book: Rulebook) -> None:
    session.execute(update(Posting).values(until_on=date(2026, 1, 2)))
    told = night_facts(session, book, date(2026, 3, 3), at("2026-03-04 02:30"))
    assert told["vacant"]
    assert not any(each["above"] for each in told["vacant"])
    assert "上面没有人能接" in render("night_report", "zh_CN", told)
    assert "上一级岗位接着" not in render("night_report", "zh_CN", told)
