"""Doing something to an issue by command, and telling how it stands then."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from deployments.commands import asking, issue_views
from deployments.commands.desk import open_desk
from deployments.commands.typed import day
from deployments.commands.words import say
from models.queries.history import last_action
from models.tables.issues import Issue

Do = Callable[..., Issue]

Because = Annotated[str, typer.Option("--reason", metavar=say("cli.value.text"), help=say("cli.option.because"))]
Until = Annotated[
    datetime, typer.Option("--until", metavar=say("cli.value.day"), parser=day, help=say("cli.option.until"))
]
Secret = Annotated[
    str,
    typer.Option(
        "--code",
        metavar=say("cli.value.code"),
        envvar="WANGGE_CODE",
        default_factory=asking.code,
        show_default=False,
        show_envvar=False,
        help=say("cli.option.code"),
    ),
]


def perform(do: Do, number: str, by: str, at: datetime | None, *, as_json: bool, **said: object) -> None:
    """Do it in one transaction, and tell once that is committed. Times are as typed."""
    with open_desk(at, by=by, number=number) as desk:
        desk.demand_past()
        meant = {name: desk.instant(each) if isinstance(each, datetime) else each for name, each in said.items()}
        do(desk.session, desk.book, number, by=by, now=desk.now, **meant)
        account = issue_views.account(desk, number, last_action(desk.session, desk.book, number))
    account.tell(as_json=as_json)
