"""Asking for a hold or more time, deciding it one tier up, and going on after a hold."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from models.actions import clocks, codes, duties, suspending
from models.actions.side_exits import demand_reason
from models.actions.taking import Case, conclude, lapse, take
from models.errors import GateClosed, InvalidInput
from models.queries import requests
from models.queries.rulebook import Rulebook, levels_by_id
from models.rules.escalation import Schedule
from models.rules.extension import extended
from models.rules.worktime import Allowance
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.requests import Request
from models.vocabulary import OWED, Action, Basis, DutyKind, RequestKind, Severity

ABOUT = {
    RequestKind.EXTENSION: (DutyKind.ACT,),
    RequestKind.HOLD: (DutyKind.ACT, DutyKind.EVALUATE, DutyKind.CLOSE),
}
"""The duty a request is about: the first of these that is owed."""
DECIDES = {RequestKind.HOLD: Action.HOLD, RequestKind.EXTENSION: Action.EXTEND}


def ask(
    session: Session,
    book: Rulebook,
    number: str,
    *,
    what: RequestKind,
    until: date,
    reason: str,
    by: str,
    now: datetime,
) -> Issue:
    """Ask that an issue be put on hold until a day, or that its work be due on a later day, at the same hour.

    Whoever answers one tier above the holder of what it is about owes the decision.

    :raises GateClosed: something is asked for already, nothing is owed that could be held or extended, nobody stands
        above who could decide, the due time has passed, or there were extensions enough.
    :raises InvalidInput: the day is not later, or later than policy allows.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.ASK, by=by, now=now)
    if requests.pending(session, case.issue.id) is not None:
        raise GateClosed(why="asked_already", number=number)
    duty = _about(session, case.issue, what)
    owing = duties.owing_unit(session, duty)
    if owing.depth == 0:
        raise GateClosed(why="nobody_above", number=number, unit=owing.name)
    if what is RequestKind.EXTENSION:
        _demand_extensible(session, book, duty, case.issue, now)
    _demand_within_bounds(book, duty, what, until, now)
    asked = Request(
        issue_id=case.issue.id,
        duty_id=duty.id,
        what=what,
        until_on=until,
        reason=case.said(reason),
        asked_by=case.person.id,
        asked_at=now,
    )
    session.add(asked)
    owners = {DutyKind.APPROVE: owing.answering[owing.depth - 1]}
    return conclude(session, book, case, now, owners, reason=reason, what=what, until=until.isoformat())


def _about(session: Session, issue: Issue, what: RequestKind) -> Duty:
    owed = (duties.owed_duty(session, issue.id, kind) for kind in ABOUT[what])
    found = next((duty for duty in owed if duty), None)
    if found is None:
        raise GateClosed(why="nothing_to_extend", number=issue.number)
    return found


def _demand_extensible(session: Session, book: Rulebook, duty: Duty, issue: Issue, now: datetime) -> None:
    """It is not due yet, nor due so late that policy gives no more, and has not been extended enough."""
    if now >= duty.due_at:
        raise GateClosed(why="past_due", number=issue.number, due_at=duty.due_at)
    latest = _day_after(book, duty.opened_at, book.bounds.longest_extended)
    if latest <= book.local_date(duty.due_at):
        raise GateClosed(why="longest_reached", number=issue.number, latest=latest)
    void = aliased(Event)
    given = select(func.count()).where(Event.issue_id == issue.id, Event.action == Action.EXTEND)
    given = given.where(Event.duty_id == duty.id, ~select(void.id).where(void.voids_id == Event.id).exists())
    most = book.bounds.most_extensions
    if session.scalars(given).one() >= most:
        raise GateClosed(why="extended_enough", number=issue.number, most=most)


def _demand_within_bounds(book: Rulebook, duty: Duty, what: RequestKind, until: date, now: datetime) -> None:
    """The day lies later than what stands, and not beyond what policy allows."""
    if what is RequestKind.HOLD:
        earliest, latest = book.local_date(now), _day_after(book, now, book.bounds.longest_hold)
    else:
        earliest, latest = book.local_date(duty.due_at), _day_after(book, duty.opened_at, book.bounds.longest_extended)
    if not earliest < until <= latest:
        raise InvalidInput(why="until", until=until, after=earliest, latest=latest)


