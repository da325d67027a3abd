"""Reading the ledger back in names, for tests to compare with what they expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.people import Person
from models.tables.places import Post, Unit
from models.tables.registry import METADATA
from models.vocabulary import Action, DutyKind, DutyState, Role, Stage, StepAction


class Entry(NamedTuple):
    """A line of an issue's history: what, from where to where, by whom (None: by rule)."""

    action: Action
    source: Stage | None
    target: Stage | None
    by: str | None


@dataclass(frozen=True)
class Owed:
    """A duty in names: the unit whose post it is (None: nobody's yet)."""

    kind: DutyKind
    state: DutyState
    post: str | None
    opened_at: datetime
    due_at: datetime
    step: int
    ended_at: datetime | None = None


class Heard(NamedTuple):
    """A notice in names."""

    kind: DutyKind
    step: int
    post: str
    action: StepAction | None


def history(session: Session, issue: Issue) -> list[Entry]:
    """What people and nights did to an issue, steps of escalation apart."""
    rows = session.execute(
        select(Event.action, Event.stage_from, Event.stage_to, Person.code)
        .outerjoin(Person, Person.id == Event.person_id)
        .where(Event.issue_id == issue.id, Event.action != Action.STEP)
        .order_by(Event.id)
    )
    return [Entry(*row) for row in rows]


def steps(session: Session, issue: Issue, kind: DutyKind) -> list[tuple[int | None, datetime, datetime]]:
    """The steps recorded of an issue's duties of a kind: number, when it was scheduled, when it was recorded."""
    rows = session.execute(
        select(Event.step, Event.happened_at, Event.recorded_at)
        .join(Duty, Duty.id == Event.duty_id)
        .where(Event.issue_id == issue.id, Event.action == Action.STEP, Duty.kind == kind)
        .order_by(Event.id)
    )
    return [(step, happened_at, recorded_at) for step, happened_at, recorded_at in rows]


def owed(session: Session, issue: Issue) -> list[Owed]:
    """All duties of an issue, oldest first."""
    rows = session.execute(
        select(Duty.kind, Duty.state, Unit.key, Duty.opened_at, Duty.due_at, Duty.step, Duty.ended_at)
        .outerjoin(Post, Post.id == Duty.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Duty.issue_id == issue.id)
        .order_by(Duty.id)
    )
    return [Owed(*row) for row in rows]


def still_owed(session: Session, issue: Issue) -> dict[DutyKind, Owed]:
    """The open duties of an issue."""
    return {duty.kind: duty for duty in owed(session, issue) if duty.state is DutyState.OPEN}


def heard(session: Session, issue: Issue) -> list[Heard]:
    """The notices about an issue, in the order written; those of one instant by step and unit."""
    rows = session.execute(
        select(Duty.kind, Notice.step, Unit.key, Notice.action)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Post, Post.id == Notice.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Duty.issue_id == issue.id)
        .order_by(Notice.recorded_at, Duty.id, Notice.step, Unit.depth.desc(), Unit.key)
    )
    return [Heard(*row) for row in rows]


class Written(NamedTuple):
    """A message in names: to whom, which part of the day, not before when, and how many notices it tells."""

    to: str
    part: int
    not_before: datetime
    notices: int


def messages(session: Session) -> list[Written]:
    """All messages composed, in order."""
    rows = session.execute(
        select(Person.code, Message.part, Message.not_before, Message.facts)
        .join(Person, Person.id == Message.person_id)
        .order_by(Message.id)
    )
    return [Written(code, part, not_before, len(facts["notices"])) for code, part, not_before, facts in rows]


def post_id(session: Session, unit: str, role: Role) -> int:
    """The post of a role on a unit, by the unit's key."""
    wanted = select(Post.id).join(Unit, Unit.id == Post.unit_id).where(Unit.key == unit, Post.role == role)
    return session.scalars(wanted).one()


def unit_id(session: Session, key: str) -> int:
    """A unit's id."""
    return session.scalars(select(Unit.id).where(Unit.key == key)).one()


def everything(session: Session, but: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Every row of every table, for comparing a whole database with itself."""
    session.flush()
    return {
        name: sorted(str(row) for row in session.execute(text(f"SELECT to_jsonb(t)::text FROM {name} t")))
        for name in METADATA.tables
        if name not in but
    }


def count(session: Session, table: type[Any]) -> int:
    """How many rows a table has."""
    return session.scalars(select(func.count()).select_from(table)).one()
