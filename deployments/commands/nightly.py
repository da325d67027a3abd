"""``wangge nightly``: the night now, through its deployment; or what it would do, rolled back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any

import typer

from deployments.commands import output
from deployments.commands.desk import open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.options import AsJson, At
from deployments.commands.shell import described, family
from deployments.commands.typed import whole_number
from deployments.commands.words import say
from models.actions import night
from models.actions.night import NightCounts
from models.errors import CommunityBusy
from tasks.county import Community, tonight

app = family()

COLUMNS = ("assigned", "reminded", "told", "supervised", "steps", "caught_up", "open", "overdue", "unowned")
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
class Preview:
    """What a night would do in a community; no counts: another run has it."""

    community: str
    counts: NightCounts | None


@app.command("nightly", **described("nightly"))
def nightly(
    community: Named = None, dry_run: DryRun = False, wait: Wait = PATIENCE, at: At = None, as_json: AsJson = False
) -> None:
    """Run the night, or show what it would do."""
    now = _instant(at) if at else None
    night_to_come = tonight(now)
    names = community or [each.name for each in night_to_come.communities]  # who asks for a night gets a whole one
    if dry_run:
        _show([_preview(each, night_to_come.now) for each in night_to_come.chosen(names)], as_json=as_json)
    else:
        _run({"communities": names, "now": now.isoformat() if now else None}, wait, as_json=as_json)


def _instant(at: datetime) -> datetime:
    """The moment typed; a naive one is the county's local time."""
    with open_desk(at) as desk:
        return desk.now


def _preview(community: Community, now: datetime) -> Preview:
    """A community's night in a transaction that is rolled back."""
    with open_desk(now) as desk:
        try:
            counts = night.run(desk.session, desk.book, community.id, desk.now, waiting=False)
        except CommunityBusy:
            return Preview(community.name, None)
        finally:
            desk.session.rollback()
    return Preview(community.name, counts)


def _show(previews: list[Preview], *, as_json: bool) -> None:
    if as_json:
        output.as_json([{"community": each.community, "counts": each.counts} for each in previews])
        return
    output.table(("community", *COLUMNS), [*map(_cells, previews), _total(previews)])
    output.line("cli.night.preview")


def _cells(preview: Preview) -> list[str]:
    if preview.counts is None:
        return [preview.community, say("cli.night.busy"), *("" for _ in COLUMNS[1:])]
    counts = asdict(preview.counts)
    return [preview.community, *(str(counts[name]) for name in COLUMNS)]


def _total(previews: list[Preview]) -> list[str]:
    counts = [asdict(each.counts) for each in previews if each.counts]
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