def _day_after(book: Rulebook, start: datetime, limit: Allowance) -> date:
    return book.local_date(book.calendar.due_at(start, limit))


def keep_above(session: Session, book: Rulebook, issue: Issue, now: datetime) -> None:
    """A decision is owed above whoever owes what it is about, also when that has gone up to whom it was asked of."""
    asked = requests.pending(session, issue.id)
    deciding = duties.owed_duty(session, issue.id, DutyKind.APPROVE) if asked else None
    if asked is None or deciding is None:
        return
    owing = duties.owing_unit(session, session.get_one(Duty, asked.duty_id, populate_existing=True))
    if duties.owing_unit(session, deciding).depth < owing.depth:
        return
    if owing.depth == 0:  # nobody is left who could decide
        duties.cancel(session, issue.id, (DutyKind.APPROVE,), now=now)
        lapse(session, issue.id, now)
        return
    deciding.post_id, deciding.unit_id = owing.answering[owing.depth - 1], owing.path[owing.depth - 1]
    deciding.changed_at = now
    arming = duties.next_arming(session, deciding.id, 0, deciding.post_id)
    urgent = issue.severity is Severity.URGENT
    session.add(
        duties.newly_yours(book.county.id, deciding.id, deciding.post_id, urgent=urgent, now=now, arming=arming)
    )


def approve(session: Session, book: Rulebook, number: str, *, secret: str, by: str, now: datetime) -> Issue:
    """Allow what was asked for, with one's personal code: the clocks stand still, or the work is due later.

    :raises GateClosed: nothing is asked for, it has been overtaken, or the person asked for it themselves.
    :raises NotAllowed: the person holds no post one tier above whoever owes what it is about, or higher.
    :raises WrongCode: the code is not theirs.
    """
    asked = _asked(session, book, number)
    case = _deciding(session, book, number, DECIDES[asked.what], asked, secret=secret, by=by, now=now)
    _demand_of_use(session, book, asked, number, now)
    asked.decided_by, asked.decided_at, asked.approved = case.person.id, now, True
    until = asked.until_on.isoformat()
    if asked.what is RequestKind.EXTENSION:
        conclude(session, book, case, now, duty_id=asked.duty_id, until=until, reason=asked.reason)
        _extend(session, book, session.get_one(Duty, asked.duty_id, populate_existing=True), asked.until_on, now)
        return case.issue
    suspending.follow(session, book, [case.issue.id], now=now)  # a clock whose suspension is over has gone on until now
    case.issue.held_until = asked.until_on
    conclude(session, book, case, now, until=until, reason=asked.reason)
    clocks.hold_duties(session, _owed_ids(session, case.issue.id), held_at=now, now=now)
    return case.issue


def _demand_of_use(session: Session, book: Rulebook, asked: Request, number: str, now: datetime) -> None:
    """What was asked for may have been overtaken: its day has come, or a call-up has given the work longer."""
    if asked.until_on <= book.local_date(now):
        raise GateClosed(why="asked_too_late", number=number, until=asked.until_on)
    due_at = session.get_one(Duty, asked.duty_id, populate_existing=True).due_at
    if asked.what is RequestKind.EXTENSION and asked.until_on <= book.local_date(due_at):
        raise GateClosed(why="due_later", number=number, until=asked.until_on, due_at=due_at)


def refuse(session: Session, book: Rulebook, number: str, *, reason: str, secret: str, by: str, now: datetime) -> Issue:
    """Not allow what was asked for; everything stays as it was.

    :raises GateClosed: nothing is asked for, or the person asked for it themselves.
    :raises NotAllowed: as for approving.
    :raises WrongCode: the code is not theirs.
    """
    demand_reason(reason)
    asked = _asked(session, book, number)
    case = _deciding(session, book, number, Action.REFUSE, asked, secret=secret, by=by, now=now)
    asked.decided_by, asked.decided_at, asked.approved = case.person.id, now, False
    return conclude(session, book, case, now, reason=reason, what=asked.what)


