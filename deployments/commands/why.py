"""``wangge why``: why an issue stands where it stands, in plain words."""

from typing import Any

from rich.markdown import Markdown

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
        output.as_json(_safe(told.facts()), told.zone)
        return
    text, console = render("why", locale(), told.facts()), output.console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        console.print(text, soft_wrap=True)


def _safe(value: Any) -> Any:
    """The facts with all texts without traceable numbers."""
    if isinstance(value, str):
        return output.safe(value)
    if isinstance(value, dict):
        return {name: _safe(each) for name, each in value.items()}
    return [_safe(each) for each in value] if isinstance(value, list | tuple) else value
