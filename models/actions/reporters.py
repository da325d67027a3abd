"""Remembering who raised what: in the private room, never with the issue."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models import room
from models.actions import guards, sealing
from models.actions.copying import copy_in
from models.actions.forgetting import strike
from models.errors import InvalidInput
from models.queries import residents
from models.room import Room
from models.rules.households import Reporter
from models.rules.privacy import phone_fault, plain_name, plain_phone
from models.tables.places import County
from models.tables.residents import RaisedBy

Both = tuple[str | None, str | None]
"""A name and a phone in plain form."""
COLUMNS = ("issue_id", "resident_id", *sealing.REPORTED, "recorded_at")


def remember_reporters(
    session: Session, county: County, reporters: Mapping[int, Reporter], *, now: datetime, keys: Room | None = None
) -> int:
    """Keep who raised issues just recorded, and strike their names and phones out of what they said.

    A resident known by that name and phone is linked; anybody else is sealed as they gave themselves.

    :param reporters: by the issue's id; who gave nothing is left out.
    :param keys: of the room; those of the settings when none are given.
    :return: how many are kept.
    :raises InvalidInput: a phone that can be none.
    :raises NotConfigured: there is no key to seal with.
    """
    given = {issue_id: _plain(each) for issue_id, each in reporters.items() if each.known}
    if not given:
        return 0
    guards.hold_room(session, county.id)
    keys = keys or room.opened()  # not before the room is ours: a new key may be taking over
    linked = _residents(session, county.id, given, keys)
    copy_in(session, RaisedBy, COLUMNS, _rows(county.id, given, linked, keys, now))
    known = {issue_id: ([each.name or ""], [each.phone or ""]) for issue_id, each in given.items()}
    strike(session, known, now=now)
    return len(given)


def _plain(given: Reporter) -> Reporter:
    name, phone = plain_name(given.name or ""), plain_phone(given.phone or "")
    if phone and (fault := phone_fault(phone)):
        raise InvalidInput(why=fault)
    return Reporter(name or None, phone or None)


def _rows(
    county_id: int, given: Mapping[int, Reporter], linked: Mapping[Both, int], keys: Room, now: datetime
) -> Iterator[list[object]]:
    for issue_id, each in given.items():
        resident_id = linked.get((each.name, each.phone))
        sealed = sealing.reporter(
            keys, county_id, issue_id, *((None, None) if resident_id else (each.name, each.phone))
        )
        yield [issue_id, resident_id, *(sealed[name] for name in sealing.REPORTED), now]


def _residents(session: Session, county_id: int, given: Mapping[int, Reporter], keys: Room) -> dict[Both, int]:
    """Residents by name and phone, as far as only one of them has both."""
    phones = {each.phone for each in given.values() if each.phone and each.name}
    marks = {mark for phone in phones for mark in keys.marks("phone", county_id, phone)}
    found: dict[Both, list[int]] = {}
    for row in residents.living_by_phone(session, marks):
        who = residents.person_of(keys, row)
        found.setdefault((who.name, who.phone), []).append(row.id)
    return {both: ids[0] for both, ids in found.items() if len(ids) == 1}
