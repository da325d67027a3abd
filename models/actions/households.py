"""Taking over a register of households: new ones, what changed of known ones, who came and who left."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, any_, literal, select, update
from sqlalchemy.orm import Session

from models import room
from models.actions import guards, sealing
from models.actions.copying import copy_in, new_ids, rewrite
from models.errors import InvalidInput, NotFound
from models.queries import residents
from models.room import Room
from models.rules.households import HouseholdRow, Moves, PersonRow, in_order, moves
from models.tables.places import Compound, County, Unit
from models.tables.residents import Household, Resident, RoomEvent
from models.vocabulary import RoomAction

DOOR = ("grid_id", "compound_id", "building", "unit", "room", "in_order", "flags", "moved_out_on")
"""The columns of a household that a register tells."""


FIELD = {"compound_id": "compound"}
"""What a register calls them, where that is not the column's name."""
PERSONAL = frozenset({"phone", "id_number"})


@dataclass(frozen=True)
class Registered:
    """What became of a register: households new, changed and as before; persons new and gone.

    :param touched: the register's ids of the households that are new or changed.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    came: int = 0
    left: int = 0
    touched: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone, by name."""
        return {"new": self.new, "changed": self.changed, "same": self.same, "came": self.came, "left": self.left}


def register_households(
    session: Session, county: County, rows: Sequence[HouseholdRow], *, now: datetime, keys: Room | None = None
) -> Registered:
    """Bring households to what a register says of them; told the same again, nothing changes.

    A household the register does not name stays as it is: files come in parts.

    :param keys: of the room; those of the settings when none are given.
    :raises InvalidInput: the register gives an id twice.
    :raises NotFound: there is no such grid or compound.
    :raises NotConfigured: there is no key to seal with.
    """
    guards.check_clock(session, county.id, now)
    guards.hold_room(session, county.id)
    told = _told(session, county.id, rows)
    known = residents.known_households(session, county.id, list(told))
    work = _Work(county.id, keys or room.opened(), now)
    living = residents.living_in(session, [each.id for each in known.values()])
    for external_id, (row, door) in told.items():
        if external_id in known:
            work.compare(known[external_id], door, living[known[external_id].id], row)
    fresh = [(row, door) for external_id, (row, door) in told.items() if external_id not in known]
    ids = new_ids(session, Household, len(fresh))
    copy_in(session, Household, HOUSEHOLD, work.new(ids, fresh))
    work.write(session)
    came = len(work.came)
    changed = {each.id for each in known.values()} & {household_id for household_id, _ in work.changed}
    as_before = {external_id for external_id, each in known.items() if each.id not in changed}
    touched = frozenset(told.keys() - as_before)
    return Registered(len(fresh), len(changed), len(as_before), came, len(work.left), touched)


HOUSEHOLD = ("id", "county_id", "external_id", *DOOR, "recorded_at", "changed_at")
DOOR_CHANGED = (*DOOR, "changed_at")
PERSON_CHANGED = (*sealing.SEALED, "changed_at")
EVENT = ("county_id", "action", "household_id", "resident_id", "columns", "recorded_at")
RESIDENT = ("id", "household_id", *sealing.SEALED, "recorded_at", "changed_at")


def _told(
    session: Session, county_id: int, rows: Sequence[HouseholdRow]
) -> dict[str, tuple[HouseholdRow, dict[str, Any]]]:
    """Each household with the columns it is to have."""
    twice = [name for name, count in Counter(row.external_id for row in rows).items() if count > 1]
    if twice:
        raise InvalidInput(why="household_twice", households=tuple(twice))
    places = Places(session, county_id)
    return {row.external_id: (row, places.door(row)) for row in rows}


class Places:
    """The grids and compounds of a county by key and by name."""

    def __init__(self, session: Session, county_id: int) -> None:
        units = session.execute(
            select(Unit.id, Unit.key, Unit.name, Unit.community_id, Unit.depth).where(Unit.county_id == county_id)
        ).all()
        lowest = max((each.depth for each in units), default=0)
        self._grids = _called((each.key, each.name, each) for each in units if each.depth == lowest)
        compounds = select(Compound.id, Compound.key, Compound.name, Compound.community_id)
        own = compounds.where(Compound.community_id.in_({each.community_id for each in units}))
        self._compounds = _called(
            (key, name, each) for each in session.execute(own) for key, name in [_in(each.community_id, each)]
        )

    def door(self, row: HouseholdRow) -> dict[str, Any]:
        """The columns that say where a household lives, and what makes it a key one.

        :raises NotFound: there is no such grid, or compound in its community, or several are called so.
        """
        grid = self._grids.get(row.grid)
        if grid is None:
            raise NotFound(why="unit", unit=row.grid)
        compound = self._compounds.get((grid.community_id, row.compound)) if row.compound else None
        if row.compound and compound is None:
            raise NotFound(why="compound", compound=row.compound, grid=row.grid)
        return {
            "grid_id": grid.id,
            "compound_id": compound.id if compound else None,
            "building": row.building,
            "unit": row.unit,
            "room": row.room,
            "in_order": in_order(row.building, row.unit, row.room),
            "flags": sorted(set(row.flags)),
            "moved_out_on": row.moved_out_on,
        }


