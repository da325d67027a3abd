"""``wangge replay``: a history lived again, day by day, in a database of its own; and the page that tells of it."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.commands import output
from deployments.commands.failures import ExitCode
from deployments.commands.faulty import refused
from deployments.commands.options import AsJson
from deployments.commands.shell import described, family
from deployments.commands.typed import day, whole_number
from deployments.commands.words import locale, say
from deployments.county_pack.loading import load_pack
from deployments.interrupts import INTERRUPTS
from deployments.replay import page
from deployments.replay.replaying import Replayed, Wanted, replay
from models.errors import InvalidInput
from models.rules.fields import Subject
from models.settings import database_url, settings
from tasks.faults import Faulty
from tasks.mappings import read_mapping
from tasks.sources import opened

app = family()

File = Annotated[
    Path, typer.Argument(metavar=say("cli.value.file"), show_default=False, help=say("cli.option.history"))
]
Pack = Annotated[Path, typer.Option("--pack", metavar=say("cli.value.folder"), help=say("cli.option.folder"))]
Map = Annotated[Path, typer.Option("--mapping", metavar=say("cli.value.file"), help=say("cli.option.mapping"))]
Nights = Annotated[
    int | None,
    typer.Option("--nights", metavar=say("cli.value.count"), parser=whole_number, help=say("cli.option.nights")),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar=say("cli.value.day"), parser=day, help=say("cli.option.last_night")),
]
Out = Annotated[Path, typer.Option("--out", metavar=say("cli.value.file"), help=say("cli.option.page"))]
Keep = Annotated[bool, typer.Option("--keep", metavar="", help=say("cli.option.keep"))]


@app.command("replay", **described("replay"))
def replay_history(
    *,
    file: File,
    pack: Pack,
    mapping: Map,
    nights: Nights = None,
    until: Until = None,
    out: Out = Path("replay.html"),
    keep: Keep = False,
    as_json: AsJson = False,
) -> None:
    """Live a history again and tell what the county's rules would have done with it."""
    if nights is not None and until is not None:
        raise InvalidInput(why="nights_or_until")
    page.demand_place(out)
    INTERRUPTS.install()
    try:
        county, source = load_pack(pack), opened(file, read_mapping(mapping, Subject.ISSUES))
    except Faulty as error:
        raise refused(error, as_json=as_json) from error
    wanted = Wanted(file.name, list(source.lines()), county, nights or None, until.date() if until else None)
    replayed = _replayed(wanted, keep=keep)
    page.write(out, replayed.facts, replayed.cells, locale())
    _tell(replayed.facts, out, replayed.database, as_json=as_json)
    if replayed.facts["rejected"]:
        raise typer.Exit(ExitCode.REJECTED)


def _replayed(wanted: Wanted, *, keep: bool) -> Replayed:
    """Live it, and say how far it has come; interrupted, it leaves nothing behind and says so."""
    with output.turning(say("cli.replay.beginning")) as shown:

        def told(on: date, done: int, of_all: int) -> None:
            shown.update(say("cli.replay.living", day=on, done=done + 1, of_all=of_all))

        try:
            return replay(database_url(settings()), wanted, told, keep=keep)
        except KeyboardInterrupt as interrupt:
            typer.echo(say("cli.replay.stopped"), err=True)
            raise typer.Exit(ExitCode.REFUSED) from interrupt


def _tell(facts: dict[str, Any], out: Path, kept: str, *, as_json: bool) -> None:
    """The equation and where to read on."""
    equation = facts["equation"]
    if as_json:
        output.as_json({"equation": equation, "agrees": facts["agrees"], "page": str(out), "database": kept or None})
        return
    for key in ("rows", "came", "left_open", "closings", "no_grid"):
        output.line(f"replay.{key}", **{name: f"{count:,}" for name, count in equation.items()})
    findings, came_in = (f"{count:,}" for count in (len(facts["findings"]), equation["came_in"]))
    output.line("replay.findings" if facts["findings"] else "replay.no_findings", count=findings, came_in=came_in)
    output.line("replay.balanced" if equation["balanced"] and facts["agrees"] else "replay.unbalanced")
    output.line("cli.replay.written", page=out, json=out.with_suffix(".json").name, csv=out.with_suffix(".csv").name)
    if facts["rejected"]:
        output.line("cli.replay.rejected", count=f"{equation['rejected']:,}")
    if kept:
        output.line("cli.replay.kept", database=kept)
