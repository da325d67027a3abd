"""A calendar corrected: what moves, what stays, what is kept of before. Every date is counted by hand.

Offices work 8:30 to 12:00 and 14:00 to 17:30. Of 2026 all days are sure; of 2027 New Year's Day is expected off and
nothing else. The issue is raised on Tuesday 29 December 2026 at 10:00 with three working days: by what is expected it
is due on Monday 4 January at 10:00, yellow at 75 % (15.75 of 21 office hours) on Thursday the 31st at 11:45.
"""

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from models.actions import calendars, packs
from models.actions.calendars import Imported
from models.errors import CalendarEnds, ClockBehind, InvalidInput
from models.queries.calendars import Move, Moves, days, moves
from models.queries.rulebook import Rulebook, rulebook
from models.rules.announcing import Day
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.history import Revision
from models.vocabulary import Action, Basis, DutyKind, DutyState, RequestKind, Severity
from tests.county import COUNTY, at, reported, small_pack
from tests.models.cases import Case, refused
from tests.models.ledger import everything, steps

TUESDAY = "2026-12-29 10:00"
NOTICE = {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 10): True}
"""Of 2027: a long New Year, and a Sunday that is worked for it."""
THEN = "2026-12-30 09:00"


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    case = Case(session, book, reported(session, book, TUESDAY))
    return case.assigned("2026-12-29 10:10").signed("2026-12-29 10:20")


def announce(session: Session, listed: Mapping[date, bool], when: str = THEN) -> Imported:
    imported = calendars.import_days(session, COUNTY, listed, now=at(when))
    session.expire_all()
    return imported


def times(*written: str) -> list[datetime]:
    return [at(each) for each in written]


def reschedulings(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.action == Action.RESCHEDULE).order_by(Event.id)))


def test_until_the_notice_comes_it_rests_on_a_day_not_yet_announced(case: Case) -> None:
    assert (case.work.due_at, case.work.provisional) == (at("2027-01-04 10:00"), True)
    assert case.work.steps_at[0] == at("2026-12-31 11:45")


def test_what_is_due_on_such_a_day_moves_when_the_notice_comes(case: Case) -> None:
    imported = announce(case.session, NOTICE)
    assert (imported.years, imported.moved) == ((2027,), 1)
    work = case.work
    assert (work.due_at, work.provisional, work.basis) == (at("2027-01-05 10:00"), False, Basis.POLICY)
    assert work.steps_at == times(
        "2026-12-31 11:45",  # the same 15.75 hours
        "2027-01-05 10:00",
        "2027-01-06 10:00",
        "2027-01-08 10:00",
        "2027-01-11 10:00",  # Sunday the 10th is worked
    )
    assert (work.step, work.next_step_at, work.changed_at) == (0, work.steps_at[0], at(THEN))


def test_what_it_was_stays_in_the_history_and_in_the_revisions(case: Case) -> None:
    before = case.work
    old = (before.due_at, [*before.steps_at])
    announce(case.session, NOTICE)
    event = reschedulings(case.session)[-1]
    assert event.facts
    assert event.facts["why"] == "calendar"
    assert (
        datetime.fromisoformat(event.facts["due_at"]),
        [*map(datetime.fromisoformat, event.facts["steps_at"])],
    ) == old
    assert (event.duty_id, event.issue_id, event.happened_at, event.recorded_at, event.person_id) == (
        *(case.work.id, case.issue.id, at(THEN), at(THEN)),
        None,
    )
    own = select(Revision.content).where(Revision.kind == "duties", Revision.row_id == case.work.id)
    known = [datetime.fromisoformat(each["due_at"]) for each in case.session.scalars(own.order_by(Revision.id))]
    assert known[-2:] == times("2027-01-04 10:00", "2027-01-05 10:00")
    move = Move(case.issue.number, DutyKind.ACT, *times("2027-01-04 10:00", "2027-01-05 10:00"))
    assert moves(case.session, case.book.county.id, since=0, limit=9) == Moves(1, [move])