def _asked(session: Session, book: Rulebook, number: str) -> Request:
    wanted = select(Request).join(Issue, Issue.id == Request.issue_id)
    wanted = wanted.where(Issue.county_id == book.county.id, Issue.number == number, Request.decided_at.is_(None))
    found = session.scalar(wanted)
    if found is None:
        raise GateClosed(why="nothing_asked", number=number)
    return found


def _deciding(
    session: Session,
    book: Rulebook,
    number: str,
    action: Action,
    asked: Request,
    *,
    secret: str,
    by: str,
    now: datetime,
) -> Case:
    case = take(session, book, number, action, by=by, now=now)
    session.refresh(asked)
    if asked.decided_at is not None:  # somebody else was faster
        raise GateClosed(why="nothing_asked", number=number)
    if asked.asked_by == case.person.id:
        raise GateClosed(why="asked_themselves", by=by, number=number)
    codes.check_code(case.person, secret)
    return case


def _extend(session: Session, book: Rulebook, duty: Duty, until: date, now: datetime) -> None:
    level = levels_by_id(session, book.county.id, {duty.service_level_id})[duty.service_level_id]
    counts_from = duty.basis_at or duty.opened_at  # a share of time in which the clock stood still is no share
    stood = Schedule(counts_from, duty.due_at, tuple(duty.steps_at), duty.provisional)
    due = book.calendar.same_clock_on(duty.due_at, until)
    duty.basis = Basis.EXTENSION
    clocks.set_times(duty, extended(level, stood, due, duty.step, book.calendar), now=now)
    session.flush()


def _owed_ids(session: Session, issue_id: int) -> list[int]:
    return list(session.scalars(select(Duty.id).where(Duty.issue_id == issue_id, Duty.state.in_(OWED))))


def resume(session: Session, book: Rulebook, number: str, *, reason: str, by: str, now: datetime) -> Issue:
    """Let an issue on hold go on before its day; where that has come and no night yet, from when it began.

    :raises GateClosed: it is not on hold.
    """
    demand_reason(reason)
    case = take(session, book, number, Action.RESUME, by=by, now=now)
    if case.issue.held_until is None:
        raise GateClosed(why="not_on_hold", number=number)
    ended = min(now, book.calendar.midnight(case.issue.held_until))
    case.issue.held_until = None
    conclude(session, book, replace(case, happened_at=ended), now, reason=reason)
    _go_on(session, book, case.issue, ended, now)
    return case.issue


HOLDS_ENDED = (
    select(Issue)
    .where(Issue.community_id == bindparam("community"), Issue.held_until <= bindparam("today"))
    .order_by(Issue.id)
    .with_for_update()
)


def resume_due(session: Session, book: Rulebook, community_id: int, now: datetime) -> int:
    """Let the issues of a community go on whose hold has ended, from the midnight on which it did.

    :return: how many.
    """
    ended = session.scalars(HOLDS_ENDED, {"community": community_id, "today": book.local_date(now)}).all()
    for issue in ended:
        midnight = book.calendar.midnight(issue.held_until or book.local_date(now))
        session.add(_gone_on(book, issue, midnight, now))
        issue.held_until, issue.changed_at = None, now
        session.flush()
        _go_on(session, book, issue, midnight, now)
    return len(ended)


def _go_on(session: Session, book: Rulebook, issue: Issue, at: datetime, now: datetime) -> None:
    clocks.resume_duties(session, book, _owed_ids(session, issue.id), resumed_at=at, now=now)
    suspending.stand_again(session, book, issue.id, at, now=now)


def _gone_on(book: Rulebook, issue: Issue, at: datetime, now: datetime) -> Event:
    return Event(
        county_id=book.county.id,
        issue_id=issue.id,
        action=Action.RESUME,
        stage_from=issue.stage,
        stage_to=issue.stage,
        happened_at=at,
        recorded_at=now,
    )
