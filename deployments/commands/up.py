"""``wangge up``: everything, in one process that owns it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deployments.commands.shell import described, family
from deployments.commands.words import say
from deployments.show import Show
from deployments.up import up
from models.settings import settings

app = family()


@app.command("up", **described("up"))
def start(
    once: Annotated[bool, typer.Option("--once", metavar="", help=say("cli.option.once"))] = False,
    pack: Annotated[Path | None, typer.Option("--pack", help=say("cli.option.pack"))] = None,
) -> None:
    """Start everything, run a night, stay up."""
    of, console = settings(), Console()
    show = Show(of, console, pack)
    raise typer.Exit(up(of, show.content(), once=once, console=console))
