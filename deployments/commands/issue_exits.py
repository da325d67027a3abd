"""Side exits by command: ``wangge issue reject|withdraw|merge|transfer|void``."""

from typing import Annotated

import typer

from deployments.commands.options import AsJson, At, By, Number
from deployments.commands.performing import Because, perform
from deployments.commands.shell import described, family
from deployments.commands.typed import issue_number
from deployments.commands.words import say
from models.actions import side_exits, voiding

app = family()

Into = Annotated[
    str,
    typer.Option("--into", metavar=say("cli.value.number"), parser=issue_number, help=say("cli.option.into")),
]
To = Annotated[str, typer.Option("--to", metavar=say("cli.value.unit"), help=say("cli.option.to_unit"))]


@app.command("reject", **described("issue_reject"))
def reject(number: Number, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Say that it is none of the county's."""
    perform(side_exits.reject, number, by, at, as_json=as_json, reason=reason)


@app.command("withdraw", **described("issue_withdraw"))
def withdraw(number: Number, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Record that whoever raised it takes it back."""
    perform(side_exits.withdraw, number, by, at, as_json=as_json, reason=reason)


@app.command("merge", **described("issue_merge"))
def merge(*, number: Number, into: Into, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Let it go on with another one that is the same."""
    perform(side_exits.merge, number, by, at, as_json=as_json, into=into, reason=reason)


@app.command("transfer", **described("issue_transfer"))
def transfer(*, number: Number, to: To, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Give it to another unit."""
    perform(side_exits.transfer, number, by, at, as_json=as_json, to=to, reason=reason)


@app.command("void", **described("issue_void"))
def void(number: Number, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Take back the last thing done to it."""
    perform(voiding.void, number, by, at, as_json=as_json, reason=reason)
