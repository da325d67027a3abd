"""``wangge nightly``: the night now, through its deployment; or what it would do, rolled back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any

import typer

from deployments.commands import output
from deployments.commands.desk import open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.options import SHOWN, AsJson, At, Most
from deployments.commands.shell import described, family
from deployments.commands.typed import whole_number
from deployments.commands.words import locale, say
from models.actions import preview
from models.actions.preview import Preview
from models.errors import CommunityBusy
from notifications import doings
from tasks.county import Community, tonight

app = family()

COLUMNS = ("assigned", "reminded", "told", "supervised", "steps", "caught_up", "open", "overdue", "unowned")
SPARE = ("steps", "caught_up")
WRAPPED = ("community", "duty", "doing", "to", "person")
PATIENCE = 900
"""Seconds to wait for a night, unless told otherwise."""

Named = Annotated[
    list[str] | None, typer.Option("--community", metavar=say("cli.value.community"), help=say("cli.option.community"))
]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help=say("cli.option.dry_run"))]
Wait = Annotated[
    int, typer.Option("--wait", metavar=say("cli.value.seconds"), parser=whole_number, help=say("cli.option.wait"))
]


@dataclass(frozen=True)
class Seen:
    """A community and what a night would do in it; None: another run has it."""

    community: str
    would: Preview | None


@app.command("nightly", **described("nightly"))
def nightly(
    *,
    community: Named = None,
    dry_run: DryRun = False,
    limit: Most = SHOWN,
    wait: Wait = PATIENCE,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Run the night, or show what it would do."""
    now = _instant(at, to_come=dry_run) if at else None
    night_to_come = tonight(now)
    names = community or [each.name for each in night_to_come.communities]  # who asks for a night gets a whole one
    if dry_run:
        seen = [_preview(each, night_to_come.now) for each in night_to_come.chosen(names)]
        _as_json(seen) if as_json else _tell(seen, limit)
    else:
        _run({"communities": names, "now": now.isoformat() if now else None}, wait, as_json=as_json)


def _instant(at: datetime, *, to_come: bool) -> datetime:
    """The moment typed; a naive one is the county's local time.

    :raises ClockAhead: when it is still to come and may not be.
    """
    with open_desk(at) as desk:
        if not to_come:
            desk.demand_past()
        return desk.now


def _preview(community: Community, now: datetime) -> Seen:
    """A community's night in a transaction that is rolled back."""
    with open_desk(now) as desk:
        try:
            return Seen(community.name, preview.preview(desk.session, desk.book, community.id, desk.now))
        except CommunityBusy:
            return Seen(community.name, None)
        finally:
            desk.session.rollback()


def _as_json(seen: Iterable[Seen]) -> None:
    told = ((each.community, asdict(each.would) if each.would else {"counts": None, "doings": []}) for each in seen)
    output.as_json([{"community": community, **would} for community, would in told])


def _tell(seen: list[Seen], limit: int) -> None:
    """What would be done, thing by thing, then how much in each community."""
    rows = [
        doings.cells(each.community, asdict(doing), locale())
        for each in seen
        for doing in (each.would.doings if each.would else ())
    ]
    shown = rows[: limit or None]
    if shown:
        output.table(doings.COLUMNS, ([row[name] for name in doings.COLUMNS] for row in shown), wrapped=WRAPPED)
    if len(rows) > len(shown):
        output.line("cli.night.more", shown=len(shown), total=len(rows))
    output.table(("community", *COLUMNS), [*map(_cells, seen), _total(seen)], wrapped=["community"], spare=SPARE)
    output.line("cli.night.preview")


def _cells(seen: Seen) -> list[str]:
    if seen.would is None:
        return [seen.community, say("cli.night.busy"), *("" for _ in COLUMNS[1:])]
    counts = asdict(seen.would.counts)
    return [seen.community, *(str(counts[name]) for name in COLUMNS)]


def _total(seen: Iterable[Seen]) -> list[str]:
    counts = [asdict(each.would.counts) for each in seen if each.would]
    return [say("cli.night.total"), *(str(sum(each[name] for each in counts)) for name in COLUMNS)]


def _run(form: dict[str, Any], wait: int, *, as_json: bool) -> None:
    # What speaks with Prefect takes seconds to import: a preview has no need of it.
    finished = import_module("deployments.commands.night_run").run(form, wait)
    if as_json:
        output.as_json(asdict(finished))
    else:
        ended = say("cli.night.ended", name=finished.name, message=finished.message)
        typer.echo(ended, err=not finished.completed)
    raise typer.Exit(ExitCode.FINE if finished.completed else ExitCode.REFUSED)