def _in(community_id: int, compound: Row[Any]) -> tuple[tuple[int, str], tuple[int, str]]:
    return (community_id, compound.key), (community_id, compound.name)


def _called(things: Iterable[tuple[Any, Any, Row[Any]]]) -> dict[Any, Row[Any]]:
    """Things by key and name; a name that several have names none."""
    listed = list(things)
    named = Counter(name for key, name, _ in listed if name != key)
    by_name = {name: thing for _, name, thing in listed if named[name] == 1}
    return by_name | {key: thing for key, _, thing in listed}


@dataclass
class _Work:
    """What is to be written: gathered first, then written each kind at once."""

    county_id: int
    room: Room
    now: datetime
    changed: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    came: list[tuple[int, PersonRow]] = field(default_factory=list)
    other: list[tuple[int, PersonRow]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def new(self, ids: Sequence[int], fresh: Sequence[tuple[HouseholdRow, dict[str, Any]]]) -> Iterator[list[object]]:
        """Rows of new households; who lives there is to come."""
        for household_id, (row, door) in zip(ids, fresh, strict=True):
            self.came += ((household_id, each) for each in row.persons)
            yield [household_id, self.county_id, row.external_id, *(door[name] for name in DOOR), self.now, self.now]

    def compare(self, known: Row[Any], door: dict[str, Any], living: list[Row[Any]], row: HouseholdRow) -> None:
        """What is different about a household."""
        door = {name: getattr(known, name) if FIELD.get(name, name) in row.unsaid else door[name] for name in DOOR}
        columns = [name for name in DOOR if getattr(known, name) != door[name]]
        before = [residents.person_of(self.room, each) for each in living]
        found, persons = _moves(before, row)
        other = [(living[old].id, persons[new]) for old, new in found.stay if before[old] != persons[new]]
        if not (columns or found.gone or found.come or other):
            return
        self.changed.append((known.id, door))
        self.came += ((known.id, persons[new]) for new in found.come)
        self.left += (living[old].id for old in found.gone)
        self.other += other
        self._remember(known.id, columns, RoomAction.CHANGE)
        for old, new in found.stay:
            self._remember(known.id, _differing(before[old], persons[new]), RoomAction.CHANGE, living[old].id)
        for old in found.gone:
            self._remember(known.id, ["persons"], RoomAction.LEAVE, living[old].id)
        if found.come:
            self._remember(known.id, ["persons"] * len(found.come), RoomAction.COME)

    def _remember(
        self, household_id: int, columns: Sequence[str], action: RoomAction, resident_id: int | None = None
    ) -> None:
        if columns:
            told = [name for name in columns if name != "in_order"]  # it says what building, unit and room say
            self.events.append(
                {
                    "county_id": self.county_id,
                    "action": action,
                    "household_id": household_id,
                    "resident_id": resident_id,
                    "columns": told,
                    "recorded_at": self.now,
                }
            )

    def write(self, session: Session) -> None:
        """Write it all."""
        copy_in(session, Resident, RESIDENT, self._residents(new_ids(session, Resident, len(self.came))))
        rewrite(session, Household, DOOR_CHANGED, self._doors())
        rewrite(session, Resident, PERSON_CHANGED, self._persons())
        gone = {"left_at": self.now, "changed_at": self.now}
        session.execute(update(Resident).where(Resident.id == any_(literal(self.left, ARRAY(BigInteger)))).values(gone))
        copy_in(session, RoomEvent, ["id", *EVENT], self._events(new_ids(session, RoomEvent, len(self.events))))

    def _doors(self) -> Iterator[list[object]]:
        for household_id, door in self.changed:
            yield [household_id, *(door[name] for name in DOOR), self.now]

    def _persons(self) -> Iterator[list[object]]:
        for resident_id, who in self.other:
            sealed = sealing.resident(self.room, self.county_id, resident_id, who)
            yield [resident_id, *(sealed[name] for name in sealing.SEALED), self.now]

    def _events(self, ids: Sequence[int]) -> Iterator[list[object]]:
        for event_id, event in zip(ids, self.events, strict=True):
            yield [event_id, *(event[name] for name in EVENT)]

    def _residents(self, ids: Sequence[int]) -> Iterator[list[object]]:
        for resident_id, (household_id, who) in zip(ids, self.came, strict=True):
            sealed = sealing.resident(self.room, self.county_id, resident_id, who)
            yield [resident_id, household_id, *(sealed[name] for name in sealing.SEALED), self.now, self.now]


def _moves(before: Sequence[PersonRow], row: HouseholdRow) -> tuple[Moves, Sequence[PersonRow]]:
    """Who stays, goes and comes, and who is there then: what the register has no word of is as it was."""
    persons = before if "name" in row.unsaid else list(row.persons)
    found, now = moves(before, persons), list(persons)
    for old, new in found.stay:
        now[new] = replace(persons[new], **{name: getattr(before[old], name) for name in PERSONAL & row.unsaid})
    return found, now


def _differing(before: PersonRow, after: PersonRow) -> list[str]:
    return [name for name in ("name", "phone", "id_number") if getattr(before, name) != getattr(after, name)]
