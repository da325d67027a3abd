"""``wangge issue candidates``: open issues that say the same, for somebody to merge."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from deployments.commands import output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import SHOWN, AsJson, At, Most, UnitName
from deployments.commands.shell import described, family
from deployments.commands.words import called, moment, say
from models.queries import matching, units
from models.queries.matching import Alike

app = family()

LONGEST = 100
"""Characters of a text in the table: enough to know it by."""
COLUMNS = ("group", "number", "unit", "stage", "happened_at", "summary")


@app.command("candidates", **described("issue_candidates"))
def candidates(*, unit: UnitName = None, limit: Most = SHOWN, at: At = None, as_json: AsJson = False) -> None:
    """List groups of open issues with the same text."""
    with open_desk(at) as desk:
        within = units.unit(desk.session, desk.book.county.id, unit).id if unit else None
        groups = matching.candidates(desk.session, desk.book, within)
        shown = groups[: limit or None]
        if as_json:
            output.as_json([[_safe(each) for each in group] for group in shown], desk.zone)
        elif not groups:
            output.line("cli.none_alike")
        else:
            output.table(COLUMNS, _cells(shown, desk), wrapped=["unit", "summary"])
            issues = sum(map(len, groups))
            output.line("cli.alike", shown=len(shown), groups=len(groups), issues=issues, spare=issues - len(groups))


def _safe(each: Alike) -> Alike:
    return replace(each, summary=output.safe(each.summary))


def _cells(groups: Iterable[Sequence[Alike]], desk: Desk) -> Iterable[list[Any]]:
    """A row an issue; what the first of a group says is not said again."""
    for number, group in enumerate(groups, 1):
        for place, each in enumerate(group):
            at = moment(each.happened_at, desk.zone, desk.now)
            said = "" if place else _shortened(_safe(each).summary)
            yield ["" if place else str(number), each.number, each.unit, called(each.stage), at, said]


def _shortened(written: str) -> str:
    return written if len(written) <= LONGEST else say("cli.cut", text=written[:LONGEST])
