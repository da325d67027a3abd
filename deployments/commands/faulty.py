"""Files that are read as a whole: all that is wrong with one, told at once."""

import typer

from deployments.commands import output
from deployments.commands.failures import ExitCode
from deployments.commands.words import say
from tasks.faults import Faulty


def refused(error: Faulty, *, as_json: bool) -> typer.Exit:
    """Tell the faults; what is to be raised then."""
    if as_json:
        output.as_json({"faults": error.faults})
    typer.echo(say(error.key, **error.facts), err=True)
    for fault in error.faults:
        typer.echo(str(fault), err=True)
    return typer.Exit(ExitCode.REJECTED)