def test_announced_again_nothing_changes(case: Case) -> None:
    announce(case.session, NOTICE)
    before = everything(case.session)
    assert announce(case.session, NOTICE, "2026-12-31 09:00") == Imported((), {}, 0)
    assert everything(case.session) == before


def test_where_the_notice_says_what_was_expected_only_the_doubt_goes(case: Case) -> None:
    assert announce(case.session, {date(2027, 1, 1): False}) == Imported((2027,), {}, 0)
    assert (case.work.due_at, case.work.provisional) == (at("2027-01-04 10:00"), False)
    assert reschedulings(case.session) == []


def test_steps_that_have_fired_keep_their_instants(case: Case) -> None:
    case.night("2026-12-31 14:30")  # yellow since 11:45
    announce(case.session, {date(2026, 12, 31): False, **NOTICE}, "2026-12-31 15:00")
    work = case.work
    # Without the 31st the third working day is the 6th; 15.75 hours would be used up on the 5th at 11:45.
    assert (work.step, work.due_at) == (1, at("2027-01-06 10:00"))
    assert work.steps_at[:3] == times("2026-12-31 11:45", "2027-01-06 10:00", "2027-01-07 10:00")
    assert work.next_step_at == work.steps_at[1]
    case.night("2027-01-06 02:30").night("2027-01-06 10:30")
    fired = [(step, scheduled) for step, scheduled, _ in steps(case.session, case.issue, DutyKind.ACT)]
    assert fired == [(1, at("2026-12-31 11:45")), (2, at("2027-01-06 10:00"))]


def test_a_step_to_come_never_falls_before_one_that_has_fired(case: Case) -> None:
    case.night("2027-01-05 10:30")  # three steps have fired, the last at 10:00 that day
    announce(case.session, {date(2027, 1, 2): True, date(2027, 1, 3): True}, "2027-01-05 11:00")
    work = case.work
    assert (work.step, work.due_at) == (3, at("2027-01-01 10:00"))
    assert work.steps_at == times(
        *("2026-12-31 11:45", "2027-01-04 10:00", "2027-01-05 10:00"),  # as they fired
        *("2027-01-05 10:00", "2027-01-06 10:00"),  # the third working day after the 1st would be Monday the 4th
    )


def test_a_clock_that_stands_still_moves_too_and_stands_on(case: Case) -> None:
    case.held(date(2027, 1, 18), "2026-12-29 11:00", "2026-12-29 11:30")
    announce(case.session, NOTICE)
    work = case.work
    assert (work.state, work.held_at, work.next_step_at) == (DutyState.HELD, at("2026-12-29 11:30"), None)
    assert work.due_at == at("2027-01-05 10:00")
    case.book = rulebook(case.session, COUNTY)
    case.night("2027-01-18 02:30")
    # 19.5 hours were left: 7 on Monday the 18th, 7 on Tuesday, 5.5 on Wednesday.
    assert case.work.due_at == at("2027-01-20 16:00")


def test_what_went_on_after_a_hold_has_left_what_was_left_then(case: Case) -> None:
    case.held(date(2027, 1, 4), "2026-12-29 11:00", "2026-12-29 11:30").night("2027-01-04 02:30")
    assert case.work.due_at == at("2027-01-06 16:00")  # 19.5 hours from Monday the 4th on
    announce(case.session, {date(2027, 1, 5): False, date(2027, 1, 1): False}, "2027-01-04 09:00")
    work = case.work
    assert (work.due_at, work.basis, work.basis_at) == (
        at("2027-01-07 16:00"),
        Basis.RESUMPTION,
        at("2027-01-04 00:00"),
    )


def test_a_date_that_was_agreed_upon_stays_and_the_steps_follow_it(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2027, 1, 8), "2026-12-29 11:00").approved("2026-12-29 11:30")
    # 49 office hours: 36.75 are used up on the 6th at 11:45; a day after the 8th is Monday the 11th.
    assert case.work.steps_at[:3] == times("2027-01-06 11:45", "2027-01-08 10:00", "2027-01-11 10:00")
    announce(case.session, NOTICE)
    work = case.work
    assert (work.due_at, work.basis) == (at("2027-01-08 10:00"), Basis.EXTENSION)
    # 42 office hours: 31.5 are used up on the 6th at 15:30; a day after the 8th is Sunday the 10th, which is worked.
    assert work.steps_at[:3] == times("2027-01-06 15:30", "2027-01-08 10:00", "2027-01-10 10:00")
    assert [event.duty_id for event in reschedulings(case.session)] == [work.id]


