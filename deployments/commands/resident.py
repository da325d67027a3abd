"""Residents by command: ``wangge resident find|erase``."""

from dataclasses import dataclass
from typing import Annotated

import typer

from deployments.commands import output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.household import state
from deployments.commands.options import AsJson, At, By
from deployments.commands.performing import Secret as Code
from deployments.commands.shell import described, family
from deployments.commands.typed import whole_number
from deployments.commands.words import say
from models import room
from models.actions.residents import Order, reveal
from models.actions.residents import erase as forget
from models.errors import InvalidInput
from models.queries import residents
from models.queries.residents import Door, Occupant
from models.room import Room
from models.rules import privacy
from models.rules.households import PersonRow
from models.tables.residents import Household, Resident

app = family(name="resident", help=say("cli.command.resident"))

Phone = Annotated[str | None, typer.Option("--phone", metavar=say("cli.value.phone"), help=say("cli.option.phone"))]
IdNumber = Annotated[
    str | None, typer.Option("--id", metavar=say("cli.value.id_number"), help=say("cli.option.id_number"))
]
Reveal = Annotated[bool, typer.Option("--reveal", metavar="", help=say("cli.option.reveal"))]
Orders = Annotated[str, typer.Option("--by", metavar=say("cli.value.staff"), help=say("cli.option.by"))]
Because = Annotated[str, typer.Option("--reason", metavar=say("cli.value.text"), help=say("cli.option.because"))]
Secret = Annotated[
    str | None,
    typer.Option(
        "--code",
        metavar=say("cli.value.code"),
        envvar="WANGGE_CODE",
        show_envvar=False,
        help=say("cli.option.code"),
    ),
]
Number = Annotated[
    int,
    typer.Argument(
        metavar=say("cli.value.resident"), show_default=False, parser=whole_number, help=say("cli.option.resident")
    ),
]
FOUND = ("resident", "household", "place", "building", "staircase", "room", "phone_tail", "id_tail", "living")
REVEALED = ("name", "phone", "id_number")


@dataclass(frozen=True)
class Found:
    """Somebody found: where they live, how they are shown, and who they are if that was asked for."""

    occupant: Occupant
    door: Door
    who: PersonRow | None


@app.command("find", **described("resident_find"))
def find(
    *,
    phone: Phone = None,
    id_number: IdNumber = None,
    shown: Reveal = False,
    by: Orders = "",
    secret: Secret = None,
    reason: Because = "",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Find somebody by a whole number; who they are is shown only if asked for, and that is written down."""
    with open_desk(at, by=by) as desk:
        keys = room.opened()
        rows = _looked_up(desk, keys, phone, id_number)
        who: list[PersonRow] | list[None] = [None] * len(rows)
        if shown:
            desk.demand_past()
            order = Order(by, secret or typer.prompt(say("cli.prompt.code"), hide_input=True), reason)
            who = reveal(desk.session, desk.book, keys, rows, order, now=desk.now)
        found = [_found(desk, row, each) for row, each in zip(rows, who, strict=True)]
        listed = [_cells(each, desk) for each in found]
    if as_json:
        output.as_json([_data(each) for each in found], desk.zone)
    elif not found:
        output.line("cli.none")
    elif shown:
        for each in listed:  # too wide for a table
            output.facts(zip((*FOUND, *REVEALED), each, strict=True))
    else:
        output.table(FOUND, listed, wrapped=["place", "living"])


def _looked_up(desk: Desk, keys: Room, phone: str | None, id_number: str | None) -> list[Resident]:
    """Those whose number it is.

    :raises InvalidInput: neither or both are given, or it can be no such number.
    """
    if (phone is None) == (id_number is None):
        raise InvalidInput(why="phone_or_id")
    if phone is not None:
        plain = privacy.plain_phone(phone)
        if fault := privacy.phone_fault(plain):
            raise InvalidInput(why=fault)
        return residents.by_phone(desk.session, keys, desk.book.county.id, plain)
    plain = privacy.plain_id(id_number or "")
    if fault := privacy.id_fault(plain):
        raise InvalidInput(why=fault)
    return residents.by_id_number(desk.session, keys, desk.book.county.id, plain)


def _found(desk: Desk, row: Resident, who: PersonRow | None) -> Found:
    household = desk.session.get_one(Household, row.household_id)
    (occupant,) = (each for each in residents.occupants(desk.session, household.id) if each.id == row.id)
    return Found(occupant, residents.door(desk.session, desk.book, household.external_id), who)


def _cells(found: Found, desk: Desk) -> list[str]:
    each, door, who = found.occupant, found.door, found.who
    where = (door.external_id, door.grid, door.building, door.unit, door.room)
    told = (who.name, who.phone or "", who.id_number or "") if who else ()
    return [str(each.id), *where, each.phone_tail or "", each.id_tail or "", state(each, desk), *told]


def _data(found: Found) -> dict[str, object]:
    told = {name: getattr(found.who, name) for name in REVEALED} if found.who else {}
    return {**vars(found.occupant), "household": found.door, **told}


@app.command("erase", **described("resident_erase"))
def erase(*, resident: Number, by: By, secret: Code, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Forget somebody for good, as they asked."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        done = forget(desk.session, desk.book, room.opened(), resident, Order(by, secret, reason), now=desk.now)
    if as_json:
        output.as_json(done)
    else:
        output.line("cli.room.forgotten" if done.residents else "cli.room.forgotten_before", **vars(done))
