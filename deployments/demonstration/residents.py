"""The invented households of the demonstration county: as many as its pack says, behind doors of its compounds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from random import Random
from typing import Any

from sqlalchemy import select

from models.actions.households import register_households
from models.database import transaction
from models.queries.rulebook import rulebook
from models.room import Room
from models.rules.households import HouseholdRow, PersonRow
from models.rules.pack import CompoundKind, CountyPack, Cover
from models.tables.residents import Household

FLOORS, DOORS = 6, 2  # of a staircase; doors a landing
A_BUILDING = 3 * FLOORS * DOORS  # households where the pack does not say which buildings
GROWN_UPS = 2  # of a family
A_ROW = 10  # bungalows
NOBODYS = "1540"  # mobile numbers that begin so are nobody's: the numbering plan of 2010 gives 154 to no operator


@dataclass(frozen=True)
class _Register:
    """What households are invented by: dice, and what the plan says."""

    dice: Random
    plan: Mapping[str, Any]

    def household(self, external_id: str, grid: str, compound: str, door: tuple[str, str, str]) -> HouseholdRow:
        """A household behind a door."""
        building, staircase, room = door
        flags = tuple(flag for flag, share in self.plan["residents"]["flags"].items() if self.dice.random() < share)
        return HouseholdRow(external_id, grid, building, staircase, room, compound, flags, self._persons())

    def _persons(self) -> tuple[PersonRow, ...]:
        """A family: the children have the first one's surname, the grown-ups telephones. Nobody has an ID number."""
        dice, plan = self.dice, self.plan
        sizes = plan["residents"]["persons"]
        size = dice.choices(list(sizes), list(sizes.values()))[0]
        surnames = [dice.choice(plan["surnames"]) for _ in range(min(size, GROWN_UPS))]
        surnames += surnames[:1] * (size - GROWN_UPS)
        names = [surname + dice.choice(plan["given_names"]) for surname in surnames]
        return tuple(PersonRow(name, self._phone() if n < GROWN_UPS else None) for n, name in enumerate(names))

    def _phone(self) -> str:
        return f"{NOBODYS}{self.dice.randrange(10**7):07d}"


def settle(url: str, pack: CountyPack, plan: Mapping[str, Any], now: datetime, keys: Room | None = None) -> int:
    """Enter the households that the plan invents, unless the county has some; all of them or none.

    :param keys: of the private room, to seal who they are; those of the settings when none are given.
    :return: how many are new.
    :raises NotConfigured: there is no key to seal with.
    """
    if "residents" not in plan:
        return 0
    with transaction(url) as session:
        county = rulebook(session, pack.county.key).county
        if session.scalar(select(Household.id).where(Household.county_id == county.id).limit(1)) is not None:
            return 0
        return register_households(session, county, list(households(pack, plan)), now=now, keys=keys).new


def households(pack: CountyPack, plan: Mapping[str, Any]) -> Iterator[HouseholdRow]:
    """The invented households of a pack, grid by grid; the same each time."""
    register = _Register(Random(f"{plan['seed']} residents"), plan)  # reproducible
    for placed in pack.units():
        compounds = {compound.key: compound for compound in placed.unit.compounds}
        for grid in placed.unit.units if compounds else ():
            for cover in grid.covers:
                for n, door in enumerate(_doors(cover, compounds[cover.compound].kind), 1):
                    yield register.household(f"{grid.key}-{cover.compound}-{n:04d}", grid.key, cover.compound, door)


def _doors(cover: Cover, kind: CompoundKind) -> Iterator[tuple[str, str, str]]:
    """Building, staircase and room of each household of what a grid covers of a compound; of a courtyard, the row."""
    if kind is CompoundKind.COURTYARD:
        yield from ((str(n // A_ROW + 1), "1", str(n % A_ROW + 1)) for n in range(cover.households))
        return
    first, last = _buildings(cover)
    count = last - first + 1
    for n in range(cover.households):
        building, place = n % count, n // count
        staircase, on_it = divmod(place, FLOORS * DOORS)
        floor, door = divmod(on_it, DOORS)
        yield str(first + building), str(staircase + 1), f"{floor + 1}0{door + 1}"


def _buildings(cover: Cover) -> tuple[int, int]:
    """The first and last building, by the pack where it says so."""
    told = [int(number) for number in re.findall(r"\d+", cover.buildings or "")]
    return (min(told), max(told)) if told else (1, ceil(cover.households / A_BUILDING))
