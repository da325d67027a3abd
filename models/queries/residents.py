"""The private room as it is read: households, the persons in them, and who they are where somebody may know."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Row, Text, any_, func, literal, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.queries.rulebook import Rulebook
from models.room import ID, Room
from models.rules.households import PersonRow
from models.tables.places import Compound, Unit
from models.tables.residents import Household, RaisedBy, Resident

T = TypeVar("T")

CHUNK = 5000
"""Rows read at once."""


@dataclass(frozen=True)
class Wanted:
    """Which households are asked for; what is None asks for nothing. `unit_id` means everything below it too."""

    unit_id: int | None = None
    flag: str | None = None
    moved_out: bool | None = None


@dataclass(frozen=True)
class Door:
    """A household as it is listed: where it is and what makes it a key one, nothing of who lives there."""

    id: int
    external_id: str
    grid: str
    compound: str | None
    building: str
    unit: str
    room: str
    flags: list[str]
    persons: int
    moved_out_on: date | None


@dataclass(frozen=True)
class Occupant:
    """Somebody of a household as they are shown without leave: by the last four of their numbers."""

    id: int
    phone_tail: str | None
    id_tail: str | None
    left_at: datetime | None
    erased_at: datetime | None


def doors(session: Session, book: Rulebook, wanted: Wanted, *, limit: int | None = None) -> list[Door]:
    """Households as one walks: grid by grid, building by building."""
    living = (
        select(Resident.household_id, func.count().label("persons"))
        .where(Resident.left_at.is_(None), Resident.erased_at.is_(None))
        .group_by(Resident.household_id)
        .subquery()
    )
    rows = (
        select(
            Household.id,
            Household.external_id,
            Unit.name.label("grid"),
            Compound.name.label("compound"),
            Household.building,
            Household.unit,
            Household.room,
            Household.flags,
            func.coalesce(living.c.persons, 0).label("persons"),
            Household.moved_out_on,
        )
        .join(Unit, Unit.id == Household.grid_id)
        .join(Compound, Compound.id == Household.compound_id, isouter=True)
        .join(living, living.c.household_id == Household.id, isouter=True)
        .where(Household.county_id == book.county.id)
        .order_by(Household.grid_id, Household.in_order, Household.id)
    )
    asked = {
        "unit_id": Unit.path.contains([wanted.unit_id]),
        "flag": Household.flags.contains([wanted.flag]),
        "moved_out": Household.moved_out_on.is_not(None) == bool(wanted.moved_out),
    }
    chosen = (asked[name] for name, value in vars(wanted).items() if value is not None)
    return [Door(**row) for row in session.execute(rows.where(*chosen).limit(limit)).mappings()]


def household(session: Session, county_id: int, external_id: str) -> Household:
    """A household by its register's id.

    :raises NotFound: there is none.
    """
    own = select(Household).where(Household.county_id == county_id, Household.external_id == external_id)
    found = session.scalar(own)
    if found is None:
        raise NotFound(why="household", household=external_id)
    return found


def door(session: Session, book: Rulebook, external_id: str) -> Door:
    """A household as it is listed.

    :raises NotFound: there is none.
    """
    own = household(session, book.county.id, external_id)
    return next(each for each in doors(session, book, Wanted(unit_id=own.grid_id)) if each.id == own.id)


def occupants(session: Session, household_id: int) -> list[Occupant]:
    """Everybody known of a household."""
    columns = (Resident.id, Resident.phone_tail, Resident.id_tail, Resident.left_at, Resident.erased_at)
    rows = session.execute(select(*columns).where(Resident.household_id == household_id).order_by(Resident.id))
    return [Occupant(*row) for row in rows]


def resident(session: Session, county_id: int, resident_id: int) -> Resident:
    """Somebody by the number of their row.

    :raises NotFound: the county has none of it.
    """
    own = select(Resident).join(Household, Household.id == Resident.household_id)
    found = session.scalar(own.where(Household.county_id == county_id, Resident.id == resident_id))
    if found is None:
        raise NotFound(why="resident", resident=resident_id)
    return found


def by_phone(session: Session, room: Room, county_id: int, phone: str) -> list[Resident]:
    """Those who can be rung up by a number in plain form."""
    marks = room.marks("phone", county_id, phone)
    return list(session.scalars(select(Resident).where(Resident.phone_mark.in_(marks)).order_by(Resident.id)))


def by_id_number(session: Session, room: Room, county_id: int, id_number: str) -> list[Resident]:
    """Those who have an identity number, in plain form: one, unless they live behind several doors."""
    marks = room.marks("id", county_id, id_number)
    return list(session.scalars(select(Resident).where(Resident.id_mark.in_(marks)).order_by(Resident.id)))


def person_of(room: Room, row: Resident | Row[Any]) -> PersonRow:
    """Who somebody is.

    :raises NotConfigured: the room's key is not the one they were sealed with.
    """
    told = {
        name: room.unseal(f"residents.{name}", row.id, sealed) if sealed is not None else None
        for name, sealed in (("name", row.name_sealed), ("phone", row.phone_sealed), ("id", row.id_sealed))
    }
    return PersonRow(told["name"] or "", told["phone"], told["id"])


def sealed_with(session: Session) -> set[bytes]:
    """The ids of the keys that anything in the room is sealed with, of all counties."""
    people = select(func.substring(Resident.name_sealed, 1, ID)).where(Resident.name_sealed.is_not(None))
    sealed = func.coalesce(RaisedBy.name_sealed, RaisedBy.phone_sealed)
    reporters = select(func.substring(sealed, 1, ID)).where(sealed.is_not(None))
    return set(session.scalars(people.union(reporters)))


def living_by_phone(session: Session, marks: Collection[bytes]) -> list[Row[Any]]:
    """The rows of who can be rung up by numbers that are found by some marks, and lives where they are known."""
    columns = Resident.__table__.c
    found: list[Row[Any]] = []
    for chunk in _chunks(sorted(marks)):
        own = select(*columns).where(columns.phone_mark == any_(literal(chunk, ARRAY(LargeBinary))))
        found += session.execute(own.where(columns.left_at.is_(None)))
    return found


def known_households(session: Session, county_id: int, external_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The rows of the households known by some ids."""
    columns = Household.__table__.c
    found: dict[str, Row[Any]] = {}
    for chunk in _chunks(external_ids):
        own = select(*columns).where(columns.county_id == county_id)
        rows = session.execute(own.where(columns.external_id == any_(literal(chunk, ARRAY(Text)))))
        found |= {each.external_id: each for each in rows}
    return found


def living_in(session: Session, household_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The rows of who lives in some households, as far as they are not erased."""
    columns = Resident.__table__.c
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for chunk in _chunks(sorted(household_ids)):
        own = select(*columns).where(columns.household_id == any_(literal(chunk, ARRAY(BigInteger))))
        living = own.where(columns.left_at.is_(None), columns.erased_at.is_(None)).order_by(columns.id)
        for each in session.execute(living):
            found[each.household_id].append(each)
    return found


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    yield from (list(items[at : at + CHUNK]) for at in range(0, len(items), CHUNK))
