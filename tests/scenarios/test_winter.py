"""One issue through a whole winter: a drain in the second half of January 2026, struck off for good in March.

Every date is counted by hand on the official calendar of 2026. What matters of it: Saturday 14 February is worked, then
come nine days off (the Spring Festival, Sunday 15 to Monday 23), and Saturday 28 February is worked. Offices work 8:30
to 12:00 and 14:00 to 17:30, seven hours a day. Nights run at 2:30, messages are written at 7:45.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import absences, casework, holding, night, promises, side_exits
from models.actions.absences import Leave
from models.actions.messages import compose
from models.actions.reporting import Report, report
from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.escalation import light
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.people import Person
from models.vocabulary import (
    Action,
    DutyKind,
    DutyState,
    Lane,
    Light,
    MessageKind,
    Rating,
    RequestKind,
    Severity,
    Stage,
)
from tests.county import SECRET, ZONE, at
from tests.models.ledger import history, owed
from tests.models.lifecycle import invariants
from tests.models.lifecycle.snapshots import Snapshot, not_in_revisions
from tests.rules.calendars import OFF_2026, WORKED_2026

# Who is who: 李青 W01 and 王芳 W02 work the grids east-1 and east-2, 钱进 K01 and 冯雪 K02 are their cadres, 周敏 S01
# is the first secretary of the community, 孙立 P01 the secretary of the committee above.
NIGHT, MORNING, DAY = time(2, 30), time(7, 45), timedelta(days=1)
MISSED = {date(2026, 2, 11), date(2026, 2, 12), date(2026, 2, 26)}
"""The nights on which the machine was down."""

ACT, SIGN, APPROVE = DutyKind.ACT, DutyKind.SIGN, DutyKind.APPROVE
EVALUATE, CLOSE = DutyKind.EVALUATE, DutyKind.CLOSE
Told = tuple[str, DutyKind, int, str]
"""Whom a message told of which duty and step, and what the step asks ("new" of step 0)."""


class Winter:
    """The county in that winter: people act at times, nights and mornings come in between."""

    def __init__(self, session: Session, book: Rulebook) -> None:
        self.session, self.book = session, book
        self.today = date(2026, 1, 20)
        self.told: dict[date, list[Told]] = defaultdict(list)
        self.issue: Issue

    def comes(self, when: str) -> datetime:
        """Let the nights and mornings up to an instant pass."""
        now = at(when)
        while (self.today + DAY) <= now.astimezone(ZONE).date():
            self.today += DAY
            if self.today not in MISSED:
                for community in units.communities(self.session, self.book.county.id):
                    night.run(self.session, self.book, community.id, self.clock(NIGHT))
            compose(self.session, self.book, self.clock(MORNING), MessageKind.DIGEST)
            self.told[self.today] += self.messages(self.clock(MORNING))
        self.session.expire_all()
        return now

    def does(self, verb: Callable[..., object], when: str, *, by: str, **said: Any) -> None:
        """Somebody does something to the issue at a local time."""
        verb(self.session, self.book, self.issue.number, by=by, now=self.comes(when), **said)
        self.session.expire_all()

    def clock(self, clock: time) -> datetime:
        return at(f"{self.today} {clock:%H:%M}")

    def messages(self, composed_at: datetime) -> list[Told]:
        rows = self.session.execute(
            select(Person.code, Duty.kind, Notice.step, Notice.action)
            .join(Message, Message.person_id == Person.id)
            .join(Notice, Notice.message_id == Message.id)
            .join(Duty, Duty.id == Notice.duty_id)
            .where(Message.composed_at == composed_at)
            .order_by(Person.code, Notice.id)
        )
        return [(code, kind, step, action or "new") for code, kind, step, action in rows]

    def heard(self) -> dict[str, list[Told]]:
        """The mornings since the last time somebody looked, those without a message left out."""
        some = {f"{day:%m-%d}": told for day, told in self.told.items() if told}
        self.told.clear()
        return some

    def duty(self, kind: DutyKind) -> Duty:
        """The last duty of a kind."""
        wanted = select(Duty).where(Duty.issue_id == self.issue.id, Duty.kind == kind).order_by(Duty.id.desc())
        return self.session.scalars(wanted.limit(1).execution_options(populate_existing=True)).one()

    def ladder(self) -> list[str]:
        """The due time of the work, then its steps, as dates of the winter."""
        work = self.duty(ACT)
        return [f"{each.astimezone(ZONE):%m-%d %H:%M}" for each in (work.due_at, *work.steps_at)]

    def shines(self, when: str) -> Light:
        work = self.duty(ACT)
        return light(work.due_at, tuple(work.steps_at), at(when))


def test_one_issue_through_a_whole_winter(session: Session, book: Rulebook) -> None:
    winter = Winter(session, book)
    a_drain_is_reported_on_a_january_afternoon(winter)
    the_deputy_signs_for_the_absent(winter)
    it_lies_on_the_other_grid(winter)
    more_time_is_asked_for_and_given(winter)
    frost_stops_the_clock(winter)
    the_thaw_comes_on_a_night_that_is_missed(winter)
    the_festival_burns_no_steps(winter)
    a_promise_is_broken(winter)
    it_is_done_but_not_well(winter)
    the_paper_comes_late(winter)
    it_is_struck_off(winter)
    it_comes_back_and_is_struck_off_for_good(winter)
    the_history_tells_it_all(winter)


def test_the_days_of_the_story_are_the_official_ones(book: Rulebook) -> None:
    assert ((2, 15), (2, 23)) in OFF_2026
    assert {(2, 14), (2, 28)} <= set(WORKED_2026)
    three_weeks = (date(2026, 2, 12) + n * DAY for n in range(21))
    worked = " ".join(f"{day:%d}" for day in three_weeks if book.calendar.is_workday(day))
    assert worked == "12 13 14 24 25 26 27 28 02 03 04"


def a_drain_is_reported_on_a_january_afternoon(winter: Winter) -> None:
    """钱进 found it on Tuesday 20 January at 14:30 and writes it down at 15:00; a meeting is to decide: complex."""
    found_at, lane = at("2026-01-20 14:30"), Lane.COMPLEX
    what = Report("east-1", "drainage", Severity.ORDINARY, "井盖下冻裂", found_at, by="K01", lane=lane)
    winter.issue = report(winter.session, winter.book, what, now=winter.comes("2026-01-20 15:00"))
    # Seven working days from 14:30: Wednesday, Thursday, Friday, Monday 26, Tuesday, Wednesday, Thursday 29. That is 49
    # office hours; 75 % are 36.75: 3 on Tuesday, 28 until Monday, 5.75 on Tuesday 27, which is 16:15. Then one, three
    # and five working days after the due time.
    assert winter.ladder() == ["01-29 14:30", "01-27 16:15", "01-29 14:30", "01-30 14:30", "02-03 14:30", "02-05 14:30"]


def the_deputy_signs_for_the_absent(winter: Winter) -> None:
    """李青 visits her parents from Wednesday until Sunday; 王芳 stands in and gets the news in her place."""
    leave = Leave("W01", date(2026, 1, 21), date(2026, 1, 26), "探亲", "W02")
    absences.enter(winter.session, winter.book, leave, by="W01", now=winter.comes("2026-01-20 16:00"))
    winter.does(casework.sign, "2026-01-21 09:30", by="W02")
    assert winter.heard() == {"01-21": [("W02", SIGN, 0, "new")]}
    # Assigned at 2:30, before opening: two working hours end at 10:30, three quarters of them at 10:00.
    assert (winter.duty(SIGN).due_at, winter.duty(SIGN).steps_at[0]) == (at("2026-01-21 10:30"), at("2026-01-21 10:00"))
    assert history(winter.session, winter.issue)[-1].by == "W02"
    assert [each.post for each in owed(winter.session, winter.issue) if each.kind is ACT] == ["east-1"]


def it_lies_on_the_other_grid(winter: Winter) -> None:
    """周敏 gives it to east-2 on Thursday 22 at 10:00, where 王芳 signs again; the clock of the work goes on."""
    before = winter.ladder()
    winter.does(side_exits.transfer, "2026-01-22 10:00", by="S01", to="east-2", reason="井在二网格")
    assert winter.duty(SIGN).due_at == at("2026-01-22 12:00")
    winter.does(casework.sign, "2026-01-22 10:30", by="W02")
    assert (winter.ladder(), winter.duty(ACT).step) == (before, 0)


def more_time_is_asked_for_and_given(winter: Winter) -> None:
    """The pipe must be ordered: on Tuesday 27 at 10:00, two days before it is due, 王芳 asks for Friday 6 February."""
    until = date(2026, 2, 6)
    winter.does(holding.ask, "2026-01-27 10:00", by="W02", what=RequestKind.EXTENSION, until=until, reason="等管件")
    # 周敏 owes the answer within a working day, Wednesday 10:00, and is reminded two office hours before: 1.5 of
    # Wednesday, half an hour of Tuesday.
    assert winter.duty(APPROVE).steps_at[:2] == [at("2026-01-27 17:00"), at("2026-01-28 10:00")]
    winter.does(holding.approve, "2026-01-28 09:00", by="S01", secret=SECRET)
    # In the night before, both warnings had come: of the work (16:15) and of the answer (17:00).
    assert winter.heard() == {
        "01-28": [("S01", APPROVE, 0, "new"), ("S01", APPROVE, 1, "remind"), ("W02", ACT, 1, "remind")]
    }
    # The same hour on Friday 6 February; one working day later is Monday 9, three Wednesday 11, five Friday 13. What
    # has been given keeps its time.
    assert winter.ladder() == ["02-06 14:30", "01-27 16:15", "02-06 14:30", "02-09 14:30", "02-11 14:30", "02-13 14:30"]


def frost_stops_the_clock(winter: Winter) -> None:
    """Frozen ground: on Friday 30 at 15:00 王芳 asks to wait until Thursday 12 February, at 16:30 周敏 allows it."""
    until = date(2026, 2, 12)
    winter.does(holding.ask, "2026-01-30 15:00", by="W02", what=RequestKind.HOLD, until=until, reason="冻土")
    winter.does(holding.approve, "2026-01-30 16:30", by="S01", secret=SECRET)
    winter.comes("2026-02-10 12:00")
    work = winter.duty(ACT)
    assert (work.state, work.held_at, work.next_step_at, work.step) == (DutyState.HELD, at("2026-01-30 16:30"), None, 1)
    assert winter.heard() == {}, "Friday 6 and Monday 9 February went by in silence"


def the_thaw_comes_on_a_night_that_is_missed(winter: Winter) -> None:
    """The machine is down on the nights of 11 and 12 February; that of Friday 13 lets it go on from Thursday, 0:00."""
    winter.comes("2026-02-13 09:00")
    assert winter.issue.held_until is None
    assert history(winter.session, winter.issue)[-1] == (Action.RESUME, Stage.ACTING, Stage.ACTING, None)
    # On Friday 30 January at 16:30 were left: 1 + 4 x 7 + 4 = 33 hours to the due time, 40, 54 and 68 to the steps.
    # From Thursday 12 February: Thursday, Friday, Saturday are 21; Tuesday 24 makes 28, five hours of Wednesday 33:
    # 15:30. Thursday 26 makes 42, Friday 49, Saturday 28 (worked) 56, Monday 2 March 63, five hours of Tuesday 68.
    assert winter.ladder() == ["02-25 15:30", "01-27 16:15", "02-25 15:30", "02-26 15:30", "02-28 15:30", "03-03 15:30"]
    assert winter.shines("2026-02-13 09:00") is Light.YELLOW


def the_festival_burns_no_steps(winter: Winter) -> None:
    """Nine nights of the Spring Festival pass; on Tuesday 24 at 9:00 王芳 promises it by the end of Friday 27."""
    winter.does(promises.promise, "2026-02-24 09:00", by="W02", until=date(2026, 2, 27))
    assert winter.heard() == {}
    assert winter.duty(ACT).promised_at == at("2026-02-27 17:30")


def a_promise_is_broken(winter: Winter) -> None:
    """Red on Wednesday 25; the night of Thursday is missed, Friday's catches up; on Friday evening nothing is done."""
    winter.comes("2026-03-01 12:00")
    assert winter.heard() == {
        # Friday's night fires the steps of Wednesday and Thursday: 周敏 hears the higher one, 王芳 has promised.
        "02-27": [("S01", ACT, 3, "supervise")],
        # Friday 17:30 has passed: the reminder of the step where it stands comes again.
        "02-28": [("W02", ACT, 3, "remind")],
        # Saturday 28 at 15:30, a working day: the committee.
        "03-01": [("P01", ACT, 4, "supervise")],
    }
    assert winter.shines("2026-02-25 15:29") is Light.YELLOW
    assert winter.shines("2026-02-25 15:30") is Light.RED


