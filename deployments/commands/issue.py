"""Casework by command: ``wangge issue report|show|list|assign|sign|act|done|evaluate|close|reopen`` and more."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import or_, select

from deployments.commands import issue_candidates, issue_exits, issue_helping, issue_requests, issue_views
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import SHOWN, AsJson, AsKnown, At, By, Happened, Most, Number, OfLight, UnitName
from deployments.commands.performing import perform
from deployments.commands.shell import described, family
from deployments.commands.typed import instant, one_of
from deployments.commands.words import say
from models.actions import casework, reporting
from models.actions.reporters import remember_reporters
from models.actions.reporting import Report
from models.errors import NotFound
from models.queries import units
from models.queries.ledger import Wanted
from models.rules.households import Reporter
from models.tables.policies import Category
from models.vocabulary import Action, Lane, Rating, Severity, Stage

app = family(name="issue", help=say("cli.command.issue"))
for more in (issue_requests, issue_exits, issue_helping, issue_candidates):
    app.add_typer(more.app)

Summary = Annotated[str, typer.Argument(metavar=say("cli.value.summary"), help=say("cli.option.summary"))]
About = Annotated[str, typer.Option("--category", metavar=say("cli.value.category"), help=say("cli.option.category"))]
Graveness = Annotated[
    Severity,
    typer.Option(
        "--severity", metavar=say("cli.value.severity"), parser=one_of(Severity), help=say("cli.option.severity")
    ),
]
AlongLane = Annotated[
    Lane | None,
    typer.Option("--lane", metavar=say("cli.value.lane"), parser=one_of(Lane), help=say("cli.option.lane")),
]
OnGrid = Annotated[str | None, typer.Option("--grid", metavar=say("cli.value.grid"), help=say("cli.option.on_grid"))]
Grid = Annotated[str, typer.Option("--grid", metavar=say("cli.value.grid"), help=say("cli.option.grid"))]
Raised = Annotated[
    datetime | None,
    typer.Option("--happened", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.happened")),
]
Source = Annotated[str, typer.Option("--source", metavar=say("cli.value.text"), help=say("cli.option.source"))]
ExternalId = Annotated[
    str | None, typer.Option("--external-id", metavar=say("cli.value.text"), help=say("cli.option.external_id"))
]
ReporterName = Annotated[
    str | None, typer.Option("--reporter-name", metavar=say("cli.value.name"), help=say("cli.option.reporter_name"))
]
ReporterPhone = Annotated[
    str | None, typer.Option("--reporter-phone", metavar=say("cli.value.phone"), help=say("cli.option.reporter_phone"))
]
Progress = Annotated[str, typer.Option("--note", metavar=say("cli.value.text"), help=say("cli.option.progress"))]
Note = Annotated[str, typer.Option("--note", metavar=say("cli.value.text"), help=say("cli.option.note"))]
Evidence = Annotated[str, typer.Option("--evidence", metavar=say("cli.value.text"), help=say("cli.option.evidence"))]
Reason = Annotated[str, typer.Option("--reason", metavar=say("cli.value.text"), help=say("cli.option.reason"))]
Said = Annotated[
    Rating,
    typer.Option("--rating", metavar=say("cli.value.rating"), parser=one_of(Rating), help=say("cli.option.rating")),
]
AtStage = Annotated[
    Stage | None,
    typer.Option("--stage", metavar=say("cli.value.stage"), parser=one_of(Stage), help=say("cli.option.stage")),
]


@app.command("report", **described("issue_report"))
def report(  # noqa: PLR0913 -- an option each
    *,
    summary: Summary,
    category: About,
    by: By,
    grid: OnGrid = None,
    severity: Graveness = Severity.ORDINARY,
    lane: AlongLane = None,
    happened: Raised = None,
    source: Source = "command",
    external_id: ExternalId = None,
    reporter_name: ReporterName = None,
    reporter_phone: ReporterPhone = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Put what somebody raises into the ledger."""
    with open_desk(at, by=by) as desk:
        desk.demand_past()
        what = Report(
            grid=grid,
            category=_category(desk, category),
            severity=severity,
            summary=summary,
            happened_at=desk.instant(happened) if happened else desk.now,
            by=by,
            source=source,
            external_id=external_id,
            lane=lane,
        )
        issue = reporting.report(desk.session, desk.book, what, now=desk.now)
        who = {issue.id: Reporter(reporter_name, reporter_phone)}
        remember_reporters(desk.session, desk.book.county, who, now=desk.now)
        account = issue_views.account(desk, issue.number, Action.REPORT)
    account.tell(as_json=as_json)


