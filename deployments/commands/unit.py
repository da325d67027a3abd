"""Units by command: ``wangge unit suspend|resume``."""

from datetime import datetime
from typing import Annotated

import typer

from deployments.commands import output
from deployments.commands.desk import open_desk
from deployments.commands.issue_views import Account
from deployments.commands.options import AsJson, At, By
from deployments.commands.shell import described, family
from deployments.commands.typed import instant
from deployments.commands.words import moment, say
from models.actions import suspending
from models.queries import suspensions, units

app = family(name="unit", help=say("cli.command.unit"))

Name = Annotated[
    str, typer.Argument(metavar=say("cli.value.unit"), show_default=False, help=say("cli.option.which_unit"))
]
Cause = Annotated[str, typer.Option("--cause", metavar=say("cli.value.text"), help=say("cli.option.cause"))]
Until = Annotated[
    datetime, typer.Option("--until", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.until_at"))
]


@app.command("suspend", **described("unit_suspend"))
def suspend(*, unit: Name, cause: Cause, until: Until, by: By, at: At = None, as_json: AsJson = False) -> None:
    """Let the clocks of a unit and all below it stand still."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        end = desk.instant(until)
        suspending.suspend(desk.session, desk.book, unit, cause=cause, until=end, by=by, now=desk.now)
        place = units.unit(desk.session, desk.book.county.id, unit)
        held = suspensions.held(desk.session, place.id)
        facts = {"unit": place.name, "cause": output.safe(cause), "until_at": end, "held": held}
        sentence = say("cli.unit.suspended", **facts, at=moment(end, desk.zone, desk.now))
        account = Account(facts, desk.zone, (sentence,))
    account.tell(as_json=as_json)


@app.command("resume", **described("unit_resume"))
def resume(unit: Name, by: By, at: At = None, as_json: AsJson = False) -> None:
    """Let the clocks of a suspended unit go on before the end."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        suspending.resume(desk.session, desk.book, unit, by=by, now=desk.now)
        place = units.unit(desk.session, desk.book.county.id, unit)
        facts = {"unit": place.name, "held": suspensions.held(desk.session, place.id)}
        sentence = say("cli.unit.resumed_but" if facts["held"] else "cli.unit.resumed", **facts)
        account = Account(facts, desk.zone, (sentence,))
    account.tell(as_json=as_json)
