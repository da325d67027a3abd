"""The history of an issue, in names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import people
from models.queries.reach import names
from models.queries.rulebook import Rulebook
from models.rules.records import Post
from models.tables import places
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person, Posting
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, Stage

OF_ANOTHER_POST = (Action.ASSIGN, Action.HAND_OVER)
"""Events whose post is the one assigned or handed over, not the one that allowed it."""


@dataclass(frozen=True)
class Happened:
    """Something that happened to an issue.

    ``person`` is who did it, None when a rule did; ``post`` the post that allowed it, or that was assigned or handed
    over; ``instead_of`` who held that post, if the person stood in; ``duty`` and ``step`` say what climbed. The facts
    of a hand-over are names.
    """

    at: datetime
    recorded_at: datetime
    action: Action
    person: str | None
    post: Post | None
    instead_of: str | None
    stage_from: Stage | None
    stage_to: Stage | None
    duty: DutyKind | None
    step: int | None
    reason: str | None
    facts: dict[str, Any] | None


def history(session: Session, book: Rulebook, number: str) -> list[Happened]:
    """All that happened to an issue, oldest first."""
    posting, holder = aliased(Posting), aliased(Person)
    stood_in = (posting.person_id != Event.person_id) & Event.action.not_in(OF_ANOTHER_POST)
    day = func.date(func.timezone(book.county.zone, Event.happened_at))
    rows = session.execute(
        select(
            Event.happened_at.label("at"),
            Event.recorded_at,
            Event.action,
            Person.name.label("person"),
            Unit.name.label("unit"),
            places.Post.role,
            case((stood_in, holder.name)).label("instead_of"),
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
        .join(posting, (posting.post_id == Event.post_id) & people.held_on(day, posting), isouter=True)
        .join(holder, holder.id == posting.person_id, isouter=True)
        .where(Issue.county_id == book.county.id, Issue.number == number)
        .order_by(Event.happened_at, Event.id)
    )
    found = [dict(row) for row in rows.mappings()]
    known = names(session, {each for row in found for each in _handed(row).values() if each is not None})
    return [_happened(row, known) for row in found]


def _handed(row: Mapping[str, Any]) -> dict[str, int | None]:
    """From whom to whom something was handed over, as ids."""
    ends = ("from", "to") if row["action"] is Action.HAND_OVER else ()
    return {end: row["facts"][end] for end in ends}


def _happened(row: dict[str, Any], known: Mapping[int, str]) -> Happened:
    unit, role = row.pop("unit"), row.pop("role")
    handed = {end: known.get(person or 0) for end, person in _handed(row).items()}
    facts = {**row.pop("facts"), **handed} if handed else row.pop("facts")
    return Happened(**row, facts=facts, post=Post(unit, role) if unit is not None else None)


def last_action(session: Session, book: Rulebook, number: str) -> Action:
    """What was recorded of an issue last."""
    own = select(Event.action).join(Issue, Issue.id == Event.issue_id)
    own = own.where(Issue.county_id == book.county.id, Issue.number == number)
    return session.scalars(own.order_by(Event.id.desc()).limit(1)).one()
