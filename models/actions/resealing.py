"""A new key takes over: what older ones sealed is sealed anew, little by little; stopped anywhere, it goes on there."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from models.actions import guards, sealing
from models.actions.copying import rewrite
from models.queries import reporters, residents
from models.room import ID, Room
from models.tables.issues import Issue
from models.tables.places import County
from models.tables.residents import Household, RaisedBy, Resident, RoomEvent
from models.vocabulary import RoomAction

AT_ONCE = 5000


def reseal(session: Session, county: County, room: Room, *, now: datetime) -> int:
    """Seal with the newest key some of what an older one sealed.

    :return: how many rows; 0 when nothing is left.
    :raises NotConfigured: one does not open.
    """
    guards.hold_room(session, county.id)
    people = session.execute(_older(room, county.id).limit(AT_ONCE)).all()
    rewrite(session, Resident, sealing.SEALED, _sealed(county.id, room, people))
    left = AT_ONCE - len(people)
    raised = session.scalars(_older_reporters(room, county.id).limit(left)).all() if left else []
    for each in raised:
        who = reporters.reporter_of(room, each)
        for name, value in sealing.reporter(room, county.id, each.issue_id, who.name, who.phone).items():
            setattr(each, name, value)
    session.flush()
    done = len(people) + len(raised)
    if done:
        session.add(RoomEvent(county_id=county.id, action=RoomAction.RESEAL, columns=[], recorded_at=now))
    return done


def hold_rooms(session: Session) -> None:
    """Keep everybody from writing in the private rooms of all counties, until the end of the transaction."""
    for county_id in session.scalars(select(County.id).order_by(County.id)).all():
        guards.hold_room(session, county_id)


def _sealed(county_id: int, room: Room, rows: Sequence[Row[Any]]) -> Iterator[list[object]]:
    for each in rows:
        anew = sealing.resident(room, county_id, each.id, residents.person_of(room, each))
        yield [each.id, *(anew[name] for name in sealing.SEALED)]


def _older(room: Room, county_id: int) -> Select[Any]:
    columns = Resident.__table__.c
    own = select(*columns).join(Household, Household.id == columns.household_id).where(Household.county_id == county_id)
    return own.where(func.substring(columns.name_sealed, 1, ID) != room.current).order_by(columns.id)


def _older_reporters(room: Room, county_id: int) -> Select[tuple[RaisedBy]]:
    sealed = func.coalesce(RaisedBy.name_sealed, RaisedBy.phone_sealed)
    own = select(RaisedBy).join(Issue, Issue.id == RaisedBy.issue_id).where(Issue.county_id == county_id)
    return own.where(func.substring(sealed, 1, ID) != room.current).order_by(RaisedBy.issue_id)