def it_is_done_but_not_well(winter: Winter) -> None:
    """Done on Monday 2 March at 11:00; 周敏 calls on Tuesday at 10:00: the residents are not content."""
    winter.does(casework.done, "2026-03-02 11:00", by="W02", evidence="照片 31")
    winter.does(casework.evaluate, "2026-03-03 10:00", by="S01", rating=Rating.DISSATISFIED)
    assert winter.heard() == {"03-03": [("S01", EVALUATE, 0, "new")]}
    # A new clock from Tuesday 10:00: 4, 5, 6, 9, 10, 11, 12 March. 36.75 of 49 hours: 5.5 + 3 x 7 + 7 on Monday, 3.25
    # on Tuesday 10.
    assert winter.ladder() == ["03-12 10:00", "03-10 11:45", "03-12 10:00", "03-13 10:00", "03-17 10:00", "03-19 10:00"]
    assert (winter.issue.stage, winter.duty(ACT).step) == (Stage.ACTING, 0)


def the_paper_comes_late(winter: Winter) -> None:
    """Finished on Thursday 5 March at 16:00, but 王芳 writes it down only on Monday 9 at 9:00."""
    finished = at("2026-03-05 16:00")
    winter.does(casework.done, "2026-03-09 09:00", by="W02", evidence="照片 35", happened_at=finished)
    assert winter.heard() == {"03-04": [("W02", ACT, 0, "new")]}
    assert winter.duty(ACT).ended_at == finished
    assert winter.duty(EVALUATE).due_at == at("2026-03-10 09:00"), "what opens counts from when it is known"
    winter.does(casework.evaluate, "2026-03-09 15:00", by="S01", rating=Rating.SATISFIED)


