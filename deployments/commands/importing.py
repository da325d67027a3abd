"""``wangge import``: issues, people, postings, absences and households from anybody's files, by a mapping."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.commands import import_views, output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.faulty import refused
from deployments.commands.import_start import OPEN, start
from deployments.commands.import_views import Account
from deployments.commands.options import AsJson, At
from deployments.commands.shell import described, family
from deployments.commands.typed import instant, one_of
from deployments.commands.words import say
from models.queries.intake import known
from models.rules.fields import Subject
from tasks.importing import Order, import_rows
from tasks.mappings import MappingInvalid, read_mapping
from tasks.rejects import set_aside
from tasks.sources import Source, opened

app = family(name="import", help=say("cli.command.import"))

File = Annotated[Path, typer.Argument(metavar=say("cli.value.file"), help=say("cli.option.rows_file"))]
ByMapping = Annotated[
    Path | None, typer.Option("--mapping", metavar=say("cli.value.file"), help=say("cli.option.mapping"))
]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help=say("cli.option.dry_run"))]
LiveAt = Annotated[
    datetime | None,
    typer.Option("--live-at", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.live_at")),
]
Importer = Annotated[str | None, typer.Option("--by", metavar=say("cli.value.staff"), help=say("cli.option.importer"))]


@dataclass(frozen=True)
class Asked:
    """What is to be imported, by which mapping and whom, as of when."""

    subject: Subject
    file: Path
    mapping: Path | None
    by: str | None
    at: datetime | None
    live_at: datetime | None = None


def _run(asked: Asked, *, dry_run: bool, as_json: bool) -> None:
    """Import a file, or only see what would become of it, in one transaction."""
    written = asked.file.read_bytes()
    with open_desk(asked.at, by=asked.by) as desk:
        desk.demand_past()
        source = _opened(asked, written, desk, as_json=as_json)
        live_at = desk.instant(asked.live_at) if asked.live_at else desk.now
        with import_views.watched(source) as lines:
            order = Order(asked.by, desk.now, live_at)
            imported = import_rows(desk.session, desk.book, asked.subject, lines, order)
        if dry_run:
            desk.session.rollback()
    kept = None if dry_run else set_aside(source, written, imported.rejected)
    Account(source, imported, kept, dry_run=dry_run).tell(as_json=as_json)
    if imported.rejected:
        raise typer.Exit(ExitCode.REJECTED)


def _opened(asked: Asked, written: bytes, desk: Desk, *, as_json: bool) -> Source:
    """Without a mapping, columns are called as the product calls its fields, and times are the county's."""
    try:
        if asked.mapping is None:
            return opened(asked.file, asked.subject, written, zone=desk.zone)
        by = read_mapping(asked.mapping, asked.subject)
        source = opened(asked.file, by, written)
        by.check_targets(known(desk.session, desk.book, desk.now))
        return source  # noqa: TRY300 -- all of it may find faults in the mapping
    except MappingInvalid as error:
        raise refused(error, as_json=as_json) from error


@app.command("issues", **described("import_issues"))
def issues(
    *,
    file: File,
    mapping: ByMapping = None,
    live_at: LiveAt = None,
    dry_run: DryRun = False,
    by: Importer = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Take over issues as another system has them."""
    _run(Asked(Subject.ISSUES, file, mapping, by, at, live_at), dry_run=dry_run, as_json=as_json)


def _command(subject: Subject) -> None:
    @app.command(str(subject), **described(f"import_{subject}"))
    def import_file(
        *,
        file: File,
        mapping: ByMapping = None,
        dry_run: DryRun = False,
        by: Importer = None,
        at: At = None,
        as_json: AsJson = False,
    ) -> None:
        _run(Asked(subject, file, mapping, by, at), dry_run=dry_run, as_json=as_json)


for each in (Subject.PEOPLE, Subject.POSTINGS, Subject.ABSENCES, Subject.HOUSEHOLDS):
    _command(each)


Kind = Annotated[
    Subject,
    typer.Argument(
        metavar="|".join(Subject), parser=one_of(Subject), show_default=False, help=say("cli.option.import_subject")
    ),
]
Sample = Annotated[
    Path | None,
    typer.Argument(metavar=say("cli.value.file"), show_default=False, help=say("cli.option.rows_file")),
]
Out = Annotated[Path | None, typer.Option("--out", metavar=say("cli.value.file"), help=say("cli.option.import_out"))]


@app.command("new", **described("import_new"))
def new(subject: Kind, file: Sample = None, out: Out = None) -> None:
    """Write a commented start of a mapping."""
    written = start(subject, file, _zone())
    if out is None:
        typer.echo(written, nl=False)
        return
    with out.open("x", encoding="utf-8") as opened_out:
        opened_out.write(written)
    output.line("cli.import.started", file=out)


def _zone() -> str:
    """The county's zone; a mapping may be begun before there is a county."""
    try:
        with open_desk() as desk:
            return desk.zone
    except Exception:  # noqa: BLE001 -- whatever is wrong with the database, a mapping needs none
        return OPEN
