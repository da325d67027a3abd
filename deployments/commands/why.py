"""``wangge why``: why an issue stands where it stands, in plain words."""

from deployments.commands import output
from deployments.commands.desk import open_desk
from deployments.commands.options import AsJson, At, Number
from deployments.commands.shell import described, family
from deployments.commands.words import locale
from models.queries.why import explain
from notifications.render import render

app = family()


@app.command("why", **described("why"))
def why(number: Number, at: At = None, as_json: AsJson = False) -> None:
    """Tell whose it is, how its time was counted, which steps fired and which come next."""
    with open_desk(at, number=number) as desk:
        told = explain(desk.session, desk.book, number, desk.now)
    if as_json:
        output.as_json(told.facts(), told.zone)
    else:
        output.console().print(render("why", locale(), told.facts()), soft_wrap=True)
