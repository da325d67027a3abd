"""``wangge calendar show|import``: a year of the calendar, and days announced."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from deployments.commands import output
from deployments.commands.calendar_views import Found, found_data, tell_found, tell_year, year_data
from deployments.commands.desk import Desk, open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.faulty import refused
from deployments.commands.options import SHOWN, AsJson, At
from deployments.commands.shell import described, family
from deployments.commands.typed import whole_number
from deployments.commands.words import locale, say
from deployments.county_pack.calendar_file import DaysInvalid, announced_days
from models.actions import calendars
from models.database import transaction
from models.errors import NotFound
from models.queries.calendars import days, moves, newest_event

app = family(name="calendar", help=say("cli.command.calendar"))

Year = Annotated[
    int | None, typer.Option("--year", metavar=say("cli.value.year"), parser=whole_number, help=say("cli.option.year"))
]
File = Annotated[Path, typer.Argument(metavar=say("cli.value.file"), help=say("cli.option.days_file"))]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help=say("cli.option.dry_run"))]
Yes = Annotated[bool, typer.Option("--yes", metavar="", help=say("cli.option.yes"))]


@app.command("show", **described("calendar_show"))
def show(year: Year = None, as_json: AsJson = False) -> None:
    """Show a year of the calendar."""
    with open_desk() as desk:
        known, asked = days(desk.session, desk.book.county.id), year or desk.book.local_date(desk.now).year
        if not any(day.year == asked for day in known):
            raise NotFound(why="year", year=asked, first=min(known).year, last=max(known).year)
        if as_json:
            output.as_json(year_data(desk.book.county, known, asked))
        else:
            tell_year(desk.book.county, known, asked)


@app.command("import", **described("calendar_import"))
def import_(file: File, dry_run: DryRun = False, yes: Yes = False, at: At = None, as_json: AsJson = False) -> None:
    """Take over announced days; unless told otherwise, after asking whether what that moves may move."""
    with open_desk(at) as desk:
        desk.demand_past()
        known = days(desk.session, desk.book.county.id)
    listed = _read(file, known, as_json=as_json)
    found = _imported(desk, listed, keep=False)
    keep = found.changes and not dry_run
    if keep and not yes:
        if not as_json:
            tell_found(found, desk.zone, desk.now)
        if not _agreed(found.imported.moved):
            typer.echo(say("cli.calendar.left"), err=True)
            raise typer.Exit(ExitCode.REFUSED)
    if keep:
        found = _imported(desk, listed, keep=True)
    if as_json:
        output.as_json(found_data(found, kept=keep), desk.zone)
        return
    if not keep or yes:
        tell_found(found, desk.zone, desk.now)
    ended = "imported" if keep else "preview" if found.changes else "nothing_new"
    output.line(f"cli.calendar.{ended}", moved=found.imported.moved)


def _read(file: Path, known: Mapping[date, object], *, as_json: bool) -> dict[date, bool]:
    try:
        return announced_days(file, known, locale())
    except DaysInvalid as error:
        raise refused(error, as_json=as_json) from error


def _agreed(moved: int) -> bool:
    """Whether it may be done; where nobody is there to ask, it may not."""
    try:
        return typer.confirm(say("cli.calendar.ask", moved=moved), err=True)
    except typer.Abort:
        typer.echo(err=True)
        return False


def _imported(desk: Desk, listed: Mapping[date, bool], *, keep: bool) -> Found:
    """What importing does, done or only tried.

    Nobody can work meanwhile: so it is tried, and what it does is looked at when it is over.
    """
    county = desk.book.county
    with transaction() as session:
        since = newest_event(session)
        imported = calendars.import_days(session, county.key, listed, now=desk.now)
        moved = moves(session, county.id, since=since, limit=SHOWN)
        if not keep:
            session.rollback()
    return Found(imported, moved)
