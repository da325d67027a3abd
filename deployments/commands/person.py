"""People by command: ``wangge person list|show|appoint|absent|code|handover``."""

from datetime import date, datetime
from typing import Annotated

import typer

from deployments.commands import asking, output, person_views
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import AsJson, At, By, UnitName
from deployments.commands.shell import described, family
from deployments.commands.typed import day, one_of
from deployments.commands.words import say
from models.actions import absences, codes, handing_over
from models.actions.absences import Leave
from models.actions.people import Appointment
from models.actions.people import appoint as enter
from models.errors import InvalidInput
from models.queries import people, units
from models.vocabulary import Role

app = family(name="person", help=say("cli.command.person"))

Staff = Annotated[str, typer.Argument(metavar=say("cli.value.staff"), show_default=False, help=say("cli.option.staff"))]
Named = Annotated[str, typer.Argument(metavar=say("cli.value.name"), show_default=False, help=say("cli.option.name"))]
OnUnit = Annotated[str, typer.Option("--unit", metavar=say("cli.value.unit"), help=say("cli.option.on_unit"))]
AsRole = Annotated[
    Role, typer.Option("--role", metavar=say("cli.value.role"), parser=one_of(Role), help=say("cli.option.role"))
]
From = Annotated[
    datetime | None, typer.Option("--from", metavar=say("cli.value.day"), parser=day, help=say("cli.option.from_on"))
]
Back = Annotated[
    datetime | None, typer.Option("--until", metavar=say("cli.value.day"), parser=day, help=say("cli.option.until_on"))
]
Deputy = Annotated[str | None, typer.Option("--deputy", metavar=say("cli.value.staff"), help=say("cli.option.deputy"))]
Reason = Annotated[str, typer.Option("--reason", metavar=say("cli.value.text"), help=say("cli.option.because"))]
Cancel = Annotated[bool, typer.Option("--cancel", metavar="", help=say("cli.option.cancel"))]
NewCode = Annotated[
    str,
    typer.Option(
        "--code",
        metavar=say("cli.value.code"),
        envvar="WANGGE_CODE",
        default_factory=asking.new_code,
        show_default=False,
        show_envvar=False,
        help=say("cli.option.new_code"),
    ),
]
Successor = Annotated[str | None, typer.Option("--to", metavar=say("cli.value.staff"), help=say("cli.option.to_staff"))]
Vacate = Annotated[bool, typer.Option("--vacate", metavar="", help=say("cli.option.vacate"))]
On = Annotated[
    datetime | None, typer.Option("--on", metavar=say("cli.value.day"), parser=day, help=say("cli.option.on_day"))
]
Orders = Annotated[str | None, typer.Option("--by", metavar=say("cli.value.staff"), help=say("cli.option.orders"))]


@app.command("list", **described("person_list"))
def list_people(unit: UnitName = None, at: At = None, as_json: AsJson = False) -> None:
    """List who holds a post, and who is away."""
    with open_desk(at) as desk:
        person_views.listed(desk, unit, as_json=as_json)


@app.command("show", **described("person_show"))
def show(code: Staff, at: At = None, as_json: AsJson = False) -> None:
    """Show what a person holds: posts, absences, whom they stand in for, what they owe."""
    with open_desk(at) as desk:
        person_views.show(desk, code, as_json=as_json)


@app.command("appoint", **described("person_appoint"))
def appoint(
    *,
    code: Staff,
    name: Named,
    unit: OnUnit,
    role: AsRole,
    from_on: From = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody a post; what it owes passes on to them."""
    with open_desk(at) as desk:
        desk.demand_past()
        place = units.unit(desk.session, desk.book.county.id, unit)
        taken = Appointment(place.key, role, code, name, _day(desk, from_on))
        new = enter(desk.session, desk.book.county.id, [taken], now=desk.now)
        told = person_views.appointed(desk, taken, place, new=bool(new))
    told.tell(as_json=as_json)


@app.command("absent", **described("person_absent"))
def absent(  # noqa: PLR0913 -- an option each
    *,
    code: Staff,
    by: By,
    from_on: From = None,
    until: Back = None,
    deputy: Deputy = None,
    reason: Reason = "",
    cancel: Cancel = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is away and who stands in, or take that back."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        if cancel:
            since = from_on.date() if from_on else None
            absence = absences.cancel(desk.session, desk.book, code, from_on=since, by=by, now=desk.now)
        elif until is None:
            raise InvalidInput(why="no_end")
        else:
            leave = Leave(code, _day(desk, from_on), until.date(), reason, deputy)
            absence = absences.enter(desk.session, desk.book, leave, by=by, now=desk.now)
        told = person_views.away(desk, absence)
    told.tell(as_json=as_json)


def _day(desk: Desk, on: datetime | None) -> date:
    """The day meant; today, if none is told."""
    return on.date() if on else desk.book.local_date(desk.now)


@app.command("code", **described("person_code"))
def code(code: Staff, secret: NewCode) -> None:
    """Give somebody a new personal code."""
    with open_desk() as desk:
        codes.set_code(desk.session, desk.book.county.id, code, secret)
        name = people.person(desk.session, desk.book.county.id, code).name
    output.line("cli.person.code", code=code, name=name)


@app.command("handover", **described("person_handover"))
def handover(
    *,
    code: Staff,
    to: Successor = None,
    vacate: Vacate = False,
    on: On = None,
    by: Orders = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Show all a person holds, or hand it over."""
    with open_desk(at, by=by or code) as desk:
        if to is None and not vacate:
            person_views.show(desk, code, as_json=as_json)
            return
        desk.demand_past()
        if to is not None and vacate:
            raise InvalidInput(why="to_or_vacate")
        handed = handing_over.hand_over(
            desk.session, desk.book, code, to=to, on=_day(desk, on), by=by or code, now=desk.now
        )
        told = person_views.handed_over(desk, code, to, _day(desk, on), handed)
    told.tell(as_json=as_json)
