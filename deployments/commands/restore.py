"""``wangge restore``: a backup brought back, and shown to be all there."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.backups import restore
from deployments.commands import output
from deployments.commands.doctor_room import key
from deployments.commands.findings import Verdict
from deployments.commands.options import AsJson
from deployments.commands.shell import described, family
from deployments.commands.words import say
from deployments.running import database_running
from models.database import transaction
from models.settings import settings

app = family()

Folder = Annotated[
    Path, typer.Argument(metavar=say("cli.value.folder"), show_default=False, help=say("cli.option.restored"))
]
Replace = Annotated[bool, typer.Option("--replace", metavar="", help=say("cli.option.replace"))]


@app.command("restore", **described("restore"))
def bring_back(folder: Folder, replace: Replace = False, as_json: AsJson = False) -> None:
    """Bring a backup back; what is there gives way only when it is proven equal."""
    with output.turning(say("cli.backup.restoring")), database_running(settings(), alone=True) as url:
        done = restore(url, folder, datetime.now(UTC), replace=replace)
        with transaction(url) as session:
            room = key(session)
    made = done.manifest
    if as_json:
        output.as_json({**made.model_dump(mode="json"), "kept": done.kept, "room": room.outcome})
        return
    output.line("cli.backup.restored", made_at=made.made_at.isoformat(" ", "seconds"), rows=made.rows)
    if done.kept:
        output.line("cli.backup.kept", database=done.kept)
    if room.verdict is Verdict.FAILED:
        output.console().print(room.sentence, soft_wrap=True)
