"""The history of an issue, in names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.tables import places
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, Stage


@dataclass(frozen=True)
class Happened:
    """Something that happened to an issue.

    ``person`` is who did it, None when a rule did; ``post`` the post that allowed it, or that was assigned; ``duty``
    and ``step`` say what climbed.
    """

    at: datetime
    recorded_at: datetime
    action: Action
    person: str | None
    post: Post | None
    stage_from: Stage | None
    stage_to: Stage | None
    duty: DutyKind | None
    step: int | None
    reason: str | None
    facts: dict[str, Any] | None


def history(session: Session, book: Rulebook, number: str) -> list[Happened]:
    """All that happened to an issue, oldest first."""
    rows = session.execute(
        select(
            Event.happened_at.label("at"),
            Event.recorded_at,
            Event.action,
            Person.name.label("person"),
            Unit.name.label("unit"),
            places.Post.role,
            Event.stage_from,
            Event.stage_to,
            Duty.kind.label("duty"),
            Event.step,
            Event.reason,
            Event.facts,
        )
        .join(Issue, Issue.id == Event.issue_id)
        .join(Person, Person.id == Event.person_id, isouter=True)
        .join(Duty, Duty.id == Event.duty_id, isouter=True)
        .join(places.Post, places.Post.id == Event.post_id, isouter=True)
        .join(Unit, Unit.id == places.Post.unit_id, isouter=True)
        .where(Issue.county_id == book.county.id, Issue.number == number)
        .order_by(Event.happened_at, Event.id)
    )
    return [_happened(dict(row)) for row in rows.mappings()]


def _happened(row: dict[str, Any]) -> Happened:
    unit, role = row.pop("unit"), row.pop("role")
    return Happened(**row, post=Post(unit, role) if unit is not None else None)


def last_action(session: Session, book: Rulebook, number: str) -> Action:
    """What was recorded of an issue last."""
    own = select(Event.action).join(Issue, Issue.id == Event.issue_id)
    own = own.where(Issue.county_id == book.county.id, Issue.number == number)
    return session.scalars(own.order_by(Event.id.desc()).limit(1)).one()
