"""Residents by command: ``wangge resident find|raised|erase``."""

from typing import Annotated

import typer

from deployments.commands import asking, output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import AsJson, At, By
from deployments.commands.options import Number as IssueNumber
from deployments.commands.performing import Secret as Code
from deployments.commands.resident_found import found, tell
from deployments.commands.shell import described, family
from deployments.commands.typed import issue_number, whole_number
from deployments.commands.words import moment, say
from models import room
from models.actions.residents import Order, erase_reporter, reveal, reveal_reporter
from models.actions.residents import erase as forget
from models.actions.taking import issue as find_issue
from models.errors import InvalidInput
from models.queries import reporters, residents
from models.room import Room
from models.rules import privacy
from models.rules.households import PersonRow
from models.tables.residents import Resident

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
    int | None,
    typer.Argument(
        metavar=say("cli.value.resident"), show_default=False, parser=whole_number, help=say("cli.option.resident")
    ),
]
Raised = Annotated[
    str | None,
    typer.Option("--issue", metavar=say("cli.value.number"), parser=issue_number, help=say("cli.option.raised")),
]


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
            who = reveal(desk.session, desk.book, keys, rows, _order(by, secret, reason), now=desk.now)
        those = [found(desk, row, each) for row, each in zip(rows, who, strict=True)]
        cells = [each.cells(desk) for each in those]
    if as_json:
        output.as_json([each.data() for each in those], desk.zone)
    else:
        tell(cells, shown=shown)


def _order(by: str, secret: str | None, reason: str) -> Order:
    return Order(by, secret or asking.code(), reason)


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
    chinese = desk.zone == privacy.CHINA
    plain = privacy.plain_id(id_number or "", chinese=chinese)
    if fault := privacy.id_fault(plain, chinese=chinese):
        raise InvalidInput(why=fault)
    return residents.by_id_number(desk.session, keys, desk.book.county.id, plain)


@app.command("raised", **described("resident_raised"))
def raised(
    *,
    number: IssueNumber,
    shown: Reveal = False,
    by: Orders = "",
    secret: Secret = None,
    reason: Because = "",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say what is known of who raised an issue; who it is only if asked for, and that is written down."""
    with open_desk(at, by=by, number=number) as desk:
        row = reporters.raised_by(desk.session, find_issue(desk.session, desk.book, number))
        told = {"phone_tail": reporters.tail_of(desk.session, row) or "", "resident": row.resident_id}
        if shown:
            desk.demand_past()
            order = _order(by, secret, reason)
            who = reveal_reporter(desk.session, desk.book, room.opened(), number, order, now=desk.now)
            told |= {"name": who.name or "", "phone": who.phone or ""}
        if row.erased_at is not None:
            told["living"] = say("cli.room.erased", at=moment(row.erased_at, desk.zone, desk.now))
    if as_json:
        output.as_json({"number": number, **told})
    else:
        output.facts([(name, str(each)) for name, each in told.items() if each])


@app.command("erase", **described("resident_erase"))
def erase(
    *,
    resident: Number = None,
    number: Raised = None,
    by: By,
    secret: Code,
    reason: Because,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Forget somebody for good, as they asked."""
    order = Order(by, secret, reason)
    with open_desk(at, by=by, number=number) as desk:
        desk.demand_past()
        if (resident is None) == (number is None):
            raise InvalidInput(why="resident_or_issue")
        if number is not None:
            done = erase_reporter(desk.session, desk.book, room.opened(), number, order, now=desk.now)
        else:
            done = forget(desk.session, desk.book, room.opened(), resident or 0, order, now=desk.now)
    if as_json:
        output.as_json(done)
    else:
        nothing = not (done.residents or done.issues)
        output.line("cli.room.forgotten_before" if nothing else "cli.room.forgotten", **vars(done))
