"""Households by command: ``wangge household list|show``. Nobody is named."""

from typing import Annotated

import typer

from deployments.commands import output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import SHOWN, AsJson, At, Most, UnitName
from deployments.commands.shell import described, family
from deployments.commands.typed import one_of
from deployments.commands.words import called, joined, moment, say
from models.queries import residents, units
from models.queries.residents import Door, Occupant, Wanted
from models.vocabulary import KeyHousehold

app = family(name="household", help=say("cli.command.household"))

Register = Annotated[
    str, typer.Argument(metavar=say("cli.value.household"), show_default=False, help=say("cli.option.household"))
]
Flag = Annotated[
    KeyHousehold | None,
    typer.Option("--flag", metavar=say("cli.value.flag"), parser=one_of(KeyHousehold), help=say("cli.option.flag")),
]
LISTED = ("household", "place", "compound", "building", "staircase", "room", "flags", "persons")
OCCUPANTS = ("resident", "phone_tail", "id_tail", "living")


@app.command("list", **described("household_list"))
def list_households(
    unit: UnitName = None, flag: Flag = None, limit: Most = SHOWN, at: At = None, as_json: AsJson = False
) -> None:
    """List households as one walks, the key ones alone if asked."""
    with open_desk(at) as desk:
        place = units.unit(desk.session, desk.book.county.id, unit) if unit else None
        wanted = Wanted(unit_id=place.id if place else None, flag=flag)
        found = residents.doors(desk.session, desk.book, wanted, limit=limit + 1 if limit else None)
    shown = found[:limit] if limit else found
    if as_json:
        output.as_json(shown)
    elif not shown:
        output.line("cli.no_household")
    else:
        output.table(LISTED, map(_cells, shown), wrapped=["place", "compound", "flags"])
    if len(found) > len(shown) and not as_json:
        output.line("cli.more", shown=len(shown))


@app.command("show", **described("household_show"))
def show(household: Register, at: At = None, as_json: AsJson = False) -> None:
    """Show a household: where it is, what makes it a key one, and who lives there by the last four of their numbers."""
    with open_desk(at) as desk:
        door = residents.door(desk.session, desk.book, household)
        living = residents.occupants(desk.session, door.id)
        if as_json:
            output.as_json({**vars(door), "residents": living}, desk.zone)
            return
        output.facts(list(zip(LISTED, _cells(door), strict=True))[:-1])
        output.table(OCCUPANTS, (_occupant(each, desk) for each in living))


def _cells(door: Door) -> list[str]:
    flags = joined(called(KeyHousehold(each)) for each in door.flags)
    compound, persons = door.compound or "", str(door.persons)
    return [door.external_id, door.grid, compound, door.building, door.unit, door.room, flags, persons]


def _occupant(each: Occupant, desk: Desk) -> list[str]:
    return [str(each.id), each.phone_tail or "", each.id_tail or "", state(each, desk)]


def state(each: Occupant, desk: Desk) -> str:
    """Whether somebody lives there, has left, or was erased; and since when."""
    for name, since in (("erased", each.erased_at), ("left", each.left_at)):
        if since is not None:
            return say(f"cli.room.{name}", at=moment(since, desk.zone, desk.now))
    return say("cli.room.living")
