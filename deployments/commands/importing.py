"""``wangge import``: issues, people, postings, absences and households from anybody's files, by a mapping."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.commands import import_views
from deployments.commands.desk import open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.faulty import refused
from deployments.commands.import_views import Account
from deployments.commands.options import AsJson, At
from deployments.commands.shell import described, family
from deployments.commands.words import say
from models.rules.fields import Subject
from tasks.importing import IMPORTS, import_rows
from tasks.mappings import MappingInvalid, read_mapping
from tasks.rejects import set_aside
from tasks.sources import Source, opened

app = family(name="import", help=say("cli.command.import"))

File = Annotated[Path, typer.Argument(metavar=say("cli.value.file"), help=say("cli.option.rows_file"))]
ByMapping = Annotated[
    Path | None, typer.Option("--mapping", metavar=say("cli.value.file"), help=say("cli.option.mapping"))
]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help=say("cli.option.dry_run"))]
Importer = Annotated[str | None, typer.Option("--by", metavar=say("cli.value.staff"), help=say("cli.option.importer"))]


def _command(subject: Subject) -> None:
    @app.command(str(subject), **described(f"import_{subject}"))
    def import_file(
        file: File,
        *,
        mapping: ByMapping = None,
        dry_run: DryRun = False,
        by: Importer = None,
        at: At = None,
        as_json: AsJson = False,
    ) -> None:
        account = _imported(subject, file, mapping, by, at, dry_run=dry_run, as_json=as_json)
        account.tell(as_json=as_json)
        if account.imported.rejected:
            raise typer.Exit(ExitCode.REJECTED)


def _imported(
    subject: Subject,
    file: Path,
    mapping: Path | None,
    by: str | None,
    at: datetime | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> Account:
    """Import a file, or only see what would become of it, in one transaction."""
    written = file.read_bytes()
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        source = _opened(file, mapping, subject, written, desk.zone, as_json=as_json)
        lines = import_views.watched(source)
        imported = import_rows(desk.session, desk.book, subject, lines, by=by, now=desk.now)
        if dry_run:
            desk.session.rollback()
    kept = None if dry_run else set_aside(source, written, imported.rejected)
    return Account(source, imported, kept, dry_run=dry_run)


def _opened(file: Path, mapping: Path | None, subject: Subject, written: bytes, zone: str, *, as_json: bool) -> Source:
    try:
        return opened(file, read_mapping(mapping, subject) if mapping else subject, written, zone=zone)
    except MappingInvalid as error:
        raise refused(error, as_json=as_json) from error


for each in IMPORTS:
    _command(each)
