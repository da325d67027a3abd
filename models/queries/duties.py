"""What is owed: open duties, by whose they are, where, and how they stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session

from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.rules.worktime import Allowance
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.places import Post, Unit
from models.tables.policies import ServiceLevel
from models.vocabulary import DutyKind, DutyState, Light, Severity, TimeUnit


@dataclass(frozen=True)
class Wanted:
    """Which open duties are asked for; what is None asks for nothing. `unit_id` means everything below it too."""

    unit_id: int | None = None
    post_ids: Collection[int] | None = None
    light: Light | None = None
    number: str | None = None


@dataclass(frozen=True)
class Owed:
    """An open duty. `post_id` is None while nobody was assigned; `unit` is the unit whose post owes it."""

    number: str
    severity: Severity
    summary: str
    kind: DutyKind
    unit: str
    post_id: int | None
    opened_at: datetime
    due_at: datetime
    limit_unit: TimeUnit
    light: Light
    step: int
    steps: int
    next_step_at: datetime | None


def light(now: datetime) -> ColumnElement[str]:
    """How a duty stands at an instant, as ``rules.escalation.light`` says."""
    warned = func.coalesce(Duty.steps_at[1] <= now, False)
    return case(
        (Duty.due_at <= now, literal(Light.RED.value)),
        (warned, literal(Light.YELLOW.value)),
        else_=literal(Light.GREEN.value),
    )


def owed(session: Session, book: Rulebook, wanted: Wanted, now: datetime, limit: int | None = None) -> list[Owed]:
    """Open duties, what is due first standing first."""
    rows = session.execute(_narrowed(_open(book, now), wanted, now).limit(limit))
    return [_owed(dict(row)) for row in rows.mappings()]


def _owed(row: dict[str, Any]) -> Owed:
    limit = Allowance.parse(row.pop("allowance"))
    return Owed(**{**row, "light": Light(row["light"])}, limit_unit=limit.unit)


def count(session: Session, book: Rulebook, wanted: Wanted, now: datetime) -> int:
    """How many open duties there are of those asked for."""
    asked = _narrowed(_open(book, now), wanted, now).order_by(None).subquery()
    return session.scalars(select(func.count()).select_from(asked)).one()


def _open(book: Rulebook, now: datetime) -> Select[Any]:
    return (
        select(
            Issue.number,
            Issue.severity,
            Issue.summary,
            Duty.kind,
            Unit.name.label("unit"),
            Duty.post_id,
            Duty.opened_at,
            Duty.due_at,
            ServiceLevel.allowance,
            light(now).label("light"),
            Duty.step,
            func.cardinality(Duty.steps_at).label("steps"),
            Duty.next_step_at,
        )
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(ServiceLevel, ServiceLevel.id == Duty.service_level_id)
        .where(Issue.county_id == book.county.id, Duty.state == DutyState.OPEN)
        .order_by(Duty.due_at, Duty.id)
    )


def _narrowed(rows: Select[Any], wanted: Wanted, now: datetime) -> Select[Any]:
    conditions = []
    if wanted.unit_id is not None:
        conditions.append(Unit.path.contains([wanted.unit_id]))
    if wanted.post_ids is not None:
        conditions.append(Duty.post_id.in_(wanted.post_ids))
    if wanted.light is not None:
        conditions.append(light(now) == wanted.light.value)
    if wanted.number is not None:
        conditions.append(Issue.number == wanted.number)
    return rows.where(*conditions)


def posts_answered_by(session: Session, book: Rulebook, person_id: int, now: datetime) -> set[int]:
    """The posts for which a person answers now: their own, and vacant ones below."""
    own = select(Post.id).join(Unit, Unit.id == Post.unit_id).where(Unit.county_id == book.county.id)
    posts = set(session.scalars(own))
    above = units.answering_above(session, posts)
    holders = people.holders(session, book.county.id, book.local_date(now))
    answers = {post_id: who_answers(post_id, above[post_id], holders) for post_id in posts}
    return {post_id for post_id, answer in answers.items() if answer and answer.person_id == person_id}