def test_what_is_taken_back_goes_by_the_calendar_as_it_is_now(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2027, 1, 8), "2026-12-29 11:00").approved("2026-12-29 11:30")
    announce(case.session, NOTICE)
    case.book = rulebook(case.session, COUNTY)
    case.voided("2026-12-30 10:00")
    work = case.work
    assert (work.due_at, work.basis, work.provisional) == (at("2027-01-05 10:00"), Basis.POLICY, False)
    assert work.steps_at[:2] == times("2026-12-31 11:45", "2027-01-05 10:00")
    own = [event.facts or {} for event in reschedulings(case.session) if event.duty_id == work.id]
    # By the correction its later steps moved, by the taking back all of it.
    assert [datetime.fromisoformat(facts["due_at"]) for facts in own] == times("2027-01-08 10:00", "2027-01-04 10:00")


def test_the_steps_of_an_agreed_date_count_from_when_the_clock_went_on(case: Case) -> None:
    case.held(date(2027, 1, 4), "2026-12-29 11:00", "2026-12-29 11:30").night("2027-01-04 02:30")
    case.asked(RequestKind.EXTENSION, date(2027, 1, 8), "2027-01-04 09:00").approved("2027-01-04 09:30")
    # 33.5 office hours from Monday the 4th to Friday the 8th at 16:00: 25 h 7.5 are used up on Thursday afternoon.
    assert case.work.steps_at[:2] == [at("2027-01-07 14:37:30"), at("2027-01-08 16:00")]
    announce(case.session, {date(2027, 1, 5): False, date(2027, 1, 1): False}, "2027-01-04 10:00")
    # 26.5 hours, of which 19 h 52.5 are used up on Thursday at 16:22:30.
    assert case.work.steps_at[:2] == [at("2027-01-07 16:22:30"), at("2027-01-08 16:00")]


def test_what_was_over_by_mistake_when_the_notice_came_goes_by_it_too(case: Case) -> None:
    case.done("2026-12-29 11:00")
    announce(case.session, NOTICE)
    case.book = rulebook(case.session, COUNTY)
    case.voided("2026-12-30 10:00")
    assert (case.work.due_at, case.work.provisional) == (at("2027-01-05 10:00"), False)
    assert case.work.next_step_at == case.work.steps_at[0] == at("2026-12-31 11:45")


