"""``wangge audit``: look at the ledger now, list what is doubtful in it, say why something may stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from deployments.commands import output
from deployments.commands.desk import Desk, open_desk
from deployments.commands.failures import ExitCode
from deployments.commands.options import SHOWN, AsJson, At, By, Most
from deployments.commands.shell import described, family
from deployments.commands.words import locale, moment, say
from models.actions import auditing
from models.actions.auditing import Audited
from models.queries import audit, units
from models.tables.findings import Finding
from notifications.findings import sentence

app = family(name="audit", help=say("cli.command.audit"))

Key = Annotated[str, typer.Argument(metavar=say("cli.value.key"), show_default=False, help=say("cli.option.key"))]
Reason = Annotated[str, typer.Option("--reason", metavar=say("cli.value.text"), help=say("cli.option.allowed"))]
Everything = Annotated[bool, typer.Option("--everything", metavar="", help=say("cli.option.everything"))]
Settled = Annotated[bool, typer.Option("--settled", metavar="", help=say("cli.option.settled"))]
COLUMNS = ("key", "found_at", "finding", "allowed")


@app.command("run", **described("audit_run"))
def run(*, everything: Everything = False, limit: Most = SHOWN, at: At = None, as_json: AsJson = False) -> None:
    """Look at every community now, and at the counts of the county."""
    with open_desk(at) as desk:
        desk.demand_past()
        communities = [(each.id, each.name) for each in units.communities(desk.session, desk.book.county.id)]
    looked = {name: _look(unit_id, at, everything=everything) for unit_id, name in communities}
    with open_desk(at, of_one_moment=True) as desk:
        looked[say("cli.audit.county")] = auditing.weigh(desk.session, desk.book, desk.now)
        found = _open(desk, limit)
        if as_json:
            output.as_json({"looked_at": looked, "findings": [_data(desk, each) for each in found]}, desk.zone)
        else:
            rows = ([name, str(each.issues), str(each.findings)] for name, each in looked.items())
            output.table(("community", "issues", "findings"), rows)
            _tell(desk, found)
    raise typer.Exit(ExitCode.REFUSED if found else ExitCode.FINE)


def _look(community_id: int, at: datetime | None, *, everything: bool) -> Audited:
    """A community in a transaction of its own, which sees one state of the ledger."""
    with open_desk(at, of_one_moment=True) as desk:
        return auditing.audit(desk.session, desk.book, community_id, desk.now, everything=everything)


@app.command("list", **described("audit_list"))
def list_findings(*, settled: Settled = False, limit: Most = SHOWN, at: At = None, as_json: AsJson = False) -> None:
    """List what was found and nobody has said why of, the oldest first."""
    with open_desk(at) as desk:
        found = _open(desk, limit, settled=settled)
        if as_json:
            output.as_json([_data(desk, each) for each in found], desk.zone)
        else:
            _tell(desk, found)


def _open(desk: Desk, limit: int, *, settled: bool = False) -> Sequence[Finding]:
    wanted = audit.findings(desk.book) if settled else audit.open_findings(desk.book)
    return desk.session.scalars(wanted.limit(limit or None)).all()


def _tell(desk: Desk, found: Sequence[Finding]) -> None:
    if not found:
        output.line("cli.audit.none")
        return
    rows = ([each.key, moment(each.found_at, desk.zone, desk.now), _said(desk, each), _allowed(each)] for each in found)
    output.table(COLUMNS, rows, wrapped=["finding", "allowed"])
    total = audit.count_open(desk.session, desk.book)
    if total > len(found):
        output.line("cli.audit.more", shown=len(found), total=total)


def _said(desk: Desk, finding: Finding) -> str:
    return sentence(finding.kind, finding.facts, desk.zone, desk.now, locale())


def _allowed(finding: Finding) -> str:
    if finding.acknowledged_at is None:
        return ""
    return output.safe(finding.reason) if finding.reason else say("cli.audit.settled")


def _data(desk: Desk, finding: Finding) -> dict[str, object]:
    return {
        "key": finding.key,
        "kind": finding.kind,
        "sentence": _said(desk, finding),
        "facts": finding.facts,
        "found_at": finding.found_at,
        "last_seen_at": finding.last_seen_at,
        "acknowledged_at": finding.acknowledged_at,
        "reason": output.safe(finding.reason) if finding.reason else None,
    }


@app.command("acknowledge", **described("audit_acknowledge"))
def acknowledge(key: Key, by: By, reason: Reason, at: At = None, as_json: AsJson = False) -> None:
    """Say why a finding may stand."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        finding = auditing.acknowledge(desk.session, desk.book, key, reason=reason, by=by, now=desk.now)
        told, zone = _data(desk, finding), desk.zone
    if as_json:
        output.as_json(told, zone)
    else:
        output.line("cli.audit.acknowledged", finding=key)