def it_is_struck_off(winter: Winter) -> None:
    """What a meeting decided is published first: on Tuesday 10 March at 9:00; at 10:00 周敏 strikes it off."""
    winter.does(casework.publish, "2026-03-10 09:00", by="S01", where="公告栏")
    assert winter.heard() == {"03-10": [("S01", CLOSE, 0, "new")]}
    winter.does(casework.close, "2026-03-10 10:00", by="S01")
    assert (winter.issue.stage, winter.issue.closed_at) == (Stage.CLOSED, at("2026-03-10 10:00"))


def it_comes_back_and_is_struck_off_for_good(winter: Winter) -> None:
    """冯雪 sees on Monday 16 March at 10:00 that it is blocked again: a new clock; the closure of the 10th failed."""
    winter.does(casework.reopen, "2026-03-16 10:00", by="K02", reason="又堵了")
    # Seven working days: 17, 18, 19, 20, 23, 24, 25 March; 75 % fall on Monday 23 at 11:45.
    assert winter.ladder()[:2] == ["03-25 10:00", "03-23 11:45"]
    assert (winter.issue.reopenings, winter.issue.closed_at, winter.issue.published) == (1, None, None)
    winter.does(casework.done, "2026-03-17 14:00", by="W02", evidence="照片 40")
    winter.does(casework.evaluate, "2026-03-18 10:00", by="S01", rating=Rating.SATISFIED)
    winter.does(casework.publish, "2026-03-19 09:00", by="S01", exempt="只涉及一户")
    winter.does(casework.close, "2026-03-19 09:30", by="S01")
    assert winter.heard() == {
        "03-17": [("W02", ACT, 0, "new")],
        "03-18": [("S01", EVALUATE, 0, "new")],
        "03-19": [("S01", CLOSE, 0, "new")],
    }
    winter.comes("2026-03-31 12:00")
    assert winter.heard() == {}, "nothing is owed any more"


def the_history_tells_it_all(winter: Winter) -> None:
    """Who did what, one after the other; what nobody did, a night did."""
    told = " ".join(f"{entry.action}:{entry.by or 'night'}" for entry in history(winter.session, winter.issue))
    assert told == (
        "report:K01 assign:night sign:W02 transfer:S01 sign:W02 ask:W02 extend:S01 ask:W02 hold:S01 resume:night "
        "promise:W02 break:night done:W02 evaluate:S01 done:W02 evaluate:S01 publish:S01 close:S01 "
        "reopen:K02 done:W02 evaluate:S01 publish:S01 close:S01"
    )
    invariants.always(Snapshot.take(winter.session.connection()))
    assert not not_in_revisions(winter.session.connection())
