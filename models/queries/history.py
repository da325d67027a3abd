"""The history of an issue, in names; all of it, or what was known of it then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import people, revisions
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
NAMED = {
    "unit": Unit.name,
    "from_unit": Unit.name,
    "to_unit": Unit.name,
    "into": Issue.number,
    "from": Person.name,
    "to": Person.name,
}
"""Facts that are ids, and by what people know what they stand for."""


@dataclass(frozen=True)
class TakenBack:
    """What an event takes back: an action, and when that happened."""

    action: Action
    at: datetime


@dataclass(frozen=True)
class Happened:
    """Something that happened to an issue.

    ``person`` is who did it, None when a rule did; ``post`` the post that allowed it, or that was assigned or handed
    over; ``instead_of`` who held that post, if the person stood in; ``duty`` and ``step`` say what climbed. ``voided``:
    it was taken back; ``takes_back`` is what this one does so to. Facts are names, not ids.
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
    voided: bool = False
    takes_back: TakenBack | None = None


def history(session: Session, book: Rulebook, number: str, known_at: datetime | None = None) -> list[Happened]:
    """All that happened to an issue, oldest first.

    :param known_at: as far as it was known at that instant; None: all of it.
    """
    found = [dict(row) for row in session.execute(_rows(book, number, known_at)).mappings()]
    names = _names(session, [row["facts"] or {} for row in found])
    return [_happened(row, names) for row in found]


def _rows(book: Rulebook, number: str, known_at: datetime | None) -> Select[Any]:
    event, void, mistake = revisions.events(known_at), revisions.events(known_at), revisions.events(known_at)
    posting, holder = aliased(Posting), aliased(Person)
    stood_in = (posting.person_id != event.person_id) & event.action.not_in(OF_ANOTHER_POST)
    day = func.date(func.timezone(book.county.zone, event.happened_at))
    return (
        select(
            event.happened_at.label("at"),
            event.recorded_at,
            event.action,
            Person.name.label("person"),
            Unit.name.label("unit"),
            places.Post.role,
            case((stood_in, holder.name)).label("instead_of"),
            event.stage_from,
            event.stage_to,
            Duty.kind.label("duty"),
            event.step,
            event.reason,
            event.facts,
            void.id.is_not(None).label("voided"),
            mistake.action.label("mistake"),
            mistake.happened_at.label("mistaken_at"),
        )
        .join(Issue, Issue.id == event.issue_id)
        .join(Person, Person.id == event.person_id, isouter=True)
        .join(Duty, Duty.id == event.duty_id, isouter=True)
        .join(places.Post, places.Post.id == event.post_id, isouter=True)
        .join(Unit, Unit.id == places.Post.unit_id, isouter=True)
        .join(posting, (posting.post_id == event.post_id) & people.held_on(day, posting), isouter=True)
        .join(holder, holder.id == posting.person_id, isouter=True)
        .join(void, void.voids_id == event.id, isouter=True)
        .join(mistake, mistake.id == event.voids_id, isouter=True)
        .where(Issue.county_id == book.county.id, Issue.number == number)
        .order_by(event.happened_at, event.id)
    )


Names = dict[tuple[str, int | None], str | None]


def _names(session: Session, facts: Sequence[Mapping[str, Any]]) -> Names:
    """What ids among the facts stand for, by the fact and the id; nobody for none."""
    names: Names = {(fact, None): None for fact in NAMED}
    for fact, called in NAMED.items():
        ids = {each[fact] for each in facts if fact in each}
        if ids:
            rows = session.execute(select(called.class_.id, called).where(called.class_.id.in_(ids)))
            names |= {(fact, row[0]): row[1] for row in rows}
    return names


def _happened(row: dict[str, Any], names: Names) -> Happened:
    unit, role, mistake, mistaken_at = (row.pop(name) for name in ("unit", "role", "mistake", "mistaken_at"))
    facts = row.pop("facts")
    return Happened(
        **row,
        post=Post(unit, role) if unit is not None else None,
        facts={name: names[name, said] if name in NAMED else said for name, said in facts.items()} if facts else None,
        takes_back=TakenBack(mistake, mistaken_at) if mistake else None,
    )


def last_action(session: Session, book: Rulebook, number: str) -> Action:
    """What was recorded of an issue last."""
    own = select(Event.action).join(Issue, Issue.id == Event.issue_id)
    own = own.where(Issue.county_id == book.county.id, Issue.number == number)
    return session.scalars(own.order_by(Event.id.desc()).limit(1)).one()
