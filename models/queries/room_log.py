"""The log of the private room: who did what there, when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.residents import Household, RoomEvent
from models.vocabulary import RoomAction


@dataclass(frozen=True)
class Entry:
    """One line of it; a person's name is that of who did it. No person: a register, or by rule."""

    at: datetime
    action: RoomAction
    person: str | None
    household: str | None
    resident_id: int | None
    number: str | None
    columns: list[str]
    reason: str | None


def entries(session: Session, county_id: int, *, everything: bool, limit: int | None) -> list[Entry]:
    """The latest first; only who looked at whom unless everything is asked for."""
    rows = (
        select(
            RoomEvent.recorded_at.label("at"),
            RoomEvent.action,
            Person.name.label("person"),
            Household.external_id.label("household"),
            RoomEvent.resident_id,
            Issue.number,
            RoomEvent.columns,
            RoomEvent.reason,
        )
        .join(Person, Person.id == RoomEvent.person_id, isouter=True)
        .join(Household, Household.id == RoomEvent.household_id, isouter=True)
        .join(Issue, Issue.id == RoomEvent.issue_id, isouter=True)
        .where(RoomEvent.county_id == county_id)
        .order_by(RoomEvent.id.desc())
        .limit(limit)
    )
    asked = rows if everything else rows.where(RoomEvent.action == RoomAction.READ)
    return [Entry(**row) for row in session.execute(asked).mappings()]
