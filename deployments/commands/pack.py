"""``wangge pack check|load``: county packs."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.commands import output
from deployments.commands.failures import ExitCode
from deployments.commands.options import AsJson
from deployments.commands.shell import described, family
from deployments.commands.words import joined, locale, say
from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.faults import PackInvalid
from deployments.county_pack.loading import load_pack
from models.actions import packs
from models.database import transaction
from models.rules.pack import CountyPack

app = family(name="pack", help=say("cli.command.pack"))

Folder = Annotated[Path, typer.Argument(metavar=say("cli.value.folder"), help=say("cli.option.folder"))]


@app.command("check", **described("pack_check"))
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Read a pack and tell all that is wrong with it."""
    _tell("cli.pack.fine", _read(folder, as_json=as_json), as_json=as_json)


@app.command("load", **described("pack_load"))
def load(folder: Folder, as_json: AsJson = False) -> None:
    """Bring the county to what its pack says."""
    pack, now = _read(folder, as_json=as_json), datetime.now(UTC)
    with transaction() as session:
        packs.load(session, pack, calendar_days(pack, now.astimezone(pack.county.tzinfo).year), now=now)
        left = packs.left_out(session, pack)
    _tell("cli.pack.loaded", pack, left, as_json=as_json)


def _read(folder: Path, *, as_json: bool) -> CountyPack:
    try:
        return load_pack(folder, locale())
    except PackInvalid as error:
        if as_json:
            output.as_json({"faults": error.faults})
        typer.echo(say(error.key, **error.facts), err=True)
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        raise typer.Exit(ExitCode.REJECTED) from error


def _tell(key: str, pack: CountyPack, left: Sequence[str] = (), *, as_json: bool) -> None:
    units = Counter(placed.depth for placed in pack.units())
    tiers = {tier.name: units[depth] for depth, tier in enumerate(pack.tiers)}
    compounds = sum(len(placed.unit.compounds) for placed in pack.units())
    if as_json:
        data: dict[str, Any] = {"county": pack.county.key, "units": tiers, "compounds": compounds}
        output.as_json({**data, "policy": pack.policy.version, "faults": [], "left_out": left})
        return
    listed = joined(say("cli.pack.units", count=count, tier=name) for name, count in tiers.items())
    output.line(key, county=pack.county.name, units=listed, compounds=compounds, policy=pack.policy.version)
    if left:
        output.line("cli.pack.left_out", count=len(left), units=joined(left))
