"""Rows that can't be taken: kept as they came, each with what was wrong, to be mended and taken in again."""

import csv
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import StringIO
from itertools import count, islice
from pathlib import Path
from typing import Any

import orjson

from models.errors import WanggeError
from models.rules.cells import plain
from models.rules.fields import Says
from models.rules.instants import Wrong, first_of
from models.settings import settings
from notifications.locale import LOCALES, text
from tasks.sources import Line, Source
from tasks.tables import Form
from tasks.wording import reason, words

PRIVATE = 0o600
OURS = ("line", "faults")
"""The columns of ours, before those of the file."""
STAR = "*"
LONGEST_STEM = 50  # with as many bytes a character as UTF-8 has at most, a name stays below the 255 of file systems
OURS_IN_WORDS = {text(f"intake.column.{name}", locale) for name in OURS for locale in LOCALES}
TIMED = frozenset({Says.INSTANT, Says.DAY})

Why = str | WanggeError
"""The key of the sentence that says what was expected, or what the rules refused."""


@dataclass(frozen=True)
class Rejected:
    """A row that can't be taken, and by field why."""

    line: Line
    faults: Mapping[str, Why]


def by_line(rejected: Iterable[Rejected]) -> list[Rejected]:
    """In the order of the file."""
    return sorted(rejected, key=lambda each: each.line.number)


def told(field: str, why: Why) -> str:
    """What was wrong with a field, in words."""
    said = reason(why) if isinstance(why, WanggeError) else words(f"intake.fault.{why}")
    return f"{words(f'intake.column.{field}')}: {said}"


def set_aside(source: Source, written: bytes, rejected: Sequence[Rejected]) -> Path | None:
    """Keep the bad rows, in a file only its owner can read; None when there are none.

    The name holds the file's fingerprint: run again, the same file is written; another file of the name loses nothing.
    A spreadsheet's rows are kept as CSV, which the same mapping reads.
    """
    if not rejected:
        return None
    fingerprint = sha256(written).hexdigest()[:8]
    suffix = ".jsonl" if source.table.form is Form.JSONL else ".csv"
    target = settings().home / "rejected" / f"{Path(source.table.file).stem[:LONGEST_STEM]}-{fingerprint}{suffix}"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = _objects(source, rejected) if source.table.form is Form.JSONL else _table(source, rejected)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as out:
        out.write(kept)
    return target


def _table(source: Source, rejected: Sequence[Rejected]) -> bytes:
    """As CSV. With a byte order mark, or Excel takes it for something else; but as the mapping says, if it does."""
    how, out = source.mapping.text.csv, StringIO()
    heads = [head.strip() for head in source.table.heads]
    kept = range(_before(heads), len(heads))
    above = source.table.above if source.table.form is Form.CSV else [[]] * (how.heads - 1)
    writer = csv.writer(out, delimiter=how.delimiter)  # its line ends make it quote either kind in a cell
    writer.writerows(["", "", *row] for row in above)
    writer.writerow([*_named(heads[kept.start :]), *(source.table.heads[at] for at in kept)])
    for row in rejected:
        cells = [*_typed(source, row.line.cells), *[""] * len(heads)]
        beyond = cells[len(heads) : -len(heads)] if len(row.line.cells) > len(heads) else []
        writer.writerow([row.line.number, _told(row), *(cells[at] for at in kept), *beyond])
    return out.getvalue().encode(how.encoding or "utf-8-sig", errors="replace")


def _before(columns: Sequence[str]) -> int:
    """How many columns of ours a file begins with: it was rejected once, and mended."""
    ours = [each.rstrip(STAR) in OURS_IN_WORDS for each in columns[: len(OURS)]]
    return len(OURS) if ours and all(ours) else 0


def _named(theirs: Collection[str]) -> list[str]:
    """Our columns; one that the file has too, with a star, or the mapping would read ours for theirs."""
    names = (words(f"intake.column.{name}") for name in OURS)
    return [next(name for name in (said + STAR * n for n in count()) if name not in theirs) for said in names]


def _typed(source: Source, cells: Sequence[Any]) -> Iterable[Any]:
    """The cells of a row; days and times of a spreadsheet as the mapping reads them."""
    if source.table.form is Form.CSV:
        return cells
    return [_typed_cell(source, head.strip(), cell) for head, cell in zip(source.table.heads, cells, strict=False)]


def _typed_cell(source: Source, column: str, cell: object) -> str:
    found = plain(cell)
    if isinstance(found, str | Wrong):
        return found if isinstance(found, str) else "" if isinstance(cell, Wrong) else str(cell)
    readers = (each for each in source.mapping.readers.values() if column in each.source.reads)
    for form in (form for reader in readers if reader.about.says in TIMED for form in reader.source.formats):
        if form != "iso" and _reads_back(form, found):
            return found.strftime(form)
    return str(found)


def _reads_back(form: str, at: date) -> bool:
    """Whether nothing is lost by writing it so."""
    return first_of((form,), date.fromisoformat, at.strftime(form)) == at


def _objects(source: Source, rejected: Sequence[Rejected]) -> bytes:
    """As JSON lines: ours, then the object; a line that is none as text."""
    kept = []
    for row in rejected:
        cells = row.line.cells if isinstance(row.line.cells, dict) else {words("intake.column.raw"): row.line.cells}
        own = dict(islice(cells.items(), _before(list(cells)), None))
        line, faults = _named(own)
        kept.append(orjson.dumps({line: row.line.number, faults: _told(row), **own}).decode())
    return ("\n".join(kept) + "\n").encode(source.mapping.text.jsonl.encoding or "utf-8", errors="replace")


def _told(row: Rejected) -> str:
    return "; ".join(told(field, why) for field, why in row.faults.items())