def test_a_clock_that_never_stops_does_not_move(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-12-31 20:00", severity=Severity.URGENT)
    announce(session, NOTICE, "2026-12-31 21:00")
    duties = session.scalars(select(Duty).where(Duty.issue_id == issue.id)).all()
    assert {duty.due_at for duty in duties if duty.kind is DutyKind.ACT} == {at("2027-01-01 20:00")}
    assert not any(duty.provisional for duty in duties)
    assert reschedulings(session) == []


def test_only_what_moves_is_written(case: Case) -> None:
    early = Case(case.session, case.book, reported(case.session, case.book, "2026-12-29 10:30"))
    done = case.session.scalars(select(Duty).where(Duty.issue_id == case.issue.id, Duty.kind == DutyKind.SIGN)).one()
    ended = (done.due_at, done.changed_at, done.state)
    others = reported(case.session, case.book, "2026-12-29 11:00", grid="west-1", severity=Severity.URGENT)
    before = everything(case.session)["revisions"]
    assert announce(case.session, NOTICE).moved == 2
    assert early.work.due_at == at("2027-01-05 10:30")
    assert len(everything(case.session)["revisions"]) == len(before) + 2
    case.session.refresh(done)
    assert (done.due_at, done.changed_at, done.state) == ended
    duty = case.session.scalars(select(Duty).where(Duty.issue_id == others.id, Duty.kind == DutyKind.ACT)).one()
    assert duty.changed_at == at("2026-12-29 11:00")


def test_a_whole_year_is_settled_by_its_notice_whatever_was_expected(session: Session, book: Rulebook) -> None:
    before = days(session, book.county.id)
    notice = {date(2027, 2, 5): False, date(2027, 2, 6): True, date(2027, 2, 8): False}
    imported = announce(session, notice)
    after = days(session, book.county.id)
    year = [day for day in after if day.year == 2027]
    assert len(year) == 365
    assert all(after[day].confirmed for day in year)
    # New Year's Day, expected off, is not in the notice.
    assert imported.days == {
        date(2027, 1, 1): True,
        date(2027, 2, 5): False,
        date(2027, 2, 6): True,
        date(2027, 2, 8): False,
    }
    assert [day for day in after if after[day].worked is not before[day].worked] == [*imported.days]
    assert rulebook(session, COUNTY).calendar.confirmed_until == date(2027, 12, 31)


def test_a_sure_year_is_corrected_day_by_day(case: Case) -> None:
    imported = announce(case.session, {date(2026, 12, 31): False}, "2026-12-30 08:00")
    assert imported == Imported((), {date(2026, 12, 31): False}, 1)
    assert case.work.due_at == at("2027-01-05 10:00")
    assert case.work.provisional  # 2027 is as unsure as before
    announce(case.session, {date(2026, 12, 31): True}, "2026-12-30 09:00")
    assert case.work.due_at == at("2027-01-04 10:00")


def test_a_pack_does_not_take_back_what_was_announced(case: Case) -> None:
    announce(case.session, NOTICE)
    before = everything(case.session)
    packs.load(case.session, small_pack(), calendar_days(small_pack(), 2026), now=at("2026-12-31 09:00"))
    assert everything(case.session) == before


def test_a_pack_with_other_days_counts_anew_what_is_owed(case: Case) -> None:
    closing = [
        (day, worked and day != date(2026, 12, 31), sure) for day, worked, sure in calendar_days(small_pack(), 2026)
    ]
    packs.load(case.session, small_pack(), closing, now=at(THEN))
    assert case.work.due_at == at("2027-01-05 10:00")
    assert [event.duty_id for event in reschedulings(case.session)] == [case.work.id]


def test_a_year_that_leaves_a_gap_is_refused(session: Session, book: Rulebook) -> None:
    with refused(session, InvalidInput, why="calendar_gap", year=2029, first=2025, last=2027), session.begin_nested():
        calendars.import_days(session, COUNTY, {date(2029, 1, 1): False}, now=at(THEN))
    announce(session, {date(2028, 1, 3): False, date(2029, 1, 1): False})
    assert {day.year for day in days(session, book.county.id)} == {2025, 2026, 2027, 2028, 2029}
    assert days(session, book.county.id)[date(2028, 2, 29)] == Day(worked=True, confirmed=True)


def test_the_leap_day_is_a_day_like_others(session: Session) -> None:
    announce(session, {date(2028, 1, 3): False})
    case = Case(session, rulebook(session, COUNTY), reported(session, rulebook(session, COUNTY), "2028-02-28 15:00"))
    assert case.work.due_at == at("2028-03-02 15:00")  # Tuesday the 29th, Wednesday, Thursday
    announce(session, {date(2028, 2, 29): False}, "2028-02-28 16:00")
    assert case.work.due_at == at("2028-03-03 15:00")


def test_a_correction_after_which_the_calendar_is_too_short_is_refused_as_a_whole(session: Session) -> None:
    reported(session, rulebook(session, COUNTY), "2027-12-20 10:00")  # its last step is on the 30th
    with refused(session, CalendarEnds), session.begin_nested():
        off = {date(2027, 12, day): False for day in range(21, 32)}
        calendars.import_days(session, COUNTY, off, now=at("2027-12-20 11:00"))


def test_nothing_is_counted_anew_behind_the_clock(case: Case) -> None:
    with refused(case.session, ClockBehind), case.session.begin_nested():
        calendars.import_days(case.session, COUNTY, NOTICE, now=at("2026-12-28 09:00"))
