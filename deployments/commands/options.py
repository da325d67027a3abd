"""Arguments and options that several commands take."""

from datetime import datetime
from typing import Annotated

import typer

from deployments.commands.typed import instant, issue_number, one_of, whole_number
from deployments.commands.words import say
from models.vocabulary import Light

Number = Annotated[
    str,
    typer.Argument(
        metavar=say("cli.value.number"), show_default=False, parser=issue_number, help=say("cli.option.number")
    ),
]
By = Annotated[str, typer.Option("--by", metavar=say("cli.value.staff"), help=say("cli.option.by"))]
At = Annotated[
    datetime | None,
    typer.Option("--at", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.at")),
]
Happened = Annotated[
    datetime | None,
    typer.Option("--happened", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.happened_then")),
]
AsKnown = Annotated[
    datetime | None,
    typer.Option("--as-known-at", metavar=say("cli.value.instant"), parser=instant, help=say("cli.option.as_known_at")),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help=say("cli.option.json"))]
UnitName = Annotated[str | None, typer.Option("--unit", metavar=say("cli.value.unit"), help=say("cli.option.unit"))]
OfLight = Annotated[
    Light | None,
    typer.Option("--light", metavar=say("cli.value.light"), parser=one_of(Light), help=say("cli.option.light")),
]
Most = Annotated[
    int, typer.Option("--limit", metavar=say("cli.value.count"), parser=whole_number, help=say("cli.option.limit"))
]
SHOWN = 50
"""How many rows a list shows when it isn't told."""
