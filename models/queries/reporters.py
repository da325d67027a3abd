"""Who raised issues, as the private room keeps it: a resident, or somebody by what they gave of themselves."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import NotConfigured, NotFound
from models.queries.residents import person_of
from models.room import Room, opened
from models.rules.households import Reporter
from models.tables.issues import Issue
from models.tables.residents import RaisedBy, Resident


def raised_by(session: Session, issue: Issue) -> RaisedBy:
    """The row of who raised an issue.

    :raises NotFound: nobody gave a name or a phone.
    """
    found = session.get(RaisedBy, issue.id)
    if found is None:
        raise NotFound(why="reporter", number=issue.number)
    return found


def reporter_of(room: Room, row: RaisedBy) -> Reporter:
    """Who raised an issue, as far as it is kept with the issue itself.

    :raises NotConfigured: the room's key is not the one they were sealed with.
    """
    told = (
        room.unseal(f"raised_by.{name}", row.issue_id, sealed) if sealed is not None else None
        for name, sealed in (("name", row.name_sealed), ("phone", row.phone_sealed))
    )
    return Reporter(*told)


def who_raised(session: Session, room: Room, row: RaisedBy) -> Reporter:
    """Who raised an issue, be it a resident who is linked.

    :raises NotConfigured: the room's key is not the one they were sealed with.
    """
    if row.resident_id is None:
        return reporter_of(room, row)
    known = person_of(room, session.get_one(Resident, row.resident_id))
    return Reporter(known.name or None, known.phone)


def tail_of(session: Session, row: RaisedBy) -> str | None:
    """The last four of the phone of who raised an issue."""
    if row.resident_id is None:
        return row.phone_tail
    return session.get_one(Resident, row.resident_id).phone_tail


def names_of(session: Session, issue_id: int) -> tuple[str, ...]:
    """The name of whoever raised an issue, where it is known; none while the room is closed: work goes on."""
    row = session.get(RaisedBy, issue_id)
    if row is None or row.erased_at is not None:
        return ()
    try:
        name = who_raised(session, opened(), row).name
    except NotConfigured:
        return ()
    return (name,) if name else ()


def raised_with(session: Session, marks: Collection[bytes]) -> list[RaisedBy]:
    """What was raised by whoever gave a phone that is found by some marks."""
    return list(session.scalars(select(RaisedBy).where(RaisedBy.phone_mark.in_(marks)).order_by(RaisedBy.issue_id)))
