"""What somebody waits for: requests decided with a personal code, call-ups answered, holds ended early."""

from datetime import datetime
from functools import partial

from sqlalchemy import select

from deployments.demonstration.asides import HANDLERS, VERIFIERS, done
from deployments.demonstration.day import Day
from models.actions import calling, codes, holding
from models.queries import people
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.requests import Request
from models.vocabulary import OWED, DutyKind


def asked(day: Day) -> dict[int, int]:
    """Who asked, as person id, by issue for which a decision is owed."""
    pending = select(Request.issue_id, Request.asked_by).join(Issue, Issue.id == Request.issue_id)
    pending = pending.where(Issue.county_id == day.book.county.id, Request.decided_at.is_(None))
    return dict(day.session.execute(pending).tuples().all())


def called(day: Day) -> dict[int, int]:
    """The unit that was called, by issue for which its answer is owed."""
    owed = select(Duty.issue_id, Duty.unit_id).join(Issue, Issue.id == Duty.issue_id)
    owed = owed.where(Issue.county_id == day.book.county.id, Duty.kind == DutyKind.ANSWER, Duty.state.in_(OWED))
    return dict(day.session.execute(owed).tuples().all())


def decide(day: Day, issue: Issue, asked_by: int, now: datetime) -> None:
    """Mostly it is allowed, one tier up."""
    unit, asking = day.cast.units[issue.unit_id], day.cast.people[asked_by]
    by = day.cast.acting(unit, VERIFIERS, depth=day.book.lowest - 1, but=asking)
    if by is None or not day.happens("decide"):
        return
    secret = _code(day, by)
    if day.happens("refuse"):
        reason = day.reason("refuse")
        do = partial(holding.refuse, day.session, day.book, issue.number, reason=reason, secret=secret, by=by, now=now)
    else:
        do = partial(holding.approve, day.session, day.book, issue.number, secret=secret, by=by, now=now)
    done(day, do)


def _code(day: Day, by: str) -> str:
    """The personal code of somebody who decides; given when first needed, for hashing one takes long."""
    secret = str(day.plan["personal_code"])
    if people.person(day.session, day.book.county.id, by).code_hash is None:
        codes.set_code(day.session, day.book.county.id, by, secret)
    return secret


def answer(day: Day, issue: Issue, unit_id: int, now: datetime) -> None:
    """The unit called says something at last."""
    by = day.cast.acting(day.cast.units[unit_id])
    if by and day.happens("answer"):
        note = day.reason("answer")
        done(day, partial(calling.answer, day.session, day.book, issue.number, note=note, by=by, now=now))


def resume(day: Day, issue: Issue, now: datetime) -> None:
    """What was waited for has come earlier."""
    by = day.cast.acting(day.cast.units[issue.unit_id], HANDLERS)
    if by and issue.held_until is not None and day.happens("resume"):
        reason = day.reason("resume")
        done(day, partial(holding.resume, day.session, day.book, issue.number, reason=reason, by=by, now=now))