def _category(desk: Desk, key_or_name: str) -> str:
    """The key of a category that is named by key or name."""
    named = select(Category.key).where(Category.county_id == desk.book.county.id)
    keys = desk.session.scalars(named.where(or_(Category.key == key_or_name, Category.name == key_or_name))).all()
    if len(keys) != 1:
        known = desk.session.scalars(select(Category.name).where(Category.county_id == desk.book.county.id))
        raise NotFound(why="category", category=key_or_name, known=tuple(known))
    return keys[0]


@app.command("assign", **described("issue_assign"))
def assign(number: Number, grid: Grid, by: By, at: At = None, as_json: AsJson = False) -> None:
    """Put an issue that lies on no grid onto one."""
    perform(casework.assign, number, by, at, as_json=as_json, grid=grid)


@app.command("sign", **described("issue_sign"))
def sign(number: Number, by: By, happened: Happened = None, at: At = None, as_json: AsJson = False) -> None:
    """Take an issue on."""
    perform(casework.sign, number, by, at, as_json=as_json, happened_at=happened)


@app.command("act", **described("issue_act"))
def act(
    *, number: Number, by: By, note: Progress, happened: Happened = None, at: At = None, as_json: AsJson = False
) -> None:
    """Record progress."""
    perform(casework.act, number, by, at, as_json=as_json, happened_at=happened, note=note)


@app.command("done", **described("issue_done"))
def done(
    *, number: Number, by: By, evidence: Evidence, happened: Happened = None, at: At = None, as_json: AsJson = False
) -> None:
    """Say that the work is done, and what shows it."""
    perform(casework.done, number, by, at, as_json=as_json, happened_at=happened, evidence=evidence)


@app.command("evaluate", **described("issue_evaluate"))
def evaluate(
    *,
    number: Number,
    by: By,
    rating: Said,
    note: Note = "",
    happened: Happened = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Record what the resident says of the work."""
    perform(casework.evaluate, number, by, at, as_json=as_json, happened_at=happened, rating=rating, note=note)


@app.command("close", **described("issue_close"))
def close(number: Number, by: By, happened: Happened = None, at: At = None, as_json: AsJson = False) -> None:
    """Strike an issue off."""
    perform(casework.close, number, by, at, as_json=as_json, happened_at=happened)


@app.command("reopen", **described("issue_reopen"))
def reopen(number: Number, by: By, reason: Reason, at: At = None, as_json: AsJson = False) -> None:
    """Open a closed issue again."""
    perform(casework.reopen, number, by, at, as_json=as_json, reason=reason)


@app.command("show", **described("issue_show"))
def show(number: Number, as_known_at: AsKnown = None, at: At = None, as_json: AsJson = False) -> None:
    """Show an issue, what is owed about it and its history."""
    with open_desk(at, number=number) as desk:
        issue_views.show(desk.then(as_known_at), number, as_json=as_json)


@app.command("list", **described("issue_list"))
def list_issues(
    *,
    unit: UnitName = None,
    stage: AtStage = None,
    light: OfLight = None,
    limit: Most = SHOWN,
    as_known_at: AsKnown = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """List issues."""
    with open_desk(at) as today:
        desk = today.then(as_known_at)
        within = units.unit(desk.session, desk.book.county.id, unit).id if unit else None
        wanted = Wanted(unit_id=within, stage=stage, light=light)
        issue_views.listed(desk, wanted, limit, as_json=as_json)
