"""``wangge pack new|check|diff|load``: county packs."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from deployments.commands import output, pack_duties
from deployments.commands.faulty import refused
from deployments.commands.options import AsJson
from deployments.commands.pack_diff import tell_changes, touches_calendar
from deployments.commands.shell import described, family
from deployments.commands.typed import iana, one_line
from deployments.commands.words import joined, locale, say
from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.faults import PackInvalid
from deployments.county_pack.loading import load_pack
from deployments.county_pack.starting import write_start
from models.actions import packs
from models.database import transaction
from models.queries.calendars import Moves
from models.queries.packs import loaded
from models.rules.pack import CountyPack
from models.rules.pack_changes import changes, written

app = family(name="pack", help=say("cli.command.pack"))

Folder = Annotated[Path, typer.Argument(metavar=say("cli.value.folder"), help=say("cli.option.folder"))]
OpenDuties = Annotated[bool, typer.Option("--open-duties", metavar="", help=say("cli.option.open_duties"))]


@app.command("new", **described("pack_new"))
def new(
    folder: Folder,
    name: Annotated[
        str, typer.Option("--name", metavar=say("cli.value.text"), parser=one_line, help=say("cli.option.county_name"))
    ],
    zone: Annotated[
        ZoneInfo, typer.Option("--zone", metavar=say("cli.value.zone"), parser=iana, help=say("cli.option.zone"))
    ],
) -> None:
    """Write a commented start of a pack."""
    write_start(folder, name, zone, datetime.now(zone).year, locale())
    output.line("cli.pack.started", folder=folder)


@app.command("check", **described("pack_check"))
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Read a pack and tell all that is wrong with it."""
    pack = _read(folder, as_json=as_json)
    if as_json:
        output.as_json(_figures(pack))
    else:
        _tell("cli.pack.fine", pack)


@app.command("diff", **described("pack_diff"))
def diff(folder: Folder, open_duties: OpenDuties = False, as_json: AsJson = False) -> None:
    """Show what loading a pack would change, and change nothing."""
    pack, now = _read(folder, as_json=as_json), datetime.now(UTC)
    days = calendar_days(pack, now.astimezone(pack.county.tzinfo).year)
    with transaction() as session:
        before, after = loaded(session, pack.county.key), written(pack, days)
        moved = pack_duties.preview(session, pack, days, now=now) if open_duties else None
        found = changes(before, after) if before else []
        anew = pack_duties.counted_anew(session, pack, days, now=now) if touches_calendar(found) else Moves(0, [])
    tell_changes(pack, before, found, moved, anew, as_json=as_json)


@app.command("load", **described("pack_load"))
def load(folder: Folder, open_duties: OpenDuties = False, as_json: AsJson = False) -> None:
    """Bring the county to what its pack says; its open duties too, if asked."""
    pack, now = _read(folder, as_json=as_json), datetime.now(UTC)
    days = calendar_days(pack, now.astimezone(pack.county.tzinfo).year)
    with transaction() as session:
        anew = pack_duties.load(session, pack, days, now=now)
        left = packs.left_out(session, pack)
    moved = pack_duties.take_over(pack.county.key, now=now) if open_duties else None
    if as_json:
        output.as_json({**_figures(pack), "left_out": left, "open_duties": moved, "counted_anew": anew.total})
        return
    _tell("cli.pack.loaded", pack)
    if left:
        output.line("cli.pack.left_out", count=len(left), units=joined(left))
    pack_duties.tell_counted_anew("cli.pack.counted_anew", pack, anew, now)
    if moved:
        pack_duties.tell("cli.pack.moved", pack, moved)


def _read(folder: Path, *, as_json: bool) -> CountyPack:
    try:
        return load_pack(folder, locale())
    except PackInvalid as error:
        raise refused(error, as_json=as_json) from error


def _figures(pack: CountyPack) -> dict[str, Any]:
    compounds = sum(len(placed.unit.compounds) for placed in pack.units())
    figures = {"county": pack.county.key, "units": _units(pack), "compounds": compounds}
    return {**figures, "policy": pack.policy.version, "faults": [], "left_out": []}


def _units(pack: CountyPack) -> dict[str, int]:
    """How many units each tier has, by its name."""
    units = Counter(placed.depth for placed in pack.units())
    return {tier.name: units[depth] for depth, tier in enumerate(pack.tiers)}


def _tell(key: str, pack: CountyPack) -> None:
    figures = _figures(pack)
    listed = joined(say("cli.pack.units", count=count, tier=name) for name, count in figures["units"].items())
    output.line(key, **{**figures, "county": pack.county.name, "units": listed})
