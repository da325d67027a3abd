"""What a person holds: posts and what these owe, absences, whom they stand in for, what they are to decide."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import posts
from models.queries.rulebook import Rulebook
from models.rules import records
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.people import Absence, Person
from models.tables.places import Post, Unit
from models.tables.requests import Request
from models.vocabulary import DutyKind, DutyState, RequestKind


@dataclass(frozen=True)
class Held:
    """A post, from when to when (None: until further notice), and how many duties it owes, those on hold apart."""

    post_id: int
    post: records.Post
    from_on: date
    until_on: date | None
    open: int
    held: int


@dataclass(frozen=True)
class Leave:
    """Somebody is away for some days, and who stands in for them, if anybody does."""

    code: str
    person: str
    deputy: str | None
    from_on: date
    last_on: date
    reason: str


@dataclass(frozen=True)
class Decision:
    """What a person is asked to decide: what for, until when, by whom."""

    number: str
    what: RequestKind
    until_on: date
    asked_by: str


@dataclass(frozen=True)
class Promise:
    """Until when the work on an issue is promised."""

    number: str
    promised_at: datetime


@dataclass(frozen=True)
class Holdings:
    """Everything a person who leaves would leave behind; what is over is left out."""

    code: str
    name: str
    posts: tuple[Held, ...]
    absences: tuple[Leave, ...]
    stands_in: tuple[Leave, ...]
    decisions: tuple[Decision, ...]
    promises: tuple[Promise, ...]


def holdings(session: Session, book: Rulebook, person: Person, now: datetime) -> Holdings:
    """What a person holds at an instant, and will later."""
    today = book.local_date(now)
    held = _held(session, person, today)
    own = {each.post_id for each in held}
    return Holdings(
        code=person.code,
        name=person.name,
        posts=held,
        absences=leaves(session, book, today, Absence.person_id == person.id),
        stands_in=leaves(session, book, today, Absence.deputy_id == person.id),
        decisions=_decisions(session, own),
        promises=_promises(session, own),
    )


def _held(session: Session, person: Person, today: date) -> tuple[Held, ...]:
    postings = posts.held_from(session, person.id, today)
    open_, held = (func.count(Duty.id).filter(Duty.state == state) for state in (DutyState.OPEN, DutyState.HELD))
    rows = session.execute(
        select(Post.id, Unit.name, Post.role, open_, held)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Duty, Duty.post_id == Post.id)
        .where(Post.id.in_({each.post_id for each in postings}))
        .group_by(Post.id, Unit.id)
    )
    known = {post_id: (records.Post(unit, role), owed, paused) for post_id, unit, role, owed, paused in rows}
    found = ((each, *known[each.post_id]) for each in postings)
    return tuple(Held(at.post_id, post, at.from_on, at.until_on, owed, paused) for at, post, owed, paused in found)


def leaves(session: Session, book: Rulebook, today: date, *conditions: ColumnElement[bool]) -> tuple[Leave, ...]:
    """The absences of a county's people that are not over, the first to begin standing first."""
    deputy = aliased(Person)
    rows = session.execute(
        select(Person.code, Person.name, deputy.name, Absence.from_on, Absence.until_on, Absence.reason)
        .join(Person, Person.id == Absence.person_id)
        .outerjoin(deputy, deputy.id == Absence.deputy_id)
        .where(Person.county_id == book.county.id, ~Absence.cancelled, Absence.until_on > today, *conditions)
        .order_by(Absence.from_on, Absence.id)
    )
    return tuple(
        Leave(code, name, stands_in, from_on, date.fromordinal(until_on.toordinal() - 1), reason)
        for code, name, stands_in, from_on, until_on, reason in rows
    )


def _decisions(session: Session, post_ids: set[int]) -> tuple[Decision, ...]:
    rows = session.execute(
        select(Issue.number, Request.what, Request.until_on, Person.name)
        .join(Issue, Issue.id == Request.issue_id)
        .join(Duty, (Duty.issue_id == Issue.id) & (Duty.kind == DutyKind.APPROVE))
        .join(Person, Person.id == Request.asked_by)
        .where(Request.decided_at.is_(None), Duty.state == DutyState.OPEN, Duty.post_id.in_(post_ids))
        .order_by(Request.id)
    )
    return tuple(Decision(*row) for row in rows)


def _promises(session: Session, post_ids: set[int]) -> tuple[Promise, ...]:
    promised = select(Issue.number, Duty.promised_at).join(Issue, Issue.id == Duty.issue_id)
    promised = promised.where(Duty.post_id.in_(post_ids), Duty.promised_at.is_not(None))
    return tuple(Promise(*row) for row in session.execute(promised.order_by(Duty.promised_at, Duty.id)) if row[1])
