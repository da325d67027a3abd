"""``wangge duties``: what is owed, by a person, in a unit, of a light."""

from dataclasses import replace
from typing import Annotated

import typer

from deployments.commands import issue_views, output, rows
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import SHOWN, AsJson, At, Most, OfLight, UnitName
from deployments.commands.shell import described, family
from deployments.commands.words import say
from models.queries import duties, people, units
from models.queries.duties import Owed, Wanted
from models.vocabulary import Light

app = family()

WRAPPED = ("duty", "holder", "summary")

TakenOver = Annotated[bool, typer.Option("--taken-over", help=say("cli.option.taken_over"))]
Whose = Annotated[str | None, typer.Option("--person", metavar=say("cli.value.staff"), help=say("cli.option.person"))]


@app.command("duties", **described("duties"))
def list_duties(
    *,
    person: Whose = None,
    unit: UnitName = None,
    light: OfLight = None,
    taken_over: TakenOver = False,
    limit: Most = SHOWN,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """List open duties, what is due first standing first."""
    with open_desk(at) as desk:
        wanted = replace(_wanted(desk, person, unit, light), taken_over=taken_over or None)
        owed = duties.owed(desk.session, desk.book, wanted, desk.now, limit or None)
        _show(desk, owed, as_json=as_json)
        if len(owed) == limit and not as_json:
            total = duties.count(desk.session, desk.book, wanted, desk.now)
            if total > limit:
                output.line("cli.of_all", shown=limit, total=total)


def _wanted(desk: Desk, person: str | None, unit: str | None, light: Light | None) -> Wanted:
    county_id, posts = desk.book.county.id, None
    if person is not None:
        known = people.person(desk.session, county_id, person)
        posts = duties.posts_answered_by(desk.session, desk.book, known.id, desk.now)
    within = units.unit(desk.session, county_id, unit).id if unit is not None else None
    return Wanted(unit_id=within, post_ids=posts, light=light)


def _show(desk: Desk, owed: list[Owed], *, as_json: bool) -> None:
    answering = issue_views.answering(desk, owed)
    if as_json:
        output.as_json([rows.owed(each, answering) for each in owed], desk.zone)
        return
    if not owed:
        output.line("cli.none_owed")
        return
    cells = (rows.duty_cells(each, answering, desk) for each in owed)
    output.table(rows.DUTY, ([row[name] for name in rows.DUTY] for row in cells), wrapped=WRAPPED)
