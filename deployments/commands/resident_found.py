"""How somebody who was found is shown: where they live, the last four of their numbers, and who they are if asked."""

from dataclasses import dataclass

from deployments.commands import output
from deployments.commands.desk import Desk
from deployments.commands.household import state
from models.queries import residents
from models.queries.residents import Door, Occupant
from models.rules.households import PersonRow
from models.tables.residents import Household, Resident

FOUND = ("resident", "household", "place", "building", "staircase", "room", "phone_tail", "id_tail", "living")
REVEALED = ("name", "phone", "id_number")


@dataclass(frozen=True)
class Found:
    """Somebody found: where they live, how they are shown, and who they are if that was asked for."""

    occupant: Occupant
    door: Door
    who: PersonRow | None

    def data(self) -> dict[str, object]:
        """All of it for programs."""
        told = {name: getattr(self.who, name) for name in REVEALED} if self.who else {}
        return {**vars(self.occupant), "household": self.door, **told}

    def cells(self, desk: Desk) -> list[str]:
        """All of it in words, by the columns of :data:`FOUND` and, if asked, :data:`REVEALED`."""
        each, door = self.occupant, self.door
        where = (door.external_id, door.grid, door.building, door.unit, door.room)
        told = (self.who.name, self.who.phone or "", self.who.id_number or "") if self.who else ()
        return [str(each.id), *where, each.phone_tail or "", each.id_tail or "", state(each, desk), *told]


def found(desk: Desk, row: Resident, who: PersonRow | None) -> Found:
    """Somebody with where they live."""
    household = desk.session.get_one(Household, row.household_id)
    (occupant,) = (each for each in residents.occupants(desk.session, household.id) if each.id == row.id)
    return Found(occupant, residents.door(desk.session, desk.book, household.external_id), who)


def tell(listed: list[list[str]], *, shown: bool) -> None:
    """Put out the cells of those found."""
    if not listed:
        output.line("cli.none_found")
    elif shown:
        for each in listed:  # too wide for a table
            output.facts(zip((*FOUND, *REVEALED), each, strict=True))
    else:
        output.table(FOUND, listed, wrapped=["place", "living"])
