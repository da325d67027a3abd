"""``wangge ledger``: the whole ledger as a file or a table, written row by row."""

import csv
import json
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from deployments.commands import issue_views, output, rows
from deployments.commands.desk import Desk, open_desk
from deployments.commands.options import AsJson, AsKnown, At
from deployments.commands.output import turning
from deployments.commands.shell import described, family
from deployments.commands.typed import one_of
from deployments.commands.words import say
from models.errors import InvalidInput
from models.queries import ledger
from models.queries.ledger import Entry

app = family()


class Form(StrEnum):
    """How the ledger is put out."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


AsForm = Annotated[
    Form | None,
    typer.Option("--format", metavar="table|csv|json", parser=one_of(Form), help=say("cli.option.format")),
]
WithSummary = Annotated[bool, typer.Option("--with-summary", metavar="", help=say("cli.option.with_summary"))]
Out = Annotated[Path | None, typer.Option("--out", metavar=say("cli.value.file"), help=say("cli.option.out"))]


@app.command("ledger", **described("ledger"))
def export(
    *,
    form: AsForm = None,
    out: Out = None,
    with_summary: WithSummary = False,
    as_known_at: AsKnown = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Put out the ledger, as it stands or as it was known; what residents said only if asked."""
    chosen = _chosen(Form.JSON if as_json else form, out)
    with open_desk(at) as today, _opened(out, chosen) as file:
        desk = today.then(as_known_at)
        entries = ledger.entries(desk.session, desk.book, desk.now, as_known=desk.as_known)
        count = WRITERS[chosen](entries, desk, file, frozenset() if with_summary else SAID)
    if out is not None:
        output.line("cli.written", count=count, file=out)


def _chosen(form: Form | None, out: Path | None) -> Form:
    """The form asked for; for a file by its name, else a table."""
    by_name = Form.TABLE if out is None else Form.JSON if out.suffix == ".json" else Form.CSV
    return form or by_name


def _write_table(entries: Iterable[Entry], desk: Desk, file: IO[str], left_out: Collection[str]) -> int:
    """Pages of a table."""
    count, remaining = 0, iter(entries)
    while page := list(islice(remaining, PAGE)):
        issue_views.table(desk, page, file, left_out)
        count += len(page)
    return count


def _write_csv(entries: Iterable[Entry], desk: Desk, file: IO[str], left_out: Collection[str]) -> int:
    columns = [name for name in rows.LEDGER if name not in left_out]
    writer, count = csv.DictWriter(file, columns, lineterminator="\n"), 0
    writer.writeheader()
    for count, values in enumerate(_values(entries, desk, left_out), 1):  # noqa: B007 -- it counts
        writer.writerow({name: _harmless(value) for name, value in values.items()})
    return count


def _write_json(entries: Iterable[Entry], desk: Desk, file: IO[str], left_out: Collection[str]) -> int:
    """A list with a row a line."""
    count = 0
    file.write("[")
    for count, values in enumerate(_values(entries, desk, left_out), 1):
        file.write((",\n" if count > 1 else "\n") + json.dumps(values, ensure_ascii=False))
    file.write("\n]\n")
    return count


def _values(entries: Iterable[Entry], desk: Desk, left_out: Collection[str]) -> Iterator[dict[str, Any]]:
    """Rows as data, times as ISO in the county's zone."""
    zone = ZoneInfo(desk.zone)
    for each in entries:
        yield {name: _written(value, zone) for name, value in rows.entry(each).items() if name not in left_out}


def _written(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: residents write these texts."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


@contextmanager
def _opened(out: Path | None, form: Form) -> Iterator[IO[str]]:
    """Standard output, or a file that appears under its name once it is whole."""
    if out is None:
        yield sys.stdout
        return
    fresh = out.with_name(f".{out.name}.part")
    encoding = "utf-8-sig" if form is Form.CSV else "utf-8"  # without the mark spreadsheets guess another one
    try:
        with fresh.open("w", encoding=encoding, newline="") as file, turning(say("cli.writing", file=out)):
            yield file
        fresh.replace(out)
    except OSError as error:
        raise InvalidInput(why="file", file=out, problem=error.strerror) from error
    finally:
        fresh.unlink(missing_ok=True)


FORMULA = ("=", "+", "-", "@", "\t", "\r")
PAGE = 200
SAID = frozenset({"summary"})
"""What residents said stays in the county unless it is asked for."""
WRITERS = {Form.TABLE: _write_table, Form.CSV: _write_csv, Form.JSON: _write_json}
