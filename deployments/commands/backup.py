"""``wangge backup``: the database copied into a folder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.backups import back_up
from deployments.commands import output
from deployments.commands.options import AsJson
from deployments.commands.shell import described, family
from deployments.commands.words import say
from deployments.running import database_running
from models.settings import settings

app = family()

Folder = Annotated[
    Path, typer.Argument(metavar=say("cli.value.folder"), show_default=False, help=say("cli.option.backup"))
]


@app.command("backup", **described("backup"))
def backup(folder: Folder, as_json: AsJson = False) -> None:
    """Copy the database while everybody goes on working."""
    with output.turning(say("cli.backup.making")), database_running(settings(), alone=False) as url:
        made = back_up(url, folder, datetime.now(UTC))
    if as_json:
        output.as_json(made.model_dump(mode="json"))
        return
    output.line("cli.backup.made", folder=folder, rows=made.rows, tables=len(made.tables), version=made.schema_version)
