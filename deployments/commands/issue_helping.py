"""What goes beside the work, by command: ``wangge issue promise|call-up|answer|publish``."""

from typing import Annotated

import typer

from deployments.commands.options import AsJson, At, By, Number
from deployments.commands.performing import Because, Until, perform
from deployments.commands.shell import described, family
from deployments.commands.words import say
from models.actions import calling, casework, promises

app = family()

Called = Annotated[str, typer.Option("--unit", metavar=say("cli.value.unit"), help=say("cli.option.called"))]
Note = Annotated[str, typer.Option("--note", metavar=say("cli.value.text"), help=say("cli.option.answer"))]
Where = Annotated[str, typer.Option("--where", metavar=say("cli.value.text"), help=say("cli.option.where"))]
Exempt = Annotated[str, typer.Option("--exempt", metavar=say("cli.value.text"), help=say("cli.option.exempt"))]


@app.command("promise", **described("issue_promise"))
def promise(number: Number, until: Until, by: By, at: At = None, as_json: AsJson = False) -> None:
    """Promise the work by a day."""
    perform(promises.promise, number, by, at, as_json=as_json, until=until.date())


@app.command("call-up", **described("issue_call_up"))
def call_up(*, number: Number, unit: Called, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Call another unit for help."""
    perform(calling.call_up, number, by, at, as_json=as_json, unit=unit, reason=reason)


@app.command("answer", **described("issue_answer"))
def answer(number: Number, by: By, note: Note, at: At = None, as_json: AsJson = False) -> None:
    """Give the first answer of the unit called."""
    perform(calling.answer, number, by, at, as_json=as_json, note=note)


@app.command("publish", **described("issue_publish"))
def publish(
    *, number: Number, by: By, where: Where = "", exempt: Exempt = "", at: At = None, as_json: AsJson = False
) -> None:
    """Say where it is published, or why it need not be."""
    perform(casework.publish, number, by, at, as_json=as_json, where=where, exempt=exempt)
