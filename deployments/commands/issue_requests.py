"""Holds and extensions by command: ``wangge issue ask|approve|refuse|resume``."""

from typing import Annotated

import typer

from deployments.commands.options import AsJson, At, By, Number
from deployments.commands.performing import Because, Secret, Until, perform
from deployments.commands.shell import described, family
from deployments.commands.typed import one_of
from deployments.commands.words import say
from models.actions import holding
from models.vocabulary import RequestKind

app = family()

What = Annotated[
    RequestKind,
    typer.Argument(
        metavar=say("cli.value.request"), show_default=False, parser=one_of(RequestKind), help=say("cli.option.request")
    ),
]


@app.command("ask", **described("issue_ask"))
def ask(
    *, what: What, number: Number, until: Until, by: By, reason: Because, at: At = None, as_json: AsJson = False
) -> None:
    """Ask for a hold or for more time."""
    perform(holding.ask, number, by, at, as_json=as_json, what=what, until=until.date(), reason=reason)


@app.command("approve", **described("issue_approve"))
def approve(number: Number, by: By, secret: Secret, at: At = None, as_json: AsJson = False) -> None:
    """Allow what was asked for."""
    perform(holding.approve, number, by, at, as_json=as_json, secret=secret)


@app.command("refuse", **described("issue_refuse"))
def refuse(*, number: Number, by: By, reason: Because, secret: Secret, at: At = None, as_json: AsJson = False) -> None:
    """Not allow what was asked for."""
    perform(holding.refuse, number, by, at, as_json=as_json, reason=reason, secret=secret)


@app.command("resume", **described("issue_resume"))
def resume(number: Number, by: By, reason: Because, at: At = None, as_json: AsJson = False) -> None:
    """Let it go on before its day."""
    perform(holding.resume, number, by, at, as_json=as_json, reason=reason)
