"""Putting things out: tables for people, JSON for programs."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from deployments.commands import layout
from deployments.commands.words import called, locale, moment, say
from models.errors import CalendarEnds
from models.rules.counting import span
from models.rules.worktime import WorkCalendar
from models.vocabulary import Light, TimeUnit
from notifications import wording
from notifications.render import plain

COLOURS = {Light.GREEN: "green", Light.YELLOW: "yellow", Light.RED: "bold red"}
UNITS = ("days", "hours", "minutes")
WIDTH = 160
"""The most columns of what goes into a file or a pipe, unless ``COLUMNS`` says how many."""


def console(file: IO[str] | None = None) -> Console:
    """Where tables and lines for people go. Nothing in them is taken for markup."""
    out = file or sys.stdout
    return Console(file=out, markup=False, highlight=False, emoji=False, width=None if out.isatty() else _told_width())


def _told_width() -> int:
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdecimal() and int(told) else WIDTH


def turning(said: str) -> Status:
    """What is shown in a terminal, beside the output, while something takes its time."""
    return Console(stderr=True, markup=False, highlight=False).status(said)


def line(key: str, **facts: object) -> None:
    """Print a sentence."""
    console().print(say(key, **facts), soft_wrap=True)


def as_json(data: object, zone: str | None = None) -> None:
    """Print data; times in a zone, or as they are.

    :param zone: IANA name.
    """
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=plainer(zone))
    sys.stdout.write("\n")


def plainer(zone: str | None) -> Any:
    """What makes of a value one that JSON knows."""

    def encoded(value: object) -> object:
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        if isinstance(value, datetime):
            return (value.astimezone(ZoneInfo(zone)) if zone else value).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        return float(value) if isinstance(value, Decimal | Fraction) else str(value)

    return encoded


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    wrapped: Sequence[str] = (),
    file: IO[str] | None = None,
    *,
    spare: Sequence[str] = (),
) -> None:
    """Print a table.

    :param columns: names of the headings, which the locale has under ``cli.column``.
    :param wrapped: the columns which give way when the table is too wide, and go below their row when that is not
        enough; the others stay on one line.
    :param spare: the columns which are left out first when there is no room.
    """
    out, cells = console(file), list(rows)
    headings = [say(f"cli.column.{name}") for name in columns]
    all_of = layout.columns(headings, cells, [name in wrapped for name in columns])
    kept = [each for each in all_of if columns[each.at] not in spare]
    shown = all_of if layout.needed(all_of) <= out.width else kept
    moving = [at for at, name in enumerate(columns) if name in wrapped]
    out.print("", layout.laid_out(shown, cells, out.width, moving), "")


def facts(rows: Iterable[tuple[str, str | Text]]) -> None:
    """Print names, which the locale has under ``cli.column``, with what they say."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, said in rows:
        grid.add_row(say(f"cli.column.{name}"), said)
    console().print(grid)


def lamp(light: Light | None) -> Text:
    """A light as a word of its colour."""
    return Text(called(light), style=COLOURS[light]) if light else Text("")


def due(calendar: WorkCalendar, due_at: datetime, now: datetime, unit: TimeUnit, *, cell: bool = False) -> str:
    """When something is due, and how long that is from now, in the time its limit is counted in.

    :param cell: for a table: the length stands below, in its largest unit alone.
    """
    at = moment(due_at, calendar.office.zone.key, now)
    late = now >= due_at
    try:
        length = asdict(span(calendar, *((due_at, now) if late else (now, due_at)), unit))
    except CalendarEnds:  # the calendar no longer reaches to the present
        length = {}
    largest = next((name for name in UNITS if length.get(name)), None)
    if largest is None:  # or all that lies between is no office time: the hour says more
        return at if cell else say("cli.late_now" if late else "cli.left_now", at=at)
    if cell:
        length |= {name: 0 for name in UNITS if name != largest} | {
            "working": largest == UNITS[0] and length["working"]
        }
    key = ("late" if late else "left") + ("_cell" if cell else "")
    return say(f"cli.{key}", at=at, span=wording.span(length, locale()))


def safe(written: str) -> str:
    """Somebody's words on one line, without anything that steers a terminal or traces a person."""
    return wording.masked(plain(written), locale())
