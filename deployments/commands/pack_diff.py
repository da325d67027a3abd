"""What loading a pack would change, as a table or as JSON."""

from datetime import UTC, datetime

from rich.text import Text

from deployments.commands import output, pack_duties
from deployments.commands.pack_duties import Moved
from deployments.commands.words import say
from models.queries.calendars import Moves
from models.rules.pack import CountyPack
from models.rules.pack_changes import LEVELS, Change, How, Side

COLOURS = {How.ADDED: "green", How.REMOVED: "red", How.STAYS: "dim", How.MOVED: "cyan", How.CHANGED: "yellow"}
POLICY = ("categories.", "escalation_policies.", LEVELS, "quiet_hours", "holds", "extensions", "disclosure")


def tell_changes(
    pack: CountyPack, before: Side | None, found: list[Change], moved: Moved | None, anew: Moves, *, as_json: bool
) -> None:
    """Say what differs between what is loaded and a pack; `before` is None for a county that is new.

    :param moved: what going over to its policy would do to open duties, if that is asked.
    :param anew: what its calendar would.
    """
    if as_json:
        output.as_json(
            {
                "county": pack.county.key,
                "loaded": before.things["version"][""] if before else None,
                "policy": pack.policy.version,
                "changes": found,
                "needs_version": _needs_version(found),
                "open_duties": moved,
                "counted_anew": anew.total,
            }
        )
        return
    if before is None:
        output.line("cli.pack.all_new", county=pack.county.name)
    elif not found:
        output.line("cli.pack.no_changes", county=pack.county.name)
    else:
        output.table(("field", "change", "before", "after"), map(_row, found), wrapped=("field", "before", "after"))
        output.line("cli.pack.changes", county=pack.county.name, count=len(found))
    if _needs_version(found):
        output.line("cli.pack.needs_version", policy=pack.policy.version)
    pack_duties.tell_counted_anew("cli.pack.would_count_anew", pack, anew, datetime.now(UTC))
    if moved:
        pack_duties.tell("cli.pack.would_move", pack, moved)


def _row(change: Change) -> list[str | Text]:
    how = Text(say(f"cli.change.{change.how}"), style=COLOURS[change.how])
    return [change.what, how, change.old or "", change.new or ""]


def _needs_version(found: list[Change]) -> bool:
    """Whether the policy says something else under the same version: loading would refuse that."""
    changed = {each.what for each in found}
    return "version" not in changed and any(what.startswith(POLICY) for what in changed)


def touches_calendar(found: list[Change]) -> bool:
    """Whether loading would make the county count time otherwise."""
    return any(each.what.startswith(("days.", "calendar.", "county.zone")) for each in found)
