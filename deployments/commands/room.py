"""The private room by command: ``wangge room reads|retain|rotate``."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from deployments import room_key
from deployments.commands import output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import SHOWN, AsJson, At, Most
from deployments.commands.output import turning
from deployments.commands.shell import described, family
from deployments.commands.words import called, moment, say
from models.actions.expiring import expire
from models.queries import room_log
from models.queries.room_log import Entry
from models.settings import settings
from tasks import leftovers

app = family(name="room", help=say("cli.command.room"))

DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help=say("cli.option.dry_run"))]
Everything = Annotated[bool, typer.Option("--all", metavar="", help=say("cli.option.all_of_the_room"))]
READS = ("at", "who", "action", "household", "resident", "number", "remark")


@app.command("reads", **described("room_reads"))
def reads(everything: Everything = False, limit: Most = SHOWN, at: At = None, as_json: AsJson = False) -> None:
    """List who looked at whom and why, the latest first; with what else was done in the room, if asked."""
    with open_desk(at) as desk:
        most = limit + 1 if limit else None
        found = room_log.entries(desk.session, desk.book.county.id, everything=everything, limit=most)
        shown = found[:limit] if limit else found
        cells = [_cells(each, desk) for each in shown]
    if as_json:
        output.as_json(shown, desk.zone)
    elif not shown:
        output.line("cli.none_read")
    else:
        output.table(READS, cells, wrapped=["remark", "who"])
    if len(found) > len(shown) and not as_json:
        output.line("cli.more", shown=len(shown))


def _cells(each: Entry, desk: Desk) -> list[str]:
    who = each.person or say("cli.by_rule")
    about = (each.household or "", str(each.resident_id or ""), each.number or "")
    return [moment(each.at, desk.zone, desk.now), who, called(each.action), *about, output.safe(each.reason or "")]


@app.command("retain", **described("room_retain"))
def retain(dry_run: DryRun = False, at: At = None, as_json: AsJson = False) -> None:
    """Forget what the policy keeps no longer, as every night does; or say what that would be."""
    with open_desk(at) as desk:
        if not dry_run:
            desk.demand_past()
        done, bounds = expire(desk.session, desk.book, desk.now), desk.book.bounds
        if dry_run:
            desk.session.rollback()
    found = leftovers.kept_long_enough(bounds.files_kept, desk.now)
    files = len(found) if dry_run else leftovers.clear(bounds.files_kept, desk.now)
    if as_json:
        output.as_json({**vars(done), "files": files})
    elif {bounds.reporters_kept, bounds.moved_out_kept, bounds.files_kept} == {None}:
        output.line("cli.room.kept_for_ever")
    else:
        output.line("cli.room.would_expire" if dry_run else "cli.room.expired", **vars(done), files=files)


@app.command("rotate", **described("room_rotate"))
def rotate(as_json: AsJson = False) -> None:
    """Seal everything with a new key, and put the old one aside."""
    with turning(say("cli.room.sealing", rows=0)) as shown:
        done, aside = room_key.rotate(
            settings(), datetime.now(UTC), lambda rows: shown.update(say("cli.room.sealing", rows=rows))
        )
    if as_json:
        output.as_json({"rows": done, "aside": aside})
    else:
        output.line("cli.room.rotated" if aside else "cli.room.rotated_by_hand", rows=done, file=aside)
